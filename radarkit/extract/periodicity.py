"""How clearly many candidate points repeat at the pace of a heart.

For choosing points of the chest: hundreds of candidates, so everything is one batch of Fourier
transforms. Of each candidate, the autocorrelation of the acceleration between 1 and 8 Hz (the
waveform of the pulse) and, where the frames are fast enough, that of the envelope of the 8 to 25 Hz
bursts. The period is the one on which the candidates agree; a candidate's score is its own
autocorrelation there. Respiration, which reaches into the lower band, is taken away first, and no
bin of a spectrum counts for more than a few times its surroundings.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft, rfftfreq
from scipy.ndimage import uniform_filter1d
from scipy.signal.windows import hann

from radarkit.extract.autocorrelation import autocorrelation
from radarkit.extract.bands import Motion, acceleration, between, cut, transform
from radarkit.extract.beats import PERIOD_S, SLOWEST_RATE_HZ
from radarkit.extract.bursts import burst_course
from radarkit.extract.heart import evidence_of, weigh
from radarkit.extract.rates import CHANNELS, Rate, breathing_rate
from radarkit.extract.respiration import breathing_phase, segment_starts, without_respiration

Float64 = NDArray[np.float64]

_WAVEFORM_HZ = (1.0, 8.0)
_WAVEFORM_RATE_HZ = 20.0
_SEGMENT_S = 30.0
_AROUND_HZ = 1.0  # what a bin is compared to
_MOST_OVER_AROUND = 4.0
_GRID_S = np.arange(PERIOD_S[0], PERIOD_S[1], 0.005)
_LEAST_CLEAR = 0.5  # of the clearest; the others have no say about the period
_TOLERANCE = 0.06  # of the period: the heart is not so regular
_TINY = np.finfo(np.float32).tiny


class Periodicity(NamedTuple):
    """How clearly candidates repeat.

    Attributes
    ----------
    score : (candidates,) float64
        0 to 1.
    period_s : float or None
        On which they agree; None where nothing repeats.
    """

    score: Float64
    period_s: float | None


def periodicity(displacement_m: NDArray[np.floating], rate_hz: float) -> Periodicity:
    """How clearly each candidate repeats at the pace of a heart.

    Parameters
    ----------
    displacement_m : (candidates, samples) float
        Motion of each.
    rate_hz : float
        Its rate; the bursts count from 55 Hz on.
    """
    long_enough = displacement_m.shape[1] >= 2 * PERIOD_S[1] * rate_hz
    if not long_enough or not np.ptp(displacement_m, axis=1).any():
        return Periodicity(np.zeros(len(displacement_m)), None)
    motion = transform(displacement_m, rate_hz)
    breathing = breathing_rate(displacement_m, rate_hz)
    curves = [_of_waveform(motion, breathing)]
    if rate_hz >= SLOWEST_RATE_HZ:
        course, course_rate_hz = burst_course(motion)
        reach = int(2 * PERIOD_S[1] * course_rate_hz) + 2
        curves.append(_on_grid(autocorrelation(course, reach), course_rate_hz))
    # the clearest candidates tell the period, in the way that tells a heart rate
    clear = np.zeros(len(displacement_m))
    for curve in curves:
        at_once, at_half, at_twice = curve[:, 0], curve[:, 1], curve[:, 2]
        # as high at half of it, a period is twice the true one; low at twice of it, none
        sure = (at_once - 0.5 * np.maximum(at_half, 0) + 0.5 * at_twice).max(axis=1)
        usual = np.sqrt(np.median(at_once**2)) + _TINY
        clear += np.maximum(sure, 0) / usual
    clearest = np.argsort(-clear, kind="stable")[:CHANNELS]
    clearest = clearest[clear[clearest] >= _LEAST_CLEAR * clear[clearest[0]]]
    best = motion._replace(spectrum=motion.spectrum[clearest])
    period_s = 60 / weigh(evidence_of(best, breathing))[0]
    near = np.abs(_GRID_S / period_s - 1) <= _TOLERANCE
    missing = np.ones(len(displacement_m))
    for curve in curves:
        missing *= 1 - np.clip(curve[:, 0, near].max(axis=1), 0, 1)
    return Periodicity(1 - missing, period_s)


def _of_waveform(motion: Motion, breathing: Rate) -> NDArray[np.floating]:
    """Autocorrelation of the waveform at each period, half of it and twice it."""
    band = cut(motion, between(0, 1.06 * _WAVEFORM_HZ[1]), _WAVEFORM_RATE_HZ)
    slow = band.values.real
    phase = None
    if breathing.per_min is not None:
        phase = breathing_phase(slow, band.rate_hz, breathing.per_min / 60)
    length = int(min(slow.shape[1], _SEGMENT_S * band.rate_hz))
    padded = int(next_fast_len(2 * length, real=True))
    window = np.asarray(hann(length, sym=False), np.float64)
    gain = acceleration(between(*_WAVEFORM_HZ))(np.asarray(rfftfreq(padded, 1 / band.rate_hz)))
    power = np.zeros((len(slow), gain.size))
    for start in segment_starts(slow.shape[1], length):
        part = slice(start, start + length)
        rest = without_respiration(
            slow[:, part], band.rate_hz, None if phase is None else phase[part], window
        ).motion
        spectrum = rfft((rest * window).astype(np.float32), padded, axis=1)
        power += (spectrum.real**2 + spectrum.imag**2) * gain**2
    around = uniform_filter1d(power, 2 * round(_AROUND_HZ * padded / band.rate_hz / 2) + 1, axis=1)
    power = np.minimum(power, _MOST_OVER_AROUND * around)
    lags = irfft(power, padded, axis=1)[:, : int(2 * PERIOD_S[1] * band.rate_hz) + 2]
    return _on_grid(lags / np.maximum(lags[:, :1], _TINY), band.rate_hz)


def _on_grid(lags: NDArray[np.floating], rate_hz: float) -> NDArray[np.floating]:
    """Values at each period, half of it and twice it: (candidates, 3, periods)."""
    place = np.array([1.0, 0.5, 2.0])[:, None] * _GRID_S * rate_hz
    before = np.minimum(place.astype(int), lags.shape[1] - 2)
    share = (place - before).astype(lags.dtype)
    return np.asarray(lags[:, before] * (1 - share) + lags[:, before + 1] * share)
