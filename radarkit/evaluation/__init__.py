"""Decoding, metrics, baselines and the report."""

from radarkit.evaluation.assemble import Reconstruction, assemble
from radarkit.evaluation.baselines import classical_beats, mean_beat
from radarkit.evaluation.bootstrap import median_interval
from radarkit.evaluation.columns import METRICS, Metric
from radarkit.evaluation.decode import cycles_at, decode_length, overlap_average, pick_anchors
from radarkit.evaluation.delta_m import delta_m_by_task, delta_m_flat, has_failed
from radarkit.evaluation.peak_errors import peak_errors_ms
from radarkit.evaluation.report import ReportContent, ReportFigure, write_report
from radarkit.evaluation.scores import (
    Comparison,
    Row,
    compare,
    for_json,
    score,
    summarise,
    summarise_by,
)

__all__ = [
    "METRICS",
    "Comparison",
    "Metric",
    "Reconstruction",
    "ReportContent",
    "ReportFigure",
    "Row",
    "assemble",
    "classical_beats",
    "compare",
    "cycles_at",
    "decode_length",
    "delta_m_by_task",
    "delta_m_flat",
    "for_json",
    "has_failed",
    "mean_beat",
    "median_interval",
    "overlap_average",
    "peak_errors_ms",
    "pick_anchors",
    "score",
    "summarise",
    "summarise_by",
    "write_report",
]
