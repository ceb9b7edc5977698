"""The score of a trial, and what many trials amount to.

Beats closer than `EDGE_S` to either end of a trial are not scored: their cycles are cut off and
their windows see half a neighbourhood. Predictions that answer to them, or that lie there, are not
counted as invented. The shape of a matched beat's predicted cycle is compared with the true cycle
of that beat, whoever predicted it, so a model and a baseline are scored by the same code.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from radarkit.datasets.windows import SHAPE_POINTS, TARGET_RATE_HZ, cut_cycle
from radarkit.errors import UserError
from radarkit.evaluation import metrics
from radarkit.evaluation.assemble import Reconstruction
from radarkit.evaluation.bootstrap import median_interval
from radarkit.evaluation.columns import METRICS, Metric
from radarkit.evaluation.delta_m import has_failed
from radarkit.evaluation.labels import EDGE_S, is_scored, labels
from radarkit.evaluation.peak_errors import paired_peak_times_ms, peak_scores
from radarkit.recording import Float32, Float64, Recording

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
    ecg, true = labels(truth)
    predicted = reconstruction.r_peaks
    pairs = metrics.match_beats(predicted, true)
    alone = np.ones(predicted.size, np.bool_)
    alone[pairs[:, 0]] = False
    pairs = pairs[is_scored(true[pairs[:, 1]], truth.samples)]
    has_next = pairs[pairs[:, 1] + 1 < true.size]
    true_lengths = np.diff(true)[has_next[:, 1]]
    cycles = [
        cut_cycle(ecg, r, length, SHAPE_POINTS)
        for r, length in zip(true[has_next[:, 1]], true_lengths, strict=True)
    ]
    return Comparison(
        predicted_r=predicted[pairs[:, 0]],
        true_r=true[pairs[:, 1]],
        missed=int(is_scored(true, truth.samples).sum()) - len(pairs),
        invented=int((alone & is_scored(predicted, truth.samples)).sum()),
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
        One value for every key of `METRICS`, NaN where undefined; ``beats``, how many true beats
        were scored; ``lag_ms``, how much too late the ECG came, which the lag-adjusted scores took
        back.

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
    whole_ecg, true_r = labels(truth)
    ecg, true_ecg = reconstruction.ecg_mv[middle], whole_ecg[middle]
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
            *(x[is_scored(x, truth.samples)] for x in (reconstruction.r_peaks, true_r))
        ),
        "ecg_rmse_mv": metrics.ecg_rmse_mv(ecg, true_ecg),
        "ecg_pcc": metrics.ecg_pcc(ecg, true_ecg),
        "ecg_rmse_mv_lag_adjusted": metrics.ecg_rmse_mv(*shifted),
        "ecg_pcc_lag_adjusted": metrics.ecg_pcc(*shifted),
        **peak_scores(*paired_peak_times_ms(reconstruction, truth)),
        "beats": float(true),
        "lag_ms": 1000 * lag / TARGET_RATE_HZ,
    }


def summarise(rows: Sequence[Row]) -> list[Row]:
    """Medians over trials, of everybody and of each subject, and how far they can be trusted.

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
        of appearance. ``trials`` counts the trials and ``beats`` is their sum. For every key of
        `METRICS` the median, and with these endings:

        ``_mean``
            The mean, for what is nought in most trials.
        ``_nine_in_ten``
            What nine trials in ten reach: the 90th percentile of an error, the 10th of what is
            better when higher.
        ``_low``, ``_high``
            95 % confidence interval of the median, see `median_interval`; NaN for one subject.

        ``lag_ms`` is the median lag; ``failed`` is whether the median PCC of the cycles
        `has_failed`.

    Raises
    ------
    UserError
        Without any trial.
    """
    return [_summary("subject", "all", rows), *summarise_by(rows, "subject")]


def summarise_by(rows: Sequence[Row], key: str) -> list[Row]:
    """Summaries as of `summarise` for each value of a text entry, in order of appearance."""
    if not rows:
        raise UserError("no trial was scored", do="check the split and the labels of the data")
    return [
        _summary(key, name, [row for row in rows if row[key] == name])
        for name in dict.fromkeys(str(row[key]) for row in rows)
    ]


def for_json(rows: Sequence[Row]) -> list[dict[str, str | float | None]]:
    """Replace NaN, which JSON does not know, by None."""
    return [
        {key: None if isinstance(x, float) and not np.isfinite(x) else x for key, x in row.items()}
        for row in rows
    ]


def _summary(key: str, name: str, group: Sequence[Row]) -> Row:
    summary: Row = {
        key: name,
        "trials": float(len(group)),
        "beats": sum(float(row["beats"]) for row in group),
        "lag_ms": _median(_column(group, "lag_ms")),
    }
    subjects = [str(row["subject"]) for row in group]
    for metric in METRICS:
        summary |= _spread(metric, _column(group, metric.key), subjects)
    return summary | {"failed": has_failed(float(summary["pcc"]))}


def _spread(metric: Metric, values: Float64, subjects: Sequence[str]) -> Row:
    defined = values[np.isfinite(values)]
    mean, reached = np.nan, np.nan
    if defined.size:
        mean = float(defined.mean())
        reached = float(np.percentile(defined, 90 if metric.better == "lower" else 10))
    low, high = median_interval(values, subjects)
    return {
        metric.key: _median(values),
        f"{metric.key}_mean": mean,
        f"{metric.key}_nine_in_ten": reached,
        f"{metric.key}_low": low,
        f"{metric.key}_high": high,
    }


def _column(group: Sequence[Row], key: str) -> Float64:
    return np.array([row[key] for row in group], np.float64)


def _median(values: Float64) -> float:
    defined = values[np.isfinite(values)]
    return float(np.median(defined)) if defined.size else np.nan
