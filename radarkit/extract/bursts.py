"""The course of the bursts of vibration, from a motion that is transformed already."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, minimum_filter1d, uniform_filter1d

from radarkit.extract.bands import Motion, acceleration, between, envelope
from radarkit.extract.beats import BAND_HZ, LEVEL_S, SMOOTH_S

_REACH_S = 0.5  # of the filter of the band, and of a movement beyond what is marked


def burst_course(
    motion: Motion, valid: NDArray[np.bool_] | None = None
) -> tuple[NDArray[np.floating], float]:
    """Envelope of the bursts, of mean 1 in every stretch, and its rate.

    What `radarkit.extract.beats.burst_envelope` makes of a vibration, only as fast as it needs to
    be: some 25 samples a second.

    Parameters
    ----------
    motion : Motion
        Of `radarkit.extract.beats.SLOWEST_RATE_HZ` or more.
    valid : (samples,) bool, optional
        Which samples of the motion to believe; all by default. A bridge over the others holds no
        bursts, but strikes at its ends.

    Returns
    -------
    (channels, samples) float32
        Zeros where nothing moves, 1 where samples are not valid.
    rate_hz : float
    """
    gain = acceleration(between(*BAND_HZ))
    bursts = envelope(motion, gain, 0.85 * BAND_HZ[0], 1.1 * BAND_HZ[1])
    around = max(1, round(LEVEL_S * bursts.rate_hz))
    seen = _seen(valid, bursts.values.shape[1], bursts.rate_hz)
    share = np.maximum(uniform_filter1d(seen, around), 1 / around)
    level = uniform_filter1d(bursts.values * seen, around, axis=1) / share
    even = np.divide(bursts.values, level, out=np.zeros_like(level), where=level > 0)
    even = np.where((seen > 0) | (level == 0), even, np.float32(1))
    return gaussian_filter1d(even, SMOOTH_S * bursts.rate_hz, axis=1), bursts.rate_hz


def _seen(valid: NDArray[np.bool_] | None, samples: int, rate_hz: float) -> NDArray[np.float32]:
    """1 where the envelope is made of valid samples alone, else 0: (samples,)."""
    if valid is None or valid.all():
        return np.ones(samples, np.float32)
    place = np.minimum((np.arange(samples) + 0.5) * valid.size / samples, valid.size - 1)
    reach = 2 * round(_REACH_S * rate_hz) + 1
    return np.asarray(minimum_filter1d(valid[place.astype(int)].astype(np.float32), reach))
