"""Resampling of motion to the rate of a recording."""

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy.signal import firwin, resample_poly


def resample(
    displacement_m: NDArray[np.float64], rate_hz: float, new_rate_hz: float
) -> NDArray[np.float64]:
    """Resample motion, ends and drift unharmed.

    A polyphase filter 100 dB deep: breathing is 60 dB above the vibrations of interest and would
    show its images between them through a shallower one. Beyond its ends the motion is continued by
    point reflection.

    Parameters
    ----------
    displacement_m : (channels, samples) float64
        Motion at `rate_hz`.
    rate_hz, new_rate_hz : float
        Old and new rate; their ratio is taken as a fraction with a denominator up to 1000.

    Returns
    -------
    (channels, new samples) float64
        As long in time as the input. The first sample stays where it is.
    """
    ratio = Fraction(new_rate_hz / rate_hz).limit_denominator(1000)
    if ratio == 1:
        return displacement_m
    widest = max(ratio.numerator, ratio.denominator)
    # 64 samples of the slower rate: a transition of a fifth of its Nyquist frequency
    taps = firwin(64 * widest + 1, 1 / widest, window=("kaiser", 10.0))
    reach = min(displacement_m.shape[1] - 1, -(-64 * widest // ratio.numerator))
    reach -= reach % ratio.denominator  # so that the cut falls on a new sample
    continued = np.pad(displacement_m, ((0, 0), (reach, reach)), "reflect", reflect_type="odd")
    start = reach * ratio.numerator // ratio.denominator
    samples = int(displacement_m.shape[1] * ratio)
    resampled = resample_poly(continued, ratio.numerator, ratio.denominator, axis=1, window=taps)
    return np.asarray(resampled[:, start : start + samples])


def resample_valid(
    valid: NDArray[np.bool_], rate_hz: float, new_rate_hz: float
) -> NDArray[np.bool_]:
    """Say which samples of a resampled motion rest on frames that were whole.

    Parameters
    ----------
    valid : (samples,) bool
        At `rate_hz`.
    rate_hz, new_rate_hz : float
        As in `resample`.

    Returns
    -------
    (new samples,) bool
        True between two valid samples.
    """
    ratio = Fraction(new_rate_hz / rate_hz).limit_denominator(1000)
    place = np.arange(int(valid.size * ratio)) / float(ratio)
    low = np.minimum(place.astype(np.int64), valid.size - 1)
    high = np.minimum(np.ceil(place).astype(np.int64), valid.size - 1)
    return np.asarray(valid[low] & valid[high])
