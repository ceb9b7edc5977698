"""R peaks where the network is unsure and the motion of the chest shows the heart rate by itself.

To radars of few frames or one point a beat is faint: the anchor curve of a network has bumps at
most R peaks and between them. If the pulse in the displacement tells the rate, the row of beats is
taken that collects the highest bumps at about that distance:

    sum over beats of  a(t_i) - tightness / 2 * (log((t_i - t_(i-1)) / T) / spread)^2  -> max

with a(t) the curve in units of a typical beat and T the interval of the rate. It is found by
dynamic programming (Ellis, "Beat tracking by dynamic programming", Journal of New Music Research
36, 2007). A network that is sure is left alone: it follows early beats and pauses, which a rate
does not.
"""

from typing import NamedTuple

import numpy as np

from radarkit.datasets.windows import TARGET_RATE_HZ
from radarkit.evaluation.decode import (
    SMALLEST_RISE,
    anchor_confidence,
    finite,
    pick_anchors,
    typical_rise,
)
from radarkit.evaluation.own_rate import OwnRate
from radarkit.evaluation.stretch_bounds import stretch_bounds
from radarkit.recording import Float32, Float64

UNSURE = 0.5  # median confidence below which a stretch is guided
_TIGHTNESS = 0.6  # of a typical beat, for an interval off by the spread
_SPREAD = 0.1  # of the interval: what hearts at rest vary by
_SHORTEST, _LONGEST = 0.6, 1.6  # of the interval
_CLOSEST_S = 0.25  # less than `pick_anchors` leaves between two beats


class Picked(NamedTuple):
    """R peaks, and where they were guided.

    Attributes
    ----------
    r_peaks : (beats,) float64
        Increasing sample positions.
    guided_per_min : tuple of float or None
        Of each stretch (`stretch_bounds`) the heart rate that guided it; None where the network was
        left alone.
    """

    r_peaks: Float64
    guided_per_min: tuple[float | None, ...]


def pick_guided(curve: Float32, rate_of: OwnRate) -> Picked:
    """Find the R peaks in an anchor curve, guided by the heart rate where that is needed.

    Parameters
    ----------
    curve : (samples,) float32
        Anchor curve of a trial at 200 Hz.
    rate_of : callable
        Gives the heart rate that the motion shows by itself.

    Returns
    -------
    Picked
        The R peaks of `pick_anchors` but in unsure stretches whose rate is known.
    """
    free = pick_anchors(curve)
    sure = anchor_confidence(curve, free)
    picked, rates = [], []
    for first, last in stretch_bounds(curve.size):
        inside = (free >= first) & (free < last)
        unsure = not inside.any() or np.median(sure[inside]) < UNSURE
        per_min = rate_of(first, last).per_min if unsure else None
        if per_min is None:
            picked.append(free[inside])
        else:
            picked.append(first + track(curve[first:last], 60 * TARGET_RATE_HZ / per_min))
        rates.append(per_min)
    together = np.concatenate(picked)
    apart = np.diff(together, prepend=-np.inf) >= _CLOSEST_S * TARGET_RATE_HZ
    # two stretches may end and begin with the same beat
    return Picked(np.asarray(together[apart]), tuple(rates))


def track(curve: Float32, interval: float) -> Float64:
    """Find the row of beats about an interval apart that collects the highest bumps.

    Parameters
    ----------
    curve : (samples,) float32
        Anchor curve.
    interval : float
        Usual distance of beats in samples.

    Returns
    -------
    (beats,) float64
        Increasing sample positions from the first interval to the last; empty where the curve has
        no bump.
    """
    height = finite(curve)
    rise = typical_rise(height)
    if rise is None or rise < SMALLEST_RISE:
        return np.empty(0)
    worth = (height - np.median(height)) / rise
    gaps = np.arange(round(_SHORTEST * interval), round(_LONGEST * interval) + 1)
    cost = 0.5 * _TIGHTNESS * (np.log(gaps / interval) / _SPREAD) ** 2
    best, before = worth.copy(), np.full(worth.size, -1)
    for at in range(gaps[0], worth.size):
        reached = gaps[: np.searchsorted(gaps, at, side="right")]
        gained = best[at - reached] - cost[: reached.size]
        chosen = int(gained.argmax())
        if at >= interval or gained[chosen] > 0:  # only the first beat has none before it
            best[at] += gained[chosen]
            before[at] = at - reached[chosen]
    ends = max(0, worth.size - round(interval))
    row = [ends + int(best[ends:].argmax())]
    while before[row[-1]] >= 0:
        row.append(int(before[row[-1]]))
    return np.array(row[::-1], np.float64)
