"""Evidence for each rate that a heart may have, in standard deviations of what chance gives.

- Harmonics: how far the harmonics of a rate stand above the floor of the spectrum, and above what
  lies between them (a harmonic sum: Schroeder, J. Acoust. Soc. Am. 43, 1968; with teeth and gaps as
  in Camacho and Harris, J. Acoust. Soc. Am. 124, 2008), drift and respiration taken away.
- Waveform: autocorrelation of the same motion, whitened, at the period.
- Bursts: autocorrelation of the envelope of the 8 to 25 Hz vibration at the period.

A harmonic sum answers at half the rate too and an autocorrelation at multiples of the period; so
the autocorrelations at half and at twice the period are given as well.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.fft import next_fast_len, rfft, rfftfreq
from scipy.ndimage import median_filter
from scipy.signal.windows import hann

from radarkit.extract.autocorrelation import autocorrelation, deviation_by_chance
from radarkit.extract.respiration import segment_starts, without_respiration

Float64 = NDArray[np.float64]

RATES_PER_MIN = np.arange(45.0, 150.5, 0.5)
PARTS_OF_PERIOD = (1.0, 0.5, 2.0)
_PERIODS_S = 60 / RATES_PER_MIN
_SEGMENT_S = 30.0  # longer ones blur the harmonics of a heart whose rate varies
_BAND_HZ = (0.7, 8.0)
_HARMONICS = 5
_NOISE_FROM_HZ = 5.0  # a chest moves little there, so that a channel's noise shows
_FLOOR_HZ = 1.2  # width of the running median
_LEAST_RATIO = 0.25  # of a bin to the floor; how deep a gap is says nothing
_LEAST_SPARED = 0.1
_ZERO_PADDING = 4
_TINY = np.finfo(np.float64).tiny


def of_spectrum(slow: NDArray[np.floating], rate_hz: float, phase: Float64 | None) -> Float64:
    """Evidence of the harmonics and of the waveform.

    Parameters
    ----------
    slow : (channels, samples) float
        Motion of the chest below 9 Hz.
    rate_hz : float
        Its rate.
    phase : (samples,) float64 or None
        Of respiration, from `radarkit.extract.respiration.breathing_phase`.

    Returns
    -------
    (4, rates) float64
        Harmonics; waveform at the period, at half of it and at twice it.
    """
    frequencies_hz, power, noise, memory = _spectrum(slow, rate_hz, phase)
    step_hz = frequencies_hz[1] - frequencies_hz[0]
    width = 2 * round(_FLOOR_HZ / 2 / step_hz) + 1
    # of an exponential distribution, the median is ln 2 of the mean
    floor = median_filter(power, size=(1, width), mode="nearest") / np.log(2)
    inside = frequencies_hz >= _BAND_HZ[0]
    ratio = (power / np.maximum(floor, _TINY))[:, inside]
    # a channel that stands still has little noise, too, and says nothing
    weight = (slow.var(axis=1) / np.maximum(noise, _TINY)) ** 0.75
    weight /= max(float(weight.sum()), _TINY)
    level_db = weight @ (10 * np.log10(np.maximum(ratio, _LEAST_RATIO)))
    combs, waves = _kernels(float(frequencies_hz[inside][0]), float(step_hz), level_db.size)
    amplitude = weight @ np.sqrt(ratio)
    return np.array(
        [_deviations(combs, level_db, memory)]
        + [_deviations(wave, amplitude, memory) for wave in waves]
    )


def of_bursts(envelopes: NDArray[np.floating], rate_hz: float) -> Float64:
    """Evidence of the bursts of vibration.

    Parameters
    ----------
    envelopes : (channels, samples) float
        Envelopes of the vibration.
    rate_hz : float
        Their rate.

    Returns
    -------
    (3, rates) float64
        Autocorrelation at the period, at half of it and at twice it.
    """
    reach = int(2 * _PERIODS_S[0] * rate_hz) + 2
    lags = autocorrelation(envelopes, reach).mean(axis=0)
    place_s = np.arange(lags.size) / rate_hz
    at = np.array([np.interp(part * _PERIODS_S, place_s, lags) for part in PARTS_OF_PERIOD])
    return at / deviation_by_chance(envelopes, rate_hz)


def _spectrum(
    slow: NDArray[np.floating], rate_hz: float, phase: Float64 | None
) -> tuple[Float64, Float64, Float64, Float64]:
    """Mean spectrum of half-overlapping segments, without drift and respiration.

    Returns
    -------
    frequencies_hz : (bins,) float64
    power : (channels, bins) float64
        Over the median of each segment: a movement in one must not drown the others.
    noise : (channels,) float64
        Power per bin where a chest moves little.
    memory : (lags,) float64
        Correlation of the power of white noise so many bins apart.
    """
    samples = slow.shape[1]
    length = int(min(samples, _SEGMENT_S * rate_hz))
    padded = int(next_fast_len(_ZERO_PADDING * length, real=True))
    window = np.asarray(hann(length, sym=False), np.float64)
    frequencies_hz = np.asarray(rfftfreq(padded, 1 / rate_hz), np.float64)
    kept = (frequencies_hz >= _BAND_HZ[0] / 2) & (frequencies_hz <= _BAND_HZ[1])
    frequencies_hz = frequencies_hz[kept]
    quiet = frequencies_hz > min(_NOISE_FROM_HZ, 0.6 * frequencies_hz[-1])
    power = np.zeros((len(slow), frequencies_hz.size))
    noise = np.zeros(len(slow))
    for start in segment_starts(samples, length):
        part = slice(start, start + length)
        rest = without_respiration(
            slow[:, part], rate_hz, None if phase is None else phase[part], window
        )
        of_part = np.abs(rfft(rest.motion * window, padded, axis=1)[:, kept]) ** 2
        of_part /= _spared(rest.taken, window, padded)[kept]
        noise += np.median(of_part[:, quiet], axis=1)
        power += of_part / np.maximum(np.median(of_part, axis=1, keepdims=True), _TINY)
    memory = np.abs(rfft(window**2, padded)[: 4 * _ZERO_PADDING]) ** 2
    return frequencies_hz, power, noise, np.asarray(memory / memory[0])


def _spared(taken: Float64, window: Float64, padded: int) -> Float64:
    """Share of the noise at each frequency that is not taken away with some terms: (bins,).

    Without it, the floor between two harmonics of respiration would be judged by the gaps at them.
    """
    root = np.sqrt(window)[:, None]
    basis = np.linalg.qr(taken * root)[0]
    lost = (np.abs(rfft(basis * root, padded, axis=0)) ** 2).sum(axis=1) / window.sum()
    return np.asarray(np.maximum(1 - lost, _LEAST_SPARED))


@lru_cache(maxsize=4)
def _kernels(first_hz: float, step_hz: float, bins: int) -> tuple[Float64, list[Float64]]:
    """Weights of each bin for each rate, of mean 0: a comb, and the waves of the three lags."""
    order = (first_hz + step_hz * np.arange(bins)) * _PERIODS_S[:, None]
    wave = np.cos(2 * np.pi * order)
    # teeth around the harmonics and gaps between, up to the gap beyond the last
    comb = np.where(order < _HARMONICS + 0.75, wave / np.sqrt(np.maximum(order, 0.25)), 0.0)
    comb[order < 0.25] = 0.0
    teeth, gaps = np.maximum(comb, 0), np.maximum(-comb, 0)
    comb = teeth / teeth.sum(axis=1, keepdims=True) - gaps / gaps.sum(axis=1, keepdims=True)
    waves = [np.cos(2 * np.pi * part * order) for part in PARTS_OF_PERIOD]
    return comb, [wave - wave.mean(axis=1, keepdims=True) for wave in waves]


def _deviations(kernels: Float64, spectrum: Float64, memory: Float64) -> Float64:
    """Projections of a spectrum on kernels, each over its standard deviation by chance."""
    centred = spectrum - np.median(spectrum)
    # the second is for spectra without noise, which are their own floor, with no deviation at all
    usual = max(3 * 1.4826 * float(np.median(np.abs(centred))), 0.3 * float(centred.std()))
    spread = np.sqrt((np.minimum(np.abs(centred), usual) ** 2).mean())
    energy = (kernels**2).sum(axis=1)
    for lag in range(1, len(memory)):
        energy += 2 * memory[lag] * (kernels[:, lag:] * kernels[:, :-lag]).sum(axis=1)
    return np.asarray(kernels @ centred / (spread * np.sqrt(np.maximum(energy, _TINY)) + _TINY))
