"""From what a model predicts for windows to the R peaks and cycles of a trial.

Neighbouring windows overlap, so every instant is predicted several times. The anchor curves are
averaged with a taper; the R peaks are the peaks of that average; the cycle at an R peak comes from
the windows whose central beat it is. Nothing here knows the truth.

Source: radarODE-MTL, "Task Deconstruction"; the published decoding (a peak picker on each window
alone, the cycle's length read from the arg max) is replaced because it is coarser than a sample at
200 Hz.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import find_peaks
from scipy.signal.windows import hann
from scipy.special import softmax

from radarkit.datasets.windows import TARGET_RATE_HZ
from radarkit.peaks import between_samples
from radarkit.recording import Float32, Float64

TAPER_FLOOR = 0.01  # weight of a window's edges: enough to speak where no other window does
TYPICAL_QUANTILE = 0.9  # even at 40 beats a minute a fifth of the candidates 0.3 s apart are beats
SMALLEST_RISE = 0.02  # of a bump of height 1; below it a curve only ripples
LENGTH_REACH = 20  # classes either side of the arg max that count, 0.1 s
CLOSENESS_S = 0.2  # how fast a window's say falls as its centre leaves the R peak
_AT_ONCE = 2048  # cycles that are weighed at a time: a night has a hundred thousand


class OverlapAverage:
    """The mean of the curves of overlapping windows, gathered a few windows at a time.

    A window sees only half of the neighbourhood of its edges, so its points are weighted by a Hann
    taper with the floor `TAPER_FLOOR`. In memory are two numbers a sample of the trial, however
    many windows there are; windows that come in the same order give the same mean to the bit,
    however they are parted.

    Parameters
    ----------
    samples : int
        Samples of the trial.
    """

    def __init__(self, samples: int) -> None:
        self._total, self._weight = np.zeros(samples), np.zeros(samples)

    def add(self, curves: Float32, starts: NDArray[np.int64]) -> None:
        """Add windows.

        Parameters
        ----------
        curves : (windows, points) float32
            What was predicted, at 200 Hz.
        starts : (windows,) int64
            Sample of the trial at which each window starts; it may hang over either end.
        """
        points, samples = curves.shape[1], self._total.size
        taper = TAPER_FLOOR + (1 - TAPER_FLOOR) * np.asarray(hann(points), np.float64)
        for curve, start in zip(curves, starts, strict=True):
            first, last = max(start, 0), min(start + points, samples)
            if first < last:
                inside = slice(first - start, last - start)
                self._total[first:last] += taper[inside] * curve[inside]
                self._weight[first:last] += taper[inside]

    def mean(self) -> Float32:
        """Return the weighted mean, (samples,) float32; 0 where no window lies."""
        none = np.zeros_like(self._total)
        mean = np.divide(self._total, self._weight, out=none, where=self._weight > 0)
        return mean.astype(np.float32)


def overlap_average(curves: Float32, starts: NDArray[np.int64], samples: int) -> Float32:
    """Average the curves of overlapping windows, anchors or ECGs, into one curve of the trial.

    Parameters
    ----------
    curves : (windows, points) float32
        What was predicted, at 200 Hz.
    starts : (windows,) int64
        Sample of the trial at which each window starts; it may hang over either end.
    samples : int
        Samples of the trial.

    Returns
    -------
    (samples,) float32
        See `OverlapAverage`.
    """
    average = OverlapAverage(samples)
    average.add(curves, starts)
    return average.mean()


def pick_anchors(
    curve: Float32, *, threshold: float = 0.35, min_distance_s: float = 0.3
) -> Float64:
    """Find the R peaks in an anchor curve.

    A peak counts when it rises above the median of the curve by at least `threshold` of a typical
    beat's rise. The typical beat is the 90th percentile of all peaks that are `min_distance_s`
    apart, so that a model which is sure of nothing still has its own scale. A parabola through the
    three highest points places each peak between samples.

    Parameters
    ----------
    curve : (samples,) float32
        Anchor curve at 200 Hz; NaN and infinity count as 0.
    threshold : float
        Share of the typical rise.
    min_distance_s : float
        Of two closer peaks only the higher remains.

    Returns
    -------
    (beats,) float64
        Increasing sample positions; empty when the curve nowhere rises by `SMALLEST_RISE`.
    """
    height = finite(curve)
    candidates, rise = _rises(height, min_distance_s)
    if candidates.size == 0:
        return np.empty(0)
    typical = np.quantile(rise, TYPICAL_QUANTILE)
    at = candidates[rise >= max(threshold * typical, SMALLEST_RISE)]
    return between_samples(height, at)


def typical_rise(height: Float64, *, min_distance_s: float = 0.3) -> float | None:
    """Tell how high a typical beat stands above the median of an anchor curve.

    Parameters
    ----------
    height : (samples,) float64
        Anchor curve at 200 Hz, made `finite`.
    min_distance_s : float
        Of two closer peaks only the higher counts.

    Returns
    -------
    float or None
        None where there is no peak at all.
    """
    _, rise = _rises(height, min_distance_s)
    return float(np.quantile(rise, TYPICAL_QUANTILE)) if rise.size else None


def finite(curve: Float32) -> Float64:
    """Take NaN and infinity in an anchor curve for 0."""
    return np.nan_to_num(np.asarray(curve, np.float64), nan=0.0, posinf=0.0, neginf=0.0)


def _rises(height: Float64, min_distance_s: float) -> tuple[NDArray[np.int64], Float64]:
    """Find the peaks that are a distance apart, and how high they stand above the median."""
    candidates, _ = find_peaks(height, distance=max(1, round(min_distance_s * TARGET_RATE_HZ)))
    if candidates.size == 0:  # of an empty curve, too, which has no median
        return candidates, np.empty(0)
    return candidates, height[candidates] - np.median(height)


def anchor_confidence(curve: Float32, r_peaks: Float64) -> Float32:
    """Tell how sure the predictions are of each R peak, from themselves alone.

    The height of the averaged curve at the R peak above its median, where 1 is the height of the
    bump that a network learns to draw. It falls when windows are unsure, and when overlapping
    windows are sure of different places, since their bumps then average to a low and broad one.
    It is no probability; `docs/evaluation.md` says how often R peaks of a confidence were right.

    Parameters
    ----------
    curve : (samples,) float32
        Anchor curve at 200 Hz; NaN and infinity count as 0.
    r_peaks : (beats,) float64
        Sample positions.

    Returns
    -------
    (beats,) float32
        In [0, 1].
    """
    height = finite(curve)
    if height.size == 0:
        return np.zeros(r_peaks.size, np.float32)
    at = np.interp(r_peaks, np.arange(height.size), height) - np.median(height)
    return np.asarray(np.clip(at, 0.0, 1.0), np.float32)


def decode_length(logits: Float32) -> Float64:
    """Read cycle lengths from class logits, finer than a class.

    Lengths are ordered, so the probability around the most likely class says where between classes
    the length lies; its centroid within `LENGTH_REACH` classes is taken. Class c stands for c + 1
    samples.

    Parameters
    ----------
    logits : (windows, classes) float32

    Returns
    -------
    (windows,) float64
        Lengths in samples at 200 Hz.
    """
    probability = softmax(np.asarray(logits, np.float64), axis=1)
    classes = np.arange(probability.shape[1])
    near = np.abs(classes - probability.argmax(axis=1)[:, None]) <= LENGTH_REACH
    weight = np.where(near, probability, 0.0)
    return np.asarray((weight * (classes + 1)).sum(axis=1) / weight.sum(axis=1), np.float64)


def cycles_at(
    r_peaks: Float64,
    starts: NDArray[np.int64],
    window_samples: int,
    lengths: Float64,
    shapes: Float32,
) -> tuple[Float64, Float32]:
    """Gather the cycle of each R peak from the windows that predict it.

    A window predicts the cycle of the beat nearest its centre, so each window speaks for the
    predicted R peak nearest its centre. Where several speak for one R peak they are averaged, the
    closer the centre the heavier; an R peak for which none speaks takes the window nearest to it.

    Parameters
    ----------
    r_peaks : (beats,) float64
        Predicted R peaks, increasing sample positions.
    starts : (windows,) int64
        Increasing start samples, at least one.
    window_samples : int
        Length of a window.
    lengths : (windows,) float64
        Predicted cycle lengths in samples.
    shapes : (windows, points) float32
        Predicted cycles.

    Returns
    -------
    lengths : (beats,) float64
    shapes : (beats, points) float32
    """
    centres = np.asarray(starts, np.float64) + window_samples / 2
    if r_peaks.size == 0:
        return np.empty(0), np.empty((0, shapes.shape[1]), np.float32)
    owner = np.searchsorted((r_peaks[1:] + r_peaks[:-1]) / 2, centres)
    distance_s = (centres - r_peaks[owner]) / TARGET_RATE_HZ
    say = np.exp(-0.5 * (distance_s / CLOSENESS_S) ** 2)
    total = np.bincount(owner, say, r_peaks.size)
    # a say that underflows to nothing (a window seconds away) is no say
    alone = total < np.finfo(np.float64).tiny
    nearest = np.searchsorted((centres[1:] + centres[:-1]) / 2, r_peaks)
    gathered_lengths = np.asarray(np.bincount(owner, say * lengths, r_peaks.size), np.float64)
    gathered = np.zeros((r_peaks.size, shapes.shape[1]))
    for first in range(0, owner.size, _AT_ONCE):
        few = slice(first, first + _AT_ONCE)
        np.add.at(gathered, owner[few], say[few, None] * shapes[few].astype(np.float64))
    share = np.where(alone, 1.0, total)
    gathered_lengths, gathered = gathered_lengths / share, gathered / share[:, None]
    gathered_lengths[alone], gathered[alone] = lengths[nearest[alone]], shapes[nearest[alone]]
    return gathered_lengths, gathered.astype(np.float32)
