"""Signals of any rate at the 200 Hz of a recording, each sample at its own time.

The rate of a clock that was measured is no round number: 199.95 Hz taken for 200 Hz is 45 ms off
after three minutes, and radar and ECG drift apart. A ratio of small whole numbers that is right to
half a millisecond at the end is left to `radarkit.extract.resample`. Else

    x -> filtered, at three to six times 200 Hz -> spline through it, read at k / 200 s

where the first step is by a whole factor, and so exact. Away from the ends what comes out is within
1e-4 of the signal up to 85 Hz.
"""

from fractions import Fraction
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates
from scipy.signal import firwin, resample_poly

from radarkit.datasets.importers.source import RATE_HZ
from radarkit.extract.resample import resample, resample_valid
from radarkit.recording import Float64

_LATEST_S = 5e-4  # that the last sample may be off
_LARGEST = 64  # numerator of a ratio beyond which `resample` does not continue a signal at its ends
_BETWEEN_HZ = 3 * RATE_HZ  # at least, of what the spline is drawn through
_REACH = 64  # samples of the slower rate that a signal is continued by


def at_common_rate(signals: Float64, rate_hz: float) -> Float64:
    """Resample signals to 200 Hz.

    Parameters
    ----------
    signals : (channels, samples) float64
        At `rate_hz`.
    rate_hz : float
        50 Hz or more; no whole number need be near it.

    Returns
    -------
    (channels, new samples) float64
        As long in time. The first sample stays where it is, sample k is at k / 200 s.
    """
    if _is_simple(signals.shape[1], rate_hz):
        return resample(signals, rate_hz, RATE_HZ)
    up, down = 1, floor(rate_hz / _BETWEEN_HZ)
    if down < 2:
        up, down = ceil(_BETWEEN_HZ / rate_hz), 1
    widest = up * rate_hz / min(rate_hz, RATE_HZ)
    taps = firwin(2 * ceil(_REACH / 2 * widest) + 1, 1 / widest, window=("kaiser", 10.0))
    reach = ceil(_REACH * rate_hz / min(rate_hz, RATE_HZ) / down) * down
    times = np.arange(_new_samples(signals.shape[1], rate_hz)) / RATE_HZ
    places = (reach + times * rate_hz) * up / down
    found = np.empty((len(signals), times.size))
    for row, signal in zip(found, signals, strict=True):  # one at a time: what is between is long
        between = resample_poly(_continued(signal, reach), up, down, window=taps)
        map_coordinates(between, places[None], row, order=5, mode="mirror")
    return found


def valid_at_common_rate(valid: NDArray[np.bool_], rate_hz: float) -> NDArray[np.bool_]:
    """Say which samples at 200 Hz lie between two that were known.

    Parameters
    ----------
    valid : (samples,) bool
        At `rate_hz`.
    rate_hz : float
        As in `at_common_rate`.

    Returns
    -------
    (new samples,) bool
    """
    if _is_simple(valid.size, rate_hz):
        return resample_valid(valid, rate_hz, RATE_HZ)
    place = np.arange(_new_samples(valid.size, rate_hz)) * (rate_hz / RATE_HZ)
    low = np.minimum(np.floor(place).astype(np.int64), valid.size - 1)
    high = np.minimum(np.ceil(place).astype(np.int64), valid.size - 1)
    return np.asarray(valid[low] & valid[high])


def _is_simple(samples: int, rate_hz: float) -> bool:
    ratio = Fraction(RATE_HZ / rate_hz).limit_denominator(1000)
    if not 0 < ratio.numerator <= _LARGEST:
        return False
    off_s = abs(1 / rate_hz - float(ratio) / RATE_HZ) * samples
    return off_s <= _LATEST_S


def _new_samples(samples: int, rate_hz: float) -> int:
    return floor(samples * RATE_HZ / rate_hz + 1e-6)


def _continued(signal: Float64, reach: int) -> Float64:
    """Point reflection at both ends, as often as it takes."""
    return np.pad(signal, reach, "reflect", reflect_type="odd")
