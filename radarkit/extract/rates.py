"""Breathing and heart rate from the displacement of several channels.

Breathing is the highest peak between 0.1 and 0.6 Hz of the channels' mean normalised spectrum.

The heart is far weaker and hides between the harmonics of breathing. Its rate is the fundamental
whose first five harmonics stand highest above what is expected there without a heart, in dB and
on the mean of the channels (a harmonic product spectrum; Schroeder, "Period histogram and product
spectrum", J. Acoust. Soc. Am. 43, 1968). What is expected is the larger of

- the running median of the spectrum over 1 Hz, and
- the lines of breathing: each harmonic taken as high as the higher of its two neighbours, in the
  shape of the window's main lobe. A heartbeat that falls on a harmonic of breathing still stands
  above it, while a harmonic of breathing does not stand above its neighbours; and a harmonic of the
heart counts the less, the deeper it is hidden under a line of breathing.

Whitening by what is expected makes the answer independent of the slope of the spectrum, and asking
for five harmonics keeps it off twice and half the rate. The mean in dB lets no single channel
outvote the others.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter
from scipy.signal import detrend
from scipy.signal.windows import hann

Float64 = NDArray[np.float64]

_BREATHING_HZ = (0.1, 0.6)
_HEART_HZ = (0.8, 2.5)
_HEART_SEGMENT_S = 30.0  # longer ones blur the harmonics of a heart whose rate varies
_HIGHEST_HZ = 10.0
_HARMONICS = 5
_LINES_OF_BREATHING = 12
_LEAST_VISIBLE = 3.0  # of the harmonics; a rate with fewer cannot score high
# Noise alone passes in 1 of 50 recordings of a minute; a single spectrum of 20 s tells too little
# to keep it out, so that a rate from a short recording is only as good as the recording.
_LEAST_CONTRAST_DB = 3.2
_ZERO_PADDING = 16
_TINY = np.finfo(np.float64).tiny  # keeps the logarithm of a silent channel finite


class _Spectrum(NamedTuple):
    frequencies_hz: Float64  # (bins,)
    power: Float64  # (channels, bins)
    lobe: Float64  # (bins,) power of the window around a line, 1 at the line


def breathing_rate_per_min(
    displacement_m: NDArray[np.floating], sample_rate_hz: float
) -> float | None:
    """Breaths per minute.

    Parameters
    ----------
    displacement_m : (channels, samples) float
        Motion of the chest.
    sample_rate_hz : float
        Its rate.

    Returns
    -------
    float or None
        None where the spectrum has no peak within 6 to 36 per minute.
    """
    spectrum = _spectrum(displacement_m, sample_rate_hz, segment_s=np.inf)
    frequencies_hz = spectrum.frequencies_hz
    band = (frequencies_hz >= _BREATHING_HZ[0]) & (frequencies_hz <= _BREATHING_HZ[1])
    share = spectrum.power / np.maximum(spectrum.power[:, band].sum(axis=1, keepdims=True), _TINY)
    level = np.log(np.maximum(share.mean(axis=0), _TINY))
    peaks = np.flatnonzero((level[1:-1] > level[:-2]) & (level[1:-1] >= level[2:])) + 1
    peaks = peaks[band[peaks]]  # a slope at the edge of the band is drift, not a peak
    if peaks.size == 0:
        return None
    return 60 * _interpolate(frequencies_hz, level, int(peaks[level[peaks].argmax()]))


def heart_rate_per_min(
    displacement_m: NDArray[np.floating],
    sample_rate_hz: float,
    breathing_rate_per_min: float | None = None,
) -> float | None:
    """Heart beats per minute.

    Parameters
    ----------
    displacement_m : (channels, samples) float
        Motion of the chest.
    sample_rate_hz : float
        Its rate.
    breathing_rate_per_min : float, optional
        Its harmonics are not taken for a heart.

    Returns
    -------
    float or None
        None where no rate within 48 to 150 per minute stands out.
    """
    spectrum = _spectrum(displacement_m, sample_rate_hz, _HEART_SEGMENT_S)
    frequencies_hz = spectrum.frequencies_hz
    step_hz = frequencies_hz[1]
    background = median_filter(
        spectrum.power, size=(1, 2 * round(0.5 / step_hz) + 1), mode="nearest"
    )
    expected = np.maximum(background, _TINY)
    if breathing_rate_per_min is not None:
        expected = np.maximum(expected, _lines(spectrum, breathing_rate_per_min / 60))
    excess_db = 10 * np.log10(np.maximum(spectrum.power / expected, 1)).mean(axis=0)
    visible = (background / expected).mean(axis=0)
    candidates_hz = np.arange(_HEART_HZ[0], _HEART_HZ[1], 0.001)
    harmonics_hz = candidates_hz * np.arange(1, _HARMONICS + 1)[:, None]
    weight = np.interp(harmonics_hz, frequencies_hz, visible, right=0.0)
    weighted_db = (weight * np.interp(harmonics_hz, frequencies_hz, excess_db)).sum(axis=0)
    score_db = weighted_db / np.maximum(weight.sum(axis=0), _LEAST_VISIBLE)
    best = int(score_db.argmax())
    if score_db[best] - np.median(score_db) < _LEAST_CONTRAST_DB:
        return None
    return float(60 * candidates_hz[best])


def _spectrum(
    displacement_m: NDArray[np.floating], sample_rate_hz: float, segment_s: float
) -> _Spectrum:
    """Mean power spectrum of half-overlapping segments, up to 10 Hz."""
    samples = displacement_m.shape[1]
    length = int(min(samples, segment_s * sample_rate_hz))
    padded = _ZERO_PADDING * length
    window = np.asarray(hann(length, sym=False), np.float64)
    starts = range(0, samples - length + 1, max(1, length // 2))
    power = np.zeros((displacement_m.shape[0], padded // 2 + 1))
    for start in starts:
        segment = detrend(displacement_m[:, start : start + length], axis=1)
        power += np.abs(np.fft.rfft(segment * window, padded, axis=1)) ** 2 / len(starts)
    lobe = np.asarray(np.abs(np.fft.rfft(window, padded)) ** 2, np.float64)
    frequencies_hz = np.asarray(np.fft.rfftfreq(padded, 1 / sample_rate_hz), np.float64)
    kept = frequencies_hz <= _HIGHEST_HZ
    return _Spectrum(frequencies_hz[kept], power[:, kept], (lobe / lobe[0])[kept])


def _lines(spectrum: _Spectrum, breathing_hz: float) -> Float64:
    """Power expected from the harmonics of breathing: (channels, bins)."""
    step_hz = spectrum.frequencies_hz[1]
    places = np.arange(1, _LINES_OF_BREATHING + 2) * breathing_hz / step_hz
    places = places[places < spectrum.power.shape[1] - _ZERO_PADDING].round().astype(int)
    near = _ZERO_PADDING // 2  # breathing is not perfectly regular: look within half a lobe
    height = np.stack([spectrum.power[:, at - near : at + near + 1].max(axis=1) for at in places])
    expected = np.zeros_like(spectrum.power)
    bins = np.arange(spectrum.power.shape[1])
    for line in range(1, len(places) - 1):
        neighbours = np.maximum(height[line - 1], height[line + 1])
        expected += neighbours[:, None] * spectrum.lobe[np.abs(bins - places[line])]
    return expected


def _interpolate(frequencies_hz: Float64, level: Float64, peak: int) -> float:
    """Frequency of the vertex of the parabola through three logarithmic levels."""
    before, at, after = level[peak - 1 : peak + 2]
    offset = 0.5 * (before - after) / (before - 2 * at + after)
    return float(frequencies_hz[peak] + offset * (frequencies_hz[1] - frequencies_hz[0]))
