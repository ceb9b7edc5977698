"""Resampling of motion to the rate of a recording, each sample at its own time.

A ratio of small whole numbers is done in one step, by a polyphase filter. But a frame period of
33.3 ms is no such ratio, and a clock that was measured is none either: 199.95 Hz taken for 200 Hz
is 45 ms off after three minutes, and radar and ECG drift apart. Then it takes two,

    x -> filtered, at three to six times the new rate -> spline through it, read at k / new rate

where the first is by a whole factor, and so exact. Away from the ends what comes out is within 1e-4
of the signal up to 85 % of the smaller Nyquist frequency.

Filters are 100 dB deep: breathing is 60 dB above the vibrations of interest and would show its
images between them through a shallower one. Beyond its ends a signal is continued by point
reflection.
"""

from fractions import Fraction
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates
from scipy.signal import firwin, resample_poly

from radarkit.recording import Float64

_LATEST_S = 5e-4  # that the last sample may be off
_LARGEST = 64  # numerator of a ratio; beyond, so little is continued that the ends get a step
_BETWEEN = 3  # new rates at least, of what the spline is drawn through
_REACH = 64  # samples of the slower rate: a transition of a fifth of its Nyquist frequency


def resample(signals: Float64, rate_hz: float, new_rate_hz: float, late_s: float = 0.0) -> Float64:
    """Resample signals, ends and drift unharmed.

    Parameters
    ----------
    signals : (channels, samples) float64
        Motion, or anything else, at `rate_hz`.
    rate_hz, new_rate_hz : float
        Old and new rate; their ratio need be no whole number, nor near one.
    late_s : float
        What the samples were taken behind their time: sample k of the input is of
        k / `rate_hz` + `late_s`. Half a millisecond is let pass.

    Returns
    -------
    (channels, new samples) float64
        As long in time as the input; sample k is of k / `new_rate_hz`.
    """
    ratio = _simple_ratio(signals.shape[1], rate_hz, new_rate_hz, late_s)
    if ratio == 1:
        return signals
    if ratio is None:
        return _by_spline(signals, rate_hz, new_rate_hz, late_s)
    return _by_ratio(signals, ratio)


def resample_valid(
    valid: NDArray[np.bool_], rate_hz: float, new_rate_hz: float, late_s: float = 0.0
) -> NDArray[np.bool_]:
    """Say which samples of a resampled signal lie between two that were known.

    Parameters
    ----------
    valid : (samples,) bool
        At `rate_hz`.
    rate_hz, new_rate_hz, late_s : float
        As in `resample`.

    Returns
    -------
    (new samples,) bool
    """
    ratio = _simple_ratio(valid.size, rate_hz, new_rate_hz, late_s)
    if ratio is None:
        times_s = np.arange(_new_samples(valid.size, rate_hz, new_rate_hz)) / new_rate_hz
        place = np.maximum((times_s - late_s) * rate_hz, 0)
    else:
        place = np.arange(int(valid.size * ratio)) / float(ratio)
    low = np.minimum(place.astype(np.int64), valid.size - 1)
    high = np.minimum(np.ceil(place).astype(np.int64), valid.size - 1)
    return np.asarray(valid[low] & valid[high])


def _simple_ratio(
    samples: int, rate_hz: float, new_rate_hz: float, late_s: float
) -> Fraction | None:
    """Ratio of the rates in small numbers, if that puts the last sample in its place."""
    ratio = Fraction(new_rate_hz / rate_hz).limit_denominator(1000)
    if not 0 < ratio.numerator <= _LARGEST:
        return None
    off_s = abs(1 / rate_hz - float(ratio) / new_rate_hz) * samples + abs(late_s)
    return ratio if off_s <= _LATEST_S else None


def _by_ratio(signals: Float64, ratio: Fraction) -> Float64:
    widest = max(ratio.numerator, ratio.denominator)
    reach = min(signals.shape[1] - 1, -(-_REACH * widest // ratio.numerator))
    reach -= reach % ratio.denominator  # so that the cut falls on a new sample
    start = reach * ratio.numerator // ratio.denominator
    resampled = resample_poly(
        _continued(signals, reach),
        ratio.numerator,
        ratio.denominator,
        axis=1,
        window=_low_pass(_REACH * widest, widest),
    )
    return np.asarray(resampled[:, start : start + int(signals.shape[1] * ratio)])


def _by_spline(signals: Float64, rate_hz: float, new_rate_hz: float, late_s: float) -> Float64:
    up, down = 1, floor(rate_hz / (_BETWEEN * new_rate_hz))
    if down < 2:
        up, down = ceil(_BETWEEN * new_rate_hz / rate_hz), 1
    widest = up * rate_hz / min(rate_hz, new_rate_hz)
    taps = _low_pass(2 * ceil(_REACH / 2 * widest), widest)
    reach = ceil(_REACH * rate_hz / min(rate_hz, new_rate_hz) / down) * down
    times_s = np.arange(_new_samples(signals.shape[1], rate_hz, new_rate_hz)) / new_rate_hz
    places = (reach + (times_s - late_s) * rate_hz) * up / down
    found = np.empty((len(signals), times_s.size))
    for row, signal in zip(found, signals, strict=True):  # one at a time: what is between is long
        between = resample_poly(_continued(signal[None], reach)[0], up, down, window=taps)
        map_coordinates(between, places[None], row, order=5, mode="mirror")
    return found


def _low_pass(order: int, widest: float) -> Float64:
    return np.asarray(firwin(order + 1, 1 / widest, window=("kaiser", 10.0)))


def _continued(signals: Float64, reach: int) -> Float64:
    """Point reflection at both ends, as often as it takes."""
    return np.pad(signals, ((0, 0), (reach, reach)), "reflect", reflect_type="odd")


def _new_samples(samples: int, rate_hz: float, new_rate_hz: float) -> int:
    return floor(samples * new_rate_hz / rate_hz + 1e-6)
