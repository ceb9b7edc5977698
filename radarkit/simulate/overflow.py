"""Undo the overflow of stored samples.

A sample that does not fit the bits of its file comes back from the other end of their range: a tall
R wave stored in 12 bits turns into a burst of both signs, although nothing is lost. As an ECG bends
by less than half the range from sample to sample, each is put back by the number of ranges that
brings it nearest to where its two predecessors point (unwrapping, of second order).
"""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

from radarkit.recording import Float64

STEEPEST = 0.45  # of the range, per sample: more is a mistake that must not go on
LEVEL_S = 10.0  # what is off by whole ranges for longer is a mistake, not a drift
CHECKS_PER_S = 10.0  # of the level


def overflows(stored: NDArray[np.int64], bits: int) -> bool:
    """Whether neighbouring samples (samples,) lie more than half the range of the bits apart."""
    there = stored > -(2 ** (bits - 1))
    far = np.abs(np.diff(stored)) > 2 ** (bits - 1)
    return bool((far & there[1:] & there[:-1]).any())


def undo_overflow(stored: NDArray[np.int64], bits: int, sample_rate_hz: float) -> Float64:
    """Put each sample back to where it was before it was stored.

    Parameters
    ----------
    stored : (samples,) int64
        As they lie in the file. The lowest value marks missing samples, but a single one is more
        likely to be a value that overflowed.
    bits : int
        Of a stored sample.
    sample_rate_hz : float
        Their rate.

    Returns
    -------
    (samples,) float64
        Equal to `stored` up to whole multiples of 2**bits; NaN where two or more are missing.
    """
    span = 2**bits
    steepest = int(STEEPEST * span)
    turns = np.zeros(stored.size, np.int64)
    last, step = int(stored[0]), 0
    for at, value in enumerate(stored.tolist()):
        expected = last + min(max(step, -steepest), steepest)
        turns[at] = round((expected - value) / span)
        now = value + int(turns[at]) * span
        last, step = now, now - last
    every = max(1, round(sample_rate_hz / CHECKS_PER_S))
    level = median_filter(turns[::every], round(LEVEL_S * CHECKS_PER_S) + 1, mode="nearest")
    turns -= np.repeat(level, every)[: stored.size]
    restored = np.asarray(stored + span * turns, np.float64)
    lowest = stored == -(span // 2)
    pair = lowest[1:] & lowest[:-1]
    restored[np.append(pair, False) | np.append(False, pair)] = np.nan
    return restored
