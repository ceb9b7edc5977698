"""Static clutter: what stays when the moving chest is averaged away."""

import numpy as np
from numpy.typing import NDArray


def remove_static(
    values: NDArray[np.complex64], valid: NDArray[np.bool_] | None = None
) -> NDArray[np.complex64]:
    """Take away the mean over time of each channel and bin.

    It leaves the moving echo where the phase of the chest turns all the way round, and the moving
    part of it alone where it draws a short arc: for measuring displacement there, fit a circle
    instead (`radarkit.extract.circle`).

    Parameters
    ----------
    values : (frame, ...) complex64
        Range profiles or beams.
    valid : (frame,) bool, optional
        Frames to take the mean of.

    Returns
    -------
    (frame, ...) complex64
    """
    kept = values if valid is None else values[valid]
    return np.asarray(values - kept.mean(axis=0, dtype=np.complex128), np.complex64)
