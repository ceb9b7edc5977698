"""The course of the bursts of vibration, from a motion that is transformed already."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, uniform_filter1d

from radarkit.extract.bands import Motion, acceleration, between, envelope
from radarkit.extract.beats import BAND_HZ, LEVEL_S, SMOOTH_S


def burst_course(motion: Motion) -> tuple[NDArray[np.floating], float]:
    """Envelope of the bursts, of mean 1 in every stretch, and its rate.

    What `radarkit.extract.beats.burst_envelope` makes of a vibration, only as fast as it needs to
    be: some 25 samples a second.

    Parameters
    ----------
    motion : Motion
        Of `radarkit.extract.beats.SLOWEST_RATE_HZ` or more.

    Returns
    -------
    (channels, samples) float32
        Zeros where nothing moves.
    rate_hz : float
    """
    gain = acceleration(between(*BAND_HZ))
    bursts = envelope(motion, gain, 0.85 * BAND_HZ[0], 1.1 * BAND_HZ[1])
    level = uniform_filter1d(bursts.values, max(1, round(LEVEL_S * bursts.rate_hz)), axis=1)
    even = np.divide(bursts.values, level, out=np.zeros_like(level), where=level > 0)
    return gaussian_filter1d(even, SMOOTH_S * bursts.rate_hz, axis=1), bursts.rate_hz
