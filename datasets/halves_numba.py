"""Stored spectrograms to what a network reads, in one pass over memory.

NumPy turns half into single precision in software and needs five passes for the rest; reading a
window from a warm cache takes less than that. It runs without the interpreter's lock.
"""

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from radarkit.recording import Float32

_TINY = np.float32(2.0**-24)  # the smallest half above zero


@numba.njit(inline="always")
def _single(bits: Any) -> Any:
    """Value of the half in [0, infinity) with these bits: exponents are rebased from 15 to 127."""
    normal = np.uint32((np.uint32(bits) << np.uint32(13)) + np.uint32(0x38000000)).view(np.float32)
    return normal if bits >= 0x400 else np.float32(bits) * _TINY


@numba.njit(nogil=True, cache=True)
def normalise_halves(bits: NDArray[np.uint16], normalised: Float32) -> int:
    """Min-max normalise each row to [0, 1]; a constant row becomes zeros.

    Parameters
    ----------
    bits : (rows, n)
        Bits of halves that are neither negative nor infinite nor NaN: then they are in the order of
        their values.
    normalised : (rows, n)
        Written.

    Returns
    -------
    int
        The largest bits. From 0x7C00 on, what is written means nothing.
    """
    largest = np.uint16(0)
    for row in range(bits.shape[0]):
        low, high = np.uint16(0xFFFF), np.uint16(0)
        for index in range(bits.shape[1]):
            low = min(low, bits[row, index])
            high = max(high, bits[row, index])
        largest = max(largest, high)
        lowest = _single(low)
        span = _single(high) - lowest
        if span == 0:
            span = np.float32(1)
        for index in range(bits.shape[1]):
            normalised[row, index] = (_single(bits[row, index]) - lowest) / span
    return int(largest)
