"""What moves the chest besides the two vibrations: breath, pulse and posture.

- Respiration: a sine with a second harmonic; breathing in brings the chest nearer to the radar.
- Pulse: a systolic and a diastolic lobe below 5 Hz, the same waveform in each beat. On real chests
  it is 30 to 100 um high and holds most of the energy between 0.8 and 5 Hz.
- Sway: slow drift of posture, a random walk below 0.1 Hz.
"""

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from scipy import signal

from radarkit.recording import Float64

_SYSTOLE_S, _DIASTOLE_S = 0.12, 0.42  # centres of the two lobes after R, at an interval of 1 s
_SYSTOLE_WIDTH_S, _DIASTOLE_WIDTH_S = 0.06, 0.08
_DIASTOLE_SHARE = 0.5


class Respiration(BaseModel):
    """Breathing of one person.

    Attributes
    ----------
    rate_per_min : float
        Mean rate.
    amplitude_m : float
        Half the peak-to-peak motion of the chest.
    second_harmonic : float
        Its amplitude relative to the first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rate_per_min: float = Field(gt=0)
    amplitude_m: float = Field(ge=0)
    second_harmonic: float = Field(default=0.15, ge=0)


def draw_respiration(
    respiration: Respiration, samples: int, sample_rate_hz: float, rng: np.random.Generator
) -> Float64:
    """Displacement by breathing, with a rate that wanders by a few per cent.

    Returns
    -------
    (samples,) float64
        In metres, negative towards the radar.
    """
    t = np.arange(samples) / sample_rate_hz
    wander = 0.3 * np.sin(2 * np.pi * t / rng.uniform(20, 40) + rng.uniform(0, 2 * np.pi))
    phase = 2 * np.pi * respiration.rate_per_min / 60 * t + wander + rng.uniform(0, 2 * np.pi)
    breath = np.sin(phase) + respiration.second_harmonic * np.sin(2 * phase + 0.5)
    return np.asarray(-respiration.amplitude_m * breath)


def draw_pulse(
    height_m: Float64, r_times_s: Float64, samples: int, sample_rate_hz: float
) -> NDArray[np.float64]:
    """Displacement by the pulse.

    Parameters
    ----------
    height_m : (channels,) float64
        Height of the systolic lobe at each point; its sign is the point's polarity.
    r_times_s : (beats,) float64
        R times.
    samples, sample_rate_hz : int, float
        Grid of the result, which starts at time 0.

    Returns
    -------
    (channels, samples) float64
        In metres.
    """
    t = np.arange(samples) / sample_rate_hz
    wave = np.zeros(samples)
    rr_s = np.diff(r_times_s, append=2 * r_times_s[-1] - r_times_s[-2])
    for r_s, scale in zip(r_times_s, np.sqrt(rr_s), strict=True):
        for centre_s, width_s, share in (
            (_SYSTOLE_S, _SYSTOLE_WIDTH_S, 1.0),
            (_DIASTOLE_S, _DIASTOLE_WIDTH_S, _DIASTOLE_SHARE),
        ):
            low, high = np.searchsorted(t, r_s + centre_s * scale + np.array([-0.5, 0.5]))
            distance_s = t[low:high] - r_s - centre_s * scale
            wave[low:high] += share * np.exp(-0.5 * (distance_s / width_s) ** 2)
    return np.asarray(height_m)[:, None] * wave


def draw_sway(
    rms_m: float, samples: int, sample_rate_hz: float, rng: np.random.Generator
) -> Float64:
    """Slow drift of posture, (samples,) in metres, below 0.1 Hz with the given rms."""
    if rms_m == 0:
        return np.zeros(samples)
    slow = signal.butter(2, 0.1, fs=sample_rate_hz, output="sos")
    margin = round(20 * sample_rate_hz)  # the filter has to settle
    drift = signal.sosfilt(slow, rng.standard_normal(samples + margin))[margin:]
    drift -= drift.mean()
    return np.asarray(rms_m * drift / max(float(drift.std()), np.finfo(float).tiny))
