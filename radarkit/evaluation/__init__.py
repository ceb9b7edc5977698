"""Decoding, metrics, baselines and the report."""

from radarkit.evaluation.assemble import Reconstruction, assemble
from radarkit.evaluation.baselines import classical_beats, mean_beat
from radarkit.evaluation.columns import METRICS, Metric
from radarkit.evaluation.decode import average_anchors, cycles_at, decode_length, pick_anchors
from radarkit.evaluation.report import ReportContent, ReportFigure, write_report
from radarkit.evaluation.scores import Comparison, Row, compare, for_json, score, summarise

__all__ = [
    "METRICS",
    "Comparison",
    "Metric",
    "Reconstruction",
    "ReportContent",
    "ReportFigure",
    "Row",
    "assemble",
    "average_anchors",
    "classical_beats",
    "compare",
    "cycles_at",
    "decode_length",
    "for_json",
    "mean_beat",
    "pick_anchors",
    "score",
    "summarise",
    "write_report",
]
