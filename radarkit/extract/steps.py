"""Steps in a motion: phase that slipped by a turn where an echo faded.

A slip moves the measured chest by half a wavelength from one frame to the next, several times as
far as it moves between any other frames, and drowns the heart: the spectrum of a step reaches to
all frequencies.
"""

import numpy as np
from numpy.typing import NDArray

_LARGEST = 10.0  # in median steps; the fastest breath and Gaussian noise stay below
_SMALLEST_M = 0.5e-3  # a slip is half a wavelength, 1.9 mm at 77 GHz; a heart that is alone is less


def without_steps(
    displacement_m: NDArray[np.floating], valid: NDArray[np.bool_] | None = None
) -> NDArray[np.float64]:
    """Take steps out of a motion, and what it did in samples that are not valid.

    Parameters
    ----------
    displacement_m : (channels, samples) float
        Motion of the chest.
    valid : (samples,) bool, optional
        Which samples to believe; all by default.

    Returns
    -------
    (channels, samples) float64
        The motion with the velocity across each step interpolated from its neighbours; it keeps its
        first value.
    """
    motion = np.asarray(displacement_m, np.float64)
    velocity = np.diff(motion, axis=1)
    if velocity.shape[1] == 0:
        return motion
    believed = np.ones(velocity.shape[1], np.bool_)
    if valid is not None:
        believed = valid[1:] & valid[:-1]
        if not believed.any():
            return np.zeros_like(motion)
    median = np.median(velocity[:, believed], axis=1, keepdims=True)
    size = np.abs(velocity - median)
    usual = np.median(size[:, believed], axis=1, keepdims=True)
    steps = (size > np.maximum(_LARGEST * usual, _SMALLEST_M)) & (usual > 0)
    steps |= ~believed
    if not steps.any():
        return motion
    motion = motion.copy()
    time = np.arange(velocity.shape[1])
    for row in np.flatnonzero(steps.any(axis=1)):
        step = steps[row]
        velocity[row, step] = np.interp(time[step], time[~step], velocity[row, ~step])
        motion[row, 1:] = motion[row, 0] + np.cumsum(velocity[row])
    return motion
