"""The score of a trial, and what many trials amount to.

Beats closer than `EDGE_S` to either end of a trial are not scored: their cycles are cut off and
their windows see half a neighbourhood. Predictions that answer to them, or that lie there, are not
counted as invented. The shape of a matched beat's predicted cycle is compared with the true cycle
of that beat, whoever predicted it, so a model and a baseline are scored by the same code.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radarkit.datasets.windows import SHAPE_POINTS, TARGET_RATE_HZ, cut_cycle
from radarkit.errors import UserError
from radarkit.evaluation import metrics
from radarkit.evaluation.assemble import Reconstruction
from radarkit.evaluation.columns import METRICS
from radarkit.recording import Float32, Float64, Recording

EDGE_S = 1.0

Row = dict[str, str | float]


@dataclass(frozen=True, eq=False)
class Comparison:
    """The scored beats of a trial beside the truth.

    Attributes
    ----------
    predicted_r, true_r : (matched,) float64
        Positions of the pairs in samples.
    missed, invented : int
        True beats and predictions without a partner.
    predicted_lengths, true_lengths : (cycles,) float64
        Of the matched beats that have a successor.
    predicted_cycles : (cycles, 200) float32
        In the normalised unit.
    true_cycles_mv : (cycles, 200) float32
    """

    predicted_r: Float64
    true_r: Float64
    missed: int
    invented: int
    predicted_lengths: Float64
    true_lengths: Float64
    predicted_cycles: Float32
    true_cycles_mv: Float32

    @property
    def timing_error_ms(self) -> Float64:
        """(matched,) signed error of the R peaks; positive is late."""
        error_s = (self.predicted_r - self.true_r) / TARGET_RATE_HZ
        return np.asarray(1000 * error_s, np.float64)


def compare(reconstruction: Reconstruction, truth: Recording) -> Comparison:
    """Match the beats of a trial and cut the true cycles beside the predicted ones.

    Raises
    ------
    UserError
        When the truth has no ECG or R peaks, or is not at 200 Hz.
    """
    ecg, true = _labels(truth)
    predicted = reconstruction.r_peaks
    pairs = metrics.match_beats(predicted, true)
    alone = np.ones(predicted.size, np.bool_)
    alone[pairs[:, 0]] = False
    pairs = pairs[_scored(true[pairs[:, 1]], truth)]
    has_next = pairs[pairs[:, 1] + 1 < true.size]
    true_lengths = np.diff(true)[has_next[:, 1]]
    cycles = [
        cut_cycle(ecg, r, length, SHAPE_POINTS)
        for r, length in zip(true[has_next[:, 1]], true_lengths, strict=True)
    ]
    return Comparison(
        predicted_r=predicted[pairs[:, 0]],
        true_r=true[pairs[:, 1]],
        missed=int(_scored(true, truth).sum()) - len(pairs),
        invented=int((alone & _scored(predicted, truth)).sum()),
        predicted_lengths=reconstruction.lengths[has_next[:, 0]],
        true_lengths=true_lengths,
        predicted_cycles=reconstruction.shapes[has_next[:, 0]],
        true_cycles_mv=np.reshape(cycles, (-1, SHAPE_POINTS)).astype(np.float32),
    )


def score(reconstruction: Reconstruction, truth: Recording) -> dict[str, float]:
    """Score one trial.

    Parameters
    ----------
    reconstruction : Reconstruction
        At 200 Hz.
    truth : Recording
        The same trial at 200 Hz with ECG and R peaks.

    Returns
    -------
    dict
        One value for every key of `METRICS`, NaN where undefined, and ``beats``, how many true
        beats were scored.

    Raises
    ------
    UserError
        As `compare`, or when the two differ in length.
    """
    if reconstruction.ecg_mv.size != truth.samples:
        raise UserError(
            f"{truth.name}: {reconstruction.ecg_mv.size} samples reconstructed",
            expected=f"{truth.samples}, as the truth has",
        )
    found = compare(reconstruction, truth)
    matched = found.true_r.size
    true, predicted = matched + found.missed, matched + found.invented
    edge = round(EDGE_S * TARGET_RATE_HZ)
    middle = slice(edge, max(truth.samples - edge, edge))
    whole_ecg, true_r = _labels(truth)
    ecg, true_ecg = reconstruction.ecg_mv[middle], whole_ecg[middle]
    r = reconstruction.r_peaks
    lag = metrics.best_lag(ecg, true_ecg)
    shifted = metrics.shift_back(ecg, true_ecg, lag)
    return {
        "rmse_mv": _median(metrics.rmse_mv(found.predicted_cycles, found.true_cycles_mv)),
        "pcc": _median(metrics.pcc(found.predicted_cycles, found.true_cycles_mv)),
        "ppi_error_ms": metrics.ppi_error_ms(found.predicted_lengths, found.true_lengths),
        "r_timing_error_ms": metrics.r_timing_error_ms(found.predicted_r, found.true_r),
        "r_timing_error_ms_offset_removed": metrics.r_timing_error_ms_offset_removed(
            found.predicted_r, found.true_r
        ),
        "missed_detection_rate": metrics.missed_detection_rate(matched, true),
        "precision": metrics.precision(matched, predicted),
        "f1": metrics.f1(matched, predicted, true),
        "heart_rate_error_per_min": metrics.heart_rate_error_per_min(
            r[_scored(r, truth)], true_r[_scored(true_r, truth)]
        ),
        "ecg_rmse_mv": metrics.ecg_rmse_mv(ecg, true_ecg),
        "ecg_pcc": metrics.ecg_pcc(ecg, true_ecg),
        "ecg_rmse_mv_lag_adjusted": metrics.ecg_rmse_mv(*shifted),
        "ecg_pcc_lag_adjusted": metrics.ecg_pcc(*shifted),
        "beats": float(true),
    }


def summarise(rows: Sequence[Row]) -> list[Row]:
    """Medians over trials, of everybody and of each subject.

    The median over trials is the published convention. A trial where a metric is undefined does
    not enter it.

    Parameters
    ----------
    rows : sequence of dict
        The scores of one trial each, with its ``subject``; further text entries are dropped.

    Returns
    -------
    list of dict
        First the row of all trials (``subject`` is ``"all"``), then one for each subject in order
        of appearance. ``trials`` counts the trials and ``beats`` is their sum.

    Raises
    ------
    UserError
        Without any trial.
    """
    if not rows:
        raise UserError("no trial was scored", do="check the split and the labels of the data")
    subjects = dict.fromkeys(str(row["subject"]) for row in rows)
    by_subject = [[row for row in rows if row["subject"] == name] for name in subjects]
    return [
        _summary("all", rows),
        *(_summary(name, group) for name, group in zip(subjects, by_subject, strict=True)),
    ]


def for_json(rows: Sequence[Row]) -> list[dict[str, str | float | None]]:
    """Replace NaN, which JSON does not know, by None."""
    return [
        {key: None if isinstance(x, float) and not np.isfinite(x) else x for key, x in row.items()}
        for row in rows
    ]


def _summary(subject: str, group: Sequence[Row]) -> Row:
    values = {
        column.key: _median(np.array([row[column.key] for row in group], np.float64))
        for column in METRICS
    }
    beats = sum(float(row["beats"]) for row in group)
    return {"subject": subject, "trials": float(len(group)), "beats": beats, **values}


def _median(values: Float64) -> float:
    defined = values[np.isfinite(values)]
    return float(np.median(defined)) if defined.size else np.nan


def _scored(position: Float64, truth: Recording) -> NDArray[np.bool_]:
    """Which positions are far enough from the ends."""
    edge = EDGE_S * TARGET_RATE_HZ
    return np.asarray((position >= edge) & (position < truth.samples - edge))


def _labels(truth: Recording) -> tuple[Float32, Float64]:
    """ECG and R peaks of a labelled recording at 200 Hz."""
    if truth.ecg is None or truth.r_peaks is None:
        raise UserError(f"{truth.name} has no ECG or no R peaks", expected="a labelled recording")
    if truth.sample_rate_hz != TARGET_RATE_HZ:
        raise UserError(
            f"{truth.name} is at {truth.sample_rate_hz} Hz", expected=f"{TARGET_RATE_HZ} Hz"
        )
    return truth.ecg, truth.r_peaks.astype(np.float64)
