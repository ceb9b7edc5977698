"""Every metric, defined: what it means, its unit, which way is better, where it comes from.

Positions and lengths are in samples at 200 Hz. Every function is total: where a value is undefined
(nothing to compare with) it is NaN, where a prediction fails it gets the score of a failure. Where
the truth is used to align a prediction before scoring it, the name says so.

Source: radarODE-MTL's tables (RMSE, PCC, PPI error, timing error, MDR) and AAMI EC57's 150 ms; the
peaks of the other waves are in `peak_errors`, the mean over metrics in `delta_m`.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from radarkit.datasets.windows import TARGET_RATE_HZ, normalise_cycle
from radarkit.recording import Float64

TOLERANCE_S = 0.15
MAX_LAG_S = 0.15

Real = NDArray[np.floating] | NDArray[np.integer]
_MS = 1000 / TARGET_RATE_HZ


def match_beats(predicted: Real, true: Real, tolerance_s: float = TOLERANCE_S) -> NDArray[np.int64]:
    """Pair predicted with true R peaks, one to one, within a tolerance.

    As many pairs as possible; among those pairings the one with the least sum of distances.

    Parameters
    ----------
    predicted, true : (beats,)
        Increasing sample positions.
    tolerance_s : float
        Largest distance of a pair, inclusive.

    Returns
    -------
    (pairs, 2) int64
        Indices into `predicted` and `true`, both increasing.
    """
    tolerance = tolerance_s * TARGET_RATE_HZ
    position = np.concatenate([predicted, true]).astype(np.float64)
    order = np.argsort(position, kind="stable")
    pairs: list[NDArray[np.int64]] = []
    # beats further apart than the tolerance cannot compete, so each cluster is solved alone
    for cluster in np.split(order, np.flatnonzero(np.diff(position[order]) > tolerance) + 1):
        p, t = cluster[cluster < predicted.size], cluster[cluster >= predicted.size]
        distance = np.abs(position[p][:, None] - position[t][None, :])
        reward = tolerance * cluster.size + 1  # of one more pair: above any sum of distances
        cost = np.where(distance <= tolerance, distance - reward, 0.0)
        rows, columns = linear_sum_assignment(cost)
        real = cost[rows, columns] < 0
        pairs.append(np.column_stack([p[rows[real]], t[columns[real]] - predicted.size]))
    found = np.concatenate(pairs)
    # sorted sides give the same sum of distances without crossings
    return np.column_stack([np.sort(found[:, 0]), np.sort(found[:, 1])])


def missed_detection_rate(matched: int, true: int) -> float:
    """Share of the true beats that no prediction matches, 0 to 1; lower is better.

    Says nothing of invented beats: read it beside `precision`. NaN without true beats.
    Source: radarODE-MTL, "MDR".
    """
    return (true - matched) / true if true else np.nan


def precision(matched: int, predicted: int) -> float:
    """Share of the predicted beats that match a true one, 0 to 1; higher is better.

    NaN without predictions. Source: AAMI EC57, "positive predictivity".
    """
    return matched / predicted if predicted else np.nan


def f1(matched: int, predicted: int, true: int) -> float:
    """Harmonic mean of precision and of 1 - MDR, 0 to 1; higher is better.

    Falls with missed and with invented beats. NaN without any beat. Source: van Rijsbergen,
    Information Retrieval, 1979, of the two rates of AAMI EC57.
    """
    return 2 * matched / (predicted + true) if predicted + true else np.nan


def r_timing_error_ms(predicted: Real, true: Real) -> float:
    """Mean absolute distance of matched R peaks in ms; lower is better.

    Nothing is aligned. Missed beats are not in the mean (in the published one they count as 0).
    NaN without matched beats. Source: radarODE-MTL, "timing error", there with the offset removed.

    Parameters
    ----------
    predicted, true : (matched,)
        Positions of the pairs.
    """
    return float(np.abs(predicted - true).mean() * _MS) if true.size else np.nan


def r_timing_error_ms_offset_removed(predicted: Real, true: Real) -> float:
    """`r_timing_error_ms` after the truth moved all predictions by the trial's median error.

    In ms, lower is better. It tells jitter from a constant delay. Source: radarODE-MTL, "timing
    error", which is of this kind.
    """
    error = np.asarray(predicted - true, np.float64)
    return float(np.abs(error - np.median(error)).mean() * _MS) if true.size else np.nan


def ppi_error_ms(predicted_lengths: Real, true_lengths: Real) -> float:
    """Root mean square error of cycle lengths in ms; lower is better.

    The predicted length of each matched beat against the true distance to its next R peak. The
    published "PPI error" is this root mean square, not a mean absolute error. NaN without beats.
    Source: radarODE-MTL, "PPI error".
    """
    if not true_lengths.size:
        return np.nan
    return float(np.sqrt(np.mean(np.square(predicted_lengths - true_lengths))) * _MS)


def rmse_mv(predicted: Real, true_mv: Real) -> Float64:
    """Root mean square error of the shape of each cycle in mV; lower is better.

    Both are min-max normalised and the difference is scaled by the true peak-to-peak, so errors of
    amplitude and offset do not show. A constant or broken prediction counts as a flat line; a
    constant truth gives NaN. Source: radarODE-MTL, "RMSE" of the shape task.

    Parameters
    ----------
    predicted : (..., points)
        In any unit.
    true_mv : (..., points)
        In mV.

    Returns
    -------
    (...) float64
    """
    span = np.ptp(true_mv, axis=-1).astype(np.float64)
    p, t = (normalise_cycle(np.asarray(x, np.float64)) for x in (_mend(predicted), true_mv))
    error = np.sqrt(np.mean(np.square(np.asarray(p - t, np.float64)), axis=-1))
    return np.where(span > 0, error * span, np.nan)


def pcc(predicted: Real, true: Real) -> Float64:
    """Pearson's correlation along the last axis, -1 to 1; higher is better.

    A constant or broken prediction scores 0, as it tells nothing; a constant truth gives NaN.
    Source: radarODE-MTL, "PCC" of the shape task.

    Parameters
    ----------
    predicted, true : (..., points)

    Returns
    -------
    (...) float64
    """
    p, t = (_centre(np.asarray(x, np.float64)) for x in (_mend(predicted), true))
    norm = np.sqrt(np.square(p).sum(axis=-1) * np.square(t).sum(axis=-1))
    value = np.divide((p * t).sum(axis=-1), norm, out=np.zeros(norm.shape), where=norm > 0)
    return np.where(np.ptp(true, axis=-1) > 0, value, np.nan)


def ecg_rmse_mv(predicted_mv: Real, true_mv: Real) -> float:
    """Root mean square difference of two long-term ECGs in mV, nothing scaled; lower is better.

    Offset, amplitude and timing all count. NaN for an empty ECG. Source: MMECG and radarODE-MTL,
    "RMSE" of the long-term ECG, there after scaling to the range of the truth.
    """
    difference = np.asarray(predicted_mv, np.float64) - true_mv
    return float(np.sqrt(np.mean(np.square(difference)))) if difference.size else np.nan


def ecg_pcc(predicted_mv: Real, true_mv: Real) -> float:
    """Pearson's correlation of two long-term ECGs as they stand, -1 to 1; higher is better.

    NaN for an empty ECG. Source: MMECG and radarODE-MTL, "PCC" of the long-term ECG, there with
    each cycle placed on its true R peak.
    """
    return float(pcc(predicted_mv, true_mv)) if true_mv.size else np.nan


def best_lag(predicted_mv: Real, true_mv: Real, max_lag_s: float = MAX_LAG_S) -> int:
    """By how many samples a predicted ECG comes too late, judged by the truth.

    The shift within `max_lag_s` of highest correlation; the smallest of equals, 0 where no shift
    is defined.
    """
    reach = min(round(max_lag_s * TARGET_RATE_HZ), max(true_mv.size - 2, 0))
    lags = sorted(range(-reach, reach + 1), key=abs)
    scores = [ecg_pcc(*shift_back(predicted_mv, true_mv, lag)) for lag in lags]
    return lags[int(np.argmax(np.nan_to_num(scores, nan=-2.0)))]


def shift_back(predicted: Real, true: Real, lag: int) -> tuple[Real, Real]:
    """Cut two signals to the part they share after `predicted` moved `lag` samples earlier."""
    if lag >= 0:
        return predicted[lag:], true[: true.size - lag]
    return predicted[:lag], true[-lag:]


def heart_rate_error_per_min(predicted: Real, true: Real) -> float:
    """Absolute error of the mean heart rate, 60 s over the mean RR interval; lower is better.

    Fewer than two predicted beats are a rate of 0 per minute; fewer than two true ones give NaN.
    Source: radarODE-MTL, "HR error" (there, the median over trials of this).
    """
    return (
        abs(_heart_rate_per_min(predicted) - _heart_rate_per_min(true)) if true.size > 1 else np.nan
    )


def _heart_rate_per_min(r_peaks: Real) -> float:
    if r_peaks.size < 2:
        return 0.0
    return float(60 * TARGET_RATE_HZ * (r_peaks.size - 1) / (r_peaks[-1] - r_peaks[0]))


def _centre(x: Float64) -> Float64:
    # the mean of equal numbers need not equal them to the last bit
    flat = np.ptp(x, axis=-1, keepdims=True) == 0
    return np.where(flat, 0.0, x - x.mean(axis=-1, keepdims=True))


def _mend(x: Real) -> Real:
    """Replace rows that hold NaN or infinity by a flat line."""
    return np.where(np.isfinite(x).all(axis=-1, keepdims=True), x, 0)
