"""The long-term ECG, assembled from predictions alone.

Each predicted cycle s(p), p in [0, 1], of length L and R peak r becomes the piece

    ecg(t) = offset + amplitude * s((t - r) / L + R_FRACTION)

Where pieces overlap they are cross-faded with weights that fall from 1 at a piece's own R peak to
nothing at its ends, so a cycle predicted too long never blurs its neighbour's R peak. Short gaps
are bridged by a straight line and long gaps return to the baseline. Amplitude and offset cannot be
seen by radar: they are constants of the training subjects. Source: radarODE-MTL, "Task
Deconstruction", and its long-term recovery, here without the true R peaks that the published
assembly places its pieces on.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radarkit.datasets.windows import R_FRACTION, TARGET_RATE_HZ
from radarkit.errors import UserError
from radarkit.recording import Float32, Float64

WEIGHT_FLOOR = 1e-3  # a cycle never vanishes inside itself, so alone it is reproduced exactly
SETTLE_S = 0.15  # how long a long gap takes to return to the baseline


@dataclass(frozen=True, eq=False)
class Reconstruction:
    """What was reconstructed of one trial, at 200 Hz.

    Attributes
    ----------
    r_peaks : (beats,) float64
        Increasing sample positions.
    lengths : (beats,) float64
        Cycle lengths in samples.
    shapes : (beats, points) float32
        Cycles in the normalised unit, R at `R_FRACTION` of each.
    ecg_mv : (samples,) float32
        The long-term ECG.
    anchor_curve : (samples,) float32, optional
        What the R peaks were picked from.
    confidence : (beats,) float32, optional
        How sure the method is of each beat, from 0 to 1; 0 for an interpolated one.
    ecg_confidence : (samples,) float32, optional
        The same of the ECG, joined as the cycles are; 0 where none lies.
    interpolated : (beats,) bool, optional
        Beats that were not found but put between their neighbours; see
        `radarkit.evaluation.bridge`.
    """

    r_peaks: Float64
    lengths: Float64
    shapes: Float32
    ecg_mv: Float32
    anchor_curve: Float32 | None = None
    confidence: Float32 | None = None
    ecg_confidence: Float32 | None = None
    interpolated: NDArray[np.bool_] | None = None


def assemble(
    r_peaks: Float64,
    lengths: Float64,
    shapes: Float32,
    samples: int,
    *,
    amplitude_mv: float,
    offset_mv: float,
    anchor_curve: Float32 | None = None,
    confidence: Float32 | None = None,
    interpolated: NDArray[np.bool_] | None = None,
) -> Reconstruction:
    """Place every cycle at its R peak and join them.

    Parameters
    ----------
    r_peaks : (beats,) float64
        Sample positions, increasing.
    lengths : (beats,) float64
        Cycle lengths in samples.
    shapes : (beats, points) float32
        Cycles, 0 at the foot and 1 at the top.
    samples : int
        Samples of the trial at 200 Hz.
    amplitude_mv, offset_mv : float
        Height and foot of a cycle.
    anchor_curve : (samples,) float32, optional
        Kept for the figures.
    confidence : (beats,) float32, optional
        Becomes the confidence of the ECG.
    interpolated : (beats,) bool, optional
        Kept.

    Returns
    -------
    Reconstruction
        Without beats its ECG is `offset_mv` throughout.

    Raises
    ------
    UserError
        When a prediction is not finite or a length is not positive.
    """
    broken = ~(np.isfinite(r_peaks) & np.isfinite(shapes).all(axis=1) & np.isfinite(lengths))
    broken |= ~(lengths > 0)
    if broken.any():
        raise UserError(
            f"{int(broken.sum())} of {broken.size} predicted cycles are not finite",
            expected="finite shapes and positive lengths",
            do="the training diverged: train again, with a smaller learning rate",
        )
    total, weight, sure = np.zeros(samples), np.zeros(samples), np.zeros(samples)
    beliefs = np.zeros(r_peaks.size) if confidence is None else confidence
    phase_of_point = np.linspace(0.0, 1.0, shapes.shape[1])
    for r_peak, length, shape, belief in zip(r_peaks, lengths, shapes, beliefs, strict=True):
        start = r_peak - R_FRACTION * length
        first, last = max(int(np.ceil(start)), 0), min(int(start + length) + 1, samples)
        if first >= last:
            continue
        phase = np.clip((np.arange(first, last) - start) / length, 0.0, 1.0)
        near = np.minimum(phase / R_FRACTION, (1 - phase) / (1 - R_FRACTION))
        near = np.maximum(near, WEIGHT_FLOOR)
        total[first:last] += near * np.interp(phase, phase_of_point, shape)
        weight[first:last] += near
        sure[first:last] += near * belief
    covered = np.flatnonzero(weight)
    level = total[covered] / weight[covered]
    # a heart rests for most of a cycle, so the median of the cycles is the isoelectric line
    baseline = float(np.median(shapes)) if covered.size else 0.0
    ecg = offset_mv + amplitude_mv * _bridge(covered, level, samples, baseline)
    np.divide(sure, weight, out=sure, where=weight > 0)
    return Reconstruction(
        r_peaks,
        lengths,
        shapes,
        ecg.astype(np.float32),
        anchor_curve,
        confidence,
        None if confidence is None else sure.astype(np.float32),
        interpolated,
    )


def _bridge(covered: NDArray[np.int64], level: Float64, samples: int, baseline: float) -> Float64:
    """Fill what no cycle covers: a straight line, by way of the baseline where the gap is long."""
    settle = round(SETTLE_S * TARGET_RATE_HZ)
    left = np.concatenate([[-settle - 1], covered])  # the trial begins and ends at the baseline
    right = np.concatenate([covered, [samples + settle]])
    long = right - left > 2 * settle
    rest = np.concatenate([left[long] + settle, right[long] - settle])
    knots = np.concatenate([covered, rest])
    values = np.concatenate([level, np.full(rest.size, baseline)])
    order = np.argsort(knots, kind="stable")
    return np.asarray(np.interp(np.arange(samples), knots[order], values[order]), np.float64)
