"""Peaks between samples.

The vertex of the parabola through a local maximum b and its neighbours a, c lies
(a - c) / (2 (a - 2b + c)) samples from it.
"""

import numpy as np
from numpy.typing import NDArray

from radarkit.recording import Float64


def between_samples(curve: Float64, at: NDArray[np.int64]) -> Float64:
    """Move local maxima to the vertex of the parabola through their three points.

    Parameters
    ----------
    curve : (samples,) float64
    at : (peaks,) int64
        Indices of local maxima, none of them an end of `curve`.

    Returns
    -------
    (peaks,) float64
        At most half a sample away; the middle of a plateau stays where it is.
    """
    before, top, after = curve[at - 1], curve[at], curve[at + 1]
    bend = before - 2 * top + after
    shift = np.divide(0.5 * (before - after), bend, out=np.zeros(at.size), where=bend < 0)
    return np.asarray(at + shift, np.float64)
