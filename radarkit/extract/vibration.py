"""Cardiac vibration: the acceleration of the chest, in which respiration hardly shows.

A smoothed second difference over seven samples h apart,

    a[n] = (s[n-3] + s[n+3] + 2 (s[n-2] + s[n+2]) - (s[n-1] + s[n+1]) - 4 s[n]) / (16 h^2),

is a second derivative at low frequencies and takes away the noise above: the micro-motion
amplification of MMECG (Chen et al., "Contactless electrocardiogram monitoring with millimeter wave
radar", IEEE Transactions on Mobile Computing, 2022), published for h = 5 ms.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import correlate1d
from scipy.signal import butter, sosfiltfilt

from radarkit.errors import UserError

_TAPS = np.array([1.0, 2, -1, -4, -1, 2, 1]) / 16
_REACH = len(_TAPS) // 2


def vibration(displacement_m: NDArray[np.floating], sample_rate_hz: float) -> NDArray[np.float64]:
    """Smoothed second derivative of displacement.

    Parameters
    ----------
    displacement_m : (..., samples) float
        Motion in metres.
    sample_rate_hz : float
        Its rate; 200 Hz in MMECG.

    Returns
    -------
    (..., samples) float64
        In m/s^2. Its response is ``(cos 3w + 2 cos 2w - cos w - 2) / 8 * rate^2`` at the frequency
        f with ``w = 2 pi f / rate``. Beyond its ends the motion is continued by point reflection,
        so that a straight line has no acceleration anywhere.

    Raises
    ------
    UserError
        With fewer than 7 samples.
    """
    motion = np.asarray(displacement_m, np.float64)
    if motion.shape[-1] < len(_TAPS):
        raise UserError(
            f"a displacement of {motion.shape[-1]} samples", expected=f"{len(_TAPS)} or more"
        )
    edges = [(0, 0)] * (motion.ndim - 1) + [(_REACH, _REACH)]
    continued = np.pad(motion, edges, mode="reflect", reflect_type="odd")
    second = correlate1d(continued, _TAPS * sample_rate_hz**2, axis=-1)
    return np.asarray(second[..., _REACH:-_REACH])


def band_limit(
    motion: NDArray[np.floating], sample_rate_hz: float, low_hz: float, high_hz: float
) -> NDArray[np.float64]:
    """Keep a band of a motion, without delay.

    Parameters
    ----------
    motion : (..., samples) float
        Displacement or vibration.
    sample_rate_hz : float
        Its rate.
    low_hz, high_hz : float
        Edges of the band, where 6 dB are lost.

    Returns
    -------
    (..., samples) float64
        Through a Butterworth filter of fourth order, forth and back.

    Raises
    ------
    UserError
        When the edges are not in order between 0 and half the rate, or there are too few samples.
    """
    if not 0 < low_hz < high_hz < sample_rate_hz / 2:
        raise UserError(
            f"a band from {low_hz:g} to {high_hz:g} Hz",
            expected=f"0 < low < high < {sample_rate_hz / 2:g} Hz, half the rate",
        )
    sos = butter(4, (low_hz, high_hz), "bandpass", fs=sample_rate_hz, output="sos")
    shortest = 3 * (2 * len(sos) + 1)
    if motion.shape[-1] <= shortest:
        raise UserError(f"{motion.shape[-1]} samples", expected=f"more than {shortest}")
    return np.asarray(sosfiltfilt(sos, np.asarray(motion, np.float64), axis=-1))
