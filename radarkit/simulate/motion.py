"""What a person does besides breathing: sway, tremor, limb and torso movements.

- Sway: slow drift of posture below 0.1 Hz.
- Tremor: muscles that never rest. Its power falls with f^-4, as that of a mass pushed by white
  forces; good and bad recordings of real chests differ by it more than by anything else.
- Limb movements shake the chest a little, differently at each point.
- Torso movements carry the whole chest along, to another place, and shake it harder.

A movement comes at random, lasts a second or a few, and is zero before and after but for the new
place; the shaking is noise of 0.3-6 Hz under a Hann window.
"""

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from scipy.fft import irfft, next_fast_len, rfftfreq
from scipy.signal.windows import hann

from radarkit.recording import Float64
from radarkit.simulate.slow_noise import band_noise

_SWAY_HZ = (0.005, 0.1)
_FLAT_BELOW_HZ = 1.2
_TREMOR_BAND_HZ = (1.5, 25.0)
_SHAKE_HZ = (0.3, 6.0)
_COMMON = 0.8  # share of a movement's or the tremor's amplitude that all points have alike
_SHORTEST_S = 0.5


class Motion(BaseModel):
    """Movements of one trial.

    Attributes
    ----------
    sway_m : float
        Rms of the drift of posture.
    tremor_m : float
        Rms of the tremor in 1.5-25 Hz.
    limb_per_min, limb_m : float
        How often a limb moves, and the rms shaking of the chest by it.
    torso_per_min, torso_m : float
        How often the torso moves, and how far at most.
    movement_s : float
        How long a movement lasts on average.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sway_m: float = Field(default=0.0, ge=0)
    tremor_m: float = Field(default=0.0, ge=0)
    limb_per_min: float = Field(default=0.0, ge=0)
    limb_m: float = Field(default=3e-4, ge=0)
    torso_per_min: float = Field(default=0.0, ge=0)
    torso_m: float = Field(default=5e-3, ge=0)
    movement_s: float = Field(default=2.0, gt=0)


def draw_sway(
    rms_m: float, samples: int, sample_rate_hz: float, rng: np.random.Generator
) -> Float64:
    """Slow drift of posture, (samples,) in metres."""
    return rms_m * band_noise((samples,), sample_rate_hz, *_SWAY_HZ, rng)


def draw_tremor(
    rms_m: float, channels: int, samples: int, sample_rate_hz: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Tremor, (channels, samples) in metres, with the given rms in 1.5-25 Hz.

    Most of it is common to all points.
    """
    length = next_fast_len(2 * samples, real=True)
    frequency_hz = rfftfreq(length, 1 / sample_rate_hz)
    fall = np.maximum(frequency_hz / _FLAT_BELOW_HZ, 1.0) ** -2
    inside = (frequency_hz >= _TREMOR_BAND_HZ[0]) & (frequency_hz <= _TREMOR_BAND_HZ[1])
    unit = np.sqrt(2 * (fall[inside] ** 2).sum()) / length  # rms in the band of unit coefficients
    drawn = rng.standard_normal((channels + 1, frequency_hz.size, 2)) @ np.array([1, 1j])
    drawn[:, 0] = 0
    tremor = irfft(drawn * fall * (rms_m / np.sqrt(2) / unit), length)[:, :samples]
    return _with_common(tremor)


def draw_movements(
    motion: Motion, channels: int, samples: int, sample_rate_hz: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Displacement by limb and torso movements, (channels, samples) in metres."""
    out = np.zeros((channels, samples))
    minutes = samples / sample_rate_hz / 60
    for per_min, shake_m, shift_m in (
        (motion.limb_per_min, motion.limb_m, 0.0),
        (motion.torso_per_min, motion.torso_m / 4, motion.torso_m),
    ):
        for _ in range(rng.poisson(per_min * minutes)):
            length_s = max(_SHORTEST_S, motion.movement_s * rng.uniform(0.5, 1.5))
            length = min(samples, round(length_s * sample_rate_hz))
            start = int(rng.integers(0, samples - length + 1))
            move = _shake(channels, length, sample_rate_hz, rng)
            out[:, start : start + length] += shake_m * move
            course = np.cumsum(hann(length, sym=False)) / (length / 2)  # smooth, from 0 to 1
            shift = shift_m * rng.uniform(-1, 1)
            out[:, start : start + length] += shift * course
            out[:, start + length :] += shift
    return out


def _shake(
    channels: int, length: int, sample_rate_hz: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    noise = band_noise((channels + 1, length), sample_rate_hz, *_SHAKE_HZ, rng)
    return np.asarray(hann(length, sym=False) * _with_common(noise))


def _with_common(noise: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mix the first channel into all others, (channels + 1, samples) to (channels, samples)."""
    return np.asarray(_COMMON * noise[0] + np.sqrt(1 - _COMMON**2) * noise[1:])
