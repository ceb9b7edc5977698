"""Noise in the signal (seed, "Signal Model"): x(t) = x_c(t) + n_abr(t) + n_con(t).

Constant noise (thermal, distance, direction) covers the whole trial and lowers its SNR; abrupt
noise (body movement) covers stretches of a few seconds, the same for all channels, and ruins all
cardiac features there. The SNR relates the power of the two vibrations x_c to that of the noise,
channel by channel, over the samples the noise covers; it is met exactly.
"""

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from radarkit.recording import Float64


class ConstantNoise(BaseModel):
    """White noise over the whole trial at `snr_db`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    snr_db: float


class AbruptNoise(BaseModel):
    """Body movements.

    Attributes
    ----------
    snr_db : float
        0 for mild and -9 for extensive movement, in the seed's tables.
    length_s : float
        Of each movement; 1, 2 or 3 s in the seed's tables.
    per_min : float
        How many come in a minute.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    snr_db: float
    length_s: float = Field(gt=0)
    per_min: float = Field(gt=0)


def constant_noise(
    cardiac_m: NDArray[np.float64], noise: ConstantNoise, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Noise for the displacement `cardiac_m` of shape (channels, samples), in metres."""
    return _scale_to_snr(rng.standard_normal(cardiac_m.shape), cardiac_m, noise.snr_db)


def abrupt_noise(
    cardiac_m: NDArray[np.float64],
    noise: AbruptNoise,
    sample_rate_hz: float,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Noise for the displacement `cardiac_m` of shape (channels, samples), zero between movements.

    The movements share the trial's time evenly, each at a random place within its share, so that
    they never overlap; there are as many as `per_min` asks for, rounded, and at least one.
    """
    samples = cardiac_m.shape[1]
    length = min(samples, round(noise.length_s * sample_rate_hz))
    count = max(1, round(noise.per_min * samples / sample_rate_hz / 60))
    share = samples // count
    out = np.zeros_like(cardiac_m)
    for index in range(count):
        start = index * share + int(rng.integers(0, max(1, share - length + 1)))
        block = slice(start, min(start + length, samples, (index + 1) * share))
        white = rng.standard_normal(cardiac_m[:, block].shape)
        out[:, block] = _scale_to_snr(white, cardiac_m[:, block], noise.snr_db)
    return out


def _power(x: NDArray[np.float64]) -> Float64:
    return np.asarray(np.mean(x**2, axis=1, keepdims=True))


def _scale_to_snr(
    noise: NDArray[np.float64], cardiac: NDArray[np.float64], snr_db: float
) -> NDArray[np.float64]:
    wanted = _power(cardiac) / 10 ** (snr_db / 10)
    return np.asarray(noise * np.sqrt(wanted / _power(noise)))
