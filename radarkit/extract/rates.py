"""Breathing rate, with how sure it is.

Breathing is the highest peak between 0.1 and 0.6 Hz of the channels' mean normalised spectrum. How
sure it is follows from the share of the velocity's power that the peak and its harmonics hold:
velocity, because the drift of a posture is a random walk, whose velocity is white.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.fft import next_fast_len, rfft, rfftfreq
from scipy.signal import detrend
from scipy.signal.windows import hann
from scipy.special import expit

from radarkit.extract.bands import between, cut, transform
from radarkit.extract.steps import without_steps

Float64 = NDArray[np.float64]

BREATHING_HZ = (0.1, 0.6)
CHANNELS = 16  # the first ones; more add no certainty
_SEGMENT_S = 60.0  # longer ones split the line of a breath whose rate wanders
_SLOWEST_HZ, _HIGHEST_HZ = 0.08, 1.2
_RATE_HZ = 4.0
_ZERO_PADDING = 8
_LINES = 2  # the fundamental and the second harmonic
_LEAST_CONFIDENCE = 0.5
# Of the share of the velocity's power in the lines of breathing, over what they hold by chance: in
# 240 simulated recordings, breath has 0.75 or more of it and a drifting posture mostly below 0.2.
_STEEPNESS, _HALF = 14.0, 0.45
_TINY = np.finfo(np.float64).tiny  # keeps the logarithm of a silent channel finite


class Rate(NamedTuple):
    """A rate and how sure it is.

    Attributes
    ----------
    per_min : float or None
        None where the evidence is not clear.
    confidence : float
        0 to 1.
    """

    per_min: float | None
    confidence: float


def breathing_rate(
    displacement_m: NDArray[np.floating],
    sample_rate_hz: float,
    valid: NDArray[np.bool_] | None = None,
) -> Rate:
    """Breaths per minute.

    Parameters
    ----------
    displacement_m : (channels, samples) float
        Motion of the chest, best channels first.
    sample_rate_hz : float
        Its rate.
    valid : (samples,) bool, optional
        Which samples to believe; all by default.

    Returns
    -------
    Rate
        None where no peak within 6 to 36 per minute stands out.
    """
    motion = transform(without_steps(displacement_m[:CHANNELS], valid), sample_rate_hz)
    slow = cut(motion, between(0, 1.6), _RATE_HZ)
    frequencies_hz, power, reach_hz = _spectrum(slow.values.astype(np.float64), slow.rate_hz)
    band = (frequencies_hz >= BREATHING_HZ[0]) & (frequencies_hz <= BREATHING_HZ[1])
    share = power / np.maximum(power[:, band].sum(axis=1, keepdims=True), _TINY)
    level = np.log(np.maximum(share.mean(axis=0), _TINY))
    peaks = np.flatnonzero((level[1:-1] > level[:-2]) & (level[1:-1] >= level[2:])) + 1
    peaks = peaks[band[peaks]]  # a slope at the edge of the band is drift, not a peak
    if peaks.size == 0:
        return Rate(None, 0.0)
    found_hz = _interpolate(frequencies_hz, level, int(peaks[level[peaks].argmax()]))
    velocity = share * frequencies_hz**2
    counted = frequencies_hz >= max(_SLOWEST_HZ, reach_hz / 2)
    velocity[:, ~counted] = 0.0  # a person who leans may breathe as well
    order = np.clip(np.round(frequencies_hz / found_hz), 1, _LINES)
    lines = np.abs(frequencies_hz - order * found_hz) <= reach_hz
    by_chance = lines[counted].mean()
    held = velocity[:, lines].sum(axis=1) / np.maximum(velocity.sum(axis=1), _TINY)
    held = held.max()  # one channel that breathes is enough
    confidence = float(expit(_STEEPNESS * ((held - by_chance) / (1 - by_chance) - _HALF)))
    return Rate(60 * found_hz if confidence >= _LEAST_CONFIDENCE else None, confidence)


def _spectrum(slow: Float64, rate_hz: float) -> tuple[Float64, Float64, float]:
    """Mean power of half-overlapping segments, and half the width of a line.

    Returns
    -------
    frequencies_hz : (bins,) float64
    power : (channels, bins) float64
    reach_hz : float
    """
    samples = slow.shape[1]
    length = int(min(samples, _SEGMENT_S * rate_hz))
    padded = int(next_fast_len(_ZERO_PADDING * length, real=True))
    window = np.asarray(hann(length, sym=False), np.float64)
    frequencies_hz = np.asarray(rfftfreq(padded, 1 / rate_hz), np.float64)
    kept = frequencies_hz <= _HIGHEST_HZ
    power = np.zeros((len(slow), int(kept.sum())))
    for start in range(0, samples - length + 1, max(1, length // 2)):
        segment = detrend(slow[:, start : start + length], axis=1)
        power += np.abs(rfft(segment * window, padded, axis=1)[:, kept]) ** 2
    return frequencies_hz[kept], power, 1.5 * rate_hz / length


def _interpolate(frequencies_hz: Float64, level: Float64, peak: int) -> float:
    """Frequency of the vertex of the parabola through three logarithmic levels."""
    before, at, after = level[peak - 1 : peak + 2]
    offset = 0.5 * (before - after) / (before - 2 * at + after)
    return float(frequencies_hz[peak] + offset * (frequencies_hz[1] - frequencies_hz[0]))
