"""Breathing: one waveform that moves the chest, paces the heart and scales the ECG.

    r(t) = sum_h c_h sin(h theta(t) + psi_h),   theta'(t) = 2 pi f exp(irregularity n(t))

n is slow unit noise; each breath has a depth of its own; a hold stops theta for some seconds. The
waveform is scaled to mean 0 and standard deviation 1, positive with full lungs. Harmonics fall fast
(real chests: 73 % of what lies above 0.8 Hz is below 2 Hz).
"""

import numpy as np
from pydantic import BaseModel, ConfigDict, Field
from scipy.ndimage import gaussian_filter1d

from radarkit.recording import Float64
from radarkit.simulate.slow_noise import band_noise

_WANDER_HZ = 0.08  # rates and depths change no faster
_TURN_S = 0.5  # how long it takes to stop a breath and to go on
_HARMONIC_PHASES = (0.0, 0.5, 1.2)  # of the three terms: in faster than out


class Respiration(BaseModel):
    """Breathing of one person.

    Attributes
    ----------
    rate_per_min : float
        Mean rate.
    amplitude_m : float
        Of the chest, half peak to peak.
    second_harmonic, third_harmonic : float
        Relative to the first.
    irregularity : float
        Standard deviation of the logarithm of the rate.
    depth_spread : float
        Standard deviation of the logarithm of the depth.
    hold_per_min, hold_s : float
        How often the breath is held, and for how long.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rate_per_min: float = Field(gt=0)
    amplitude_m: float = Field(ge=0)
    second_harmonic: float = Field(default=0.15, ge=0)
    third_harmonic: float = Field(default=0.0, ge=0)
    irregularity: float = Field(default=0.05, ge=0)
    depth_spread: float = Field(default=0.05, ge=0)
    hold_per_min: float = Field(default=0.0, ge=0)
    hold_s: float = Field(default=8.0, gt=0)


def draw_breath(
    respiration: Respiration, samples: int, sample_rate_hz: float, rng: np.random.Generator
) -> Float64:
    """Draw the unit breath.

    Returns
    -------
    (samples,) float64
        Mean 0, standard deviation 1, positive with full lungs.
    """
    wander, depth = band_noise((2, samples), sample_rate_hz, 0.005, _WANDER_HZ, rng)
    rate_hz = respiration.rate_per_min / 60 * np.exp(respiration.irregularity * wander)
    rate_hz *= _breathing(respiration, samples, sample_rate_hz, rng)
    theta = 2 * np.pi * np.cumsum(rate_hz) / sample_rate_hz + rng.uniform(0, 2 * np.pi)
    harmonics = (1.0, respiration.second_harmonic, respiration.third_harmonic)
    breath = sum(
        height * np.sin(order * theta + phase)
        for order, (height, phase) in enumerate(
            zip(harmonics, _HARMONIC_PHASES, strict=True), start=1
        )
    )
    return unit_breath(np.asarray(breath * np.exp(respiration.depth_spread * depth)))


def unit_breath(breath: Float64) -> Float64:
    """Scale a breath to mean 0 and standard deviation 1; one that stands still becomes 0."""
    moving = breath - breath.mean()
    return np.asarray(moving / max(float(moving.std()), np.finfo(np.float64).tiny))


def breathing_motion(respiration: Respiration, breath: Float64) -> Float64:
    """Displacement of the chest by a unit breath, (samples,) in metres.

    A full chest is nearer to the radar. The peak of a sine is sqrt(2) standard deviations.
    """
    return np.asarray(-respiration.amplitude_m / np.sqrt(2) * breath)


def _breathing(
    respiration: Respiration, samples: int, sample_rate_hz: float, rng: np.random.Generator
) -> Float64:
    """1 while the person breathes, 0 while the breath is held, smooth between."""
    duration_s = samples / sample_rate_hz
    free = np.ones(samples)
    for _ in range(rng.poisson(respiration.hold_per_min * duration_s / 60)):
        start_s = rng.uniform(0, duration_s)
        length_s = respiration.hold_s * rng.uniform(0.6, 1.4)
        free[round(start_s * sample_rate_hz) : round((start_s + length_s) * sample_rate_hz)] = 0
    return np.asarray(gaussian_filter1d(free, _TURN_S * sample_rate_hz / 2, mode="nearest"))
