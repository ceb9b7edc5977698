"""Noise in the signal (radarODE-MTL, "Signal Model"): x(t) = x_c(t) + n_abr(t) + n_con(t).

Constant noise (thermal, distance, direction) covers the whole trial and lowers its SNR; abrupt
noise (body movement) covers stretches of a few seconds, the same for all channels, and ruins all
cardiac features there. The SNR relates the power of a reference to that of the noise, channel by
channel, over the samples the noise covers, and is met exactly. The reference is x_c where it is
known, the two vibrations of a simulated chest; on a real recording it is the cardiac vibration
that the noise is added to. The levels are those of radarODE-MTL's noise tables.
"""

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from radarkit.errors import UserError
from radarkit.recording import Float64

CONSTANT_LEVELS_DB = (6.0, 3.0, 0.0, -1.0, -2.0, -3.0)
MILD_DB, EXTENSIVE_DB = 0.0, -9.0  # body movements
_MOST_DB = 200.0  # far beyond any radar; a power still has a float32


class ConstantNoise(BaseModel):
    """White noise over the whole trial at `snr_db`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    snr_db: float = Field(ge=-_MOST_DB, le=_MOST_DB, allow_inf_nan=False)


class AbruptNoise(BaseModel):
    """Body movements in a share of the windows of a trial.

    Attributes
    ----------
    snr_db : float
        `MILD_DB` or `EXTENSIVE_DB` in radarODE-MTL's tables.
    length_s : float
        Of each movement, no longer than a window; 1, 2 or 3 s in the tables.
    share : float
        Of the windows that hold a movement, one each; a fifth in the published protocol.
    window_s : float
        Length of a window.

    Raises
    ------
    UserError
        When a movement is longer than a window.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    snr_db: float = Field(ge=-_MOST_DB, le=_MOST_DB, allow_inf_nan=False)
    length_s: float = Field(gt=0, allow_inf_nan=False)
    share: float = Field(default=0.2, ge=0, le=1)
    window_s: float = Field(default=4.0, gt=0, allow_inf_nan=False)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.length_s > self.window_s:
            raise UserError(
                f"movements of {self.length_s:g} s in windows of {self.window_s:g} s",
                expected="movements no longer than a window",
            )
        return self

    def count(self, windows: int) -> int:
        """How many of so many windows hold a movement: at least one, unless the share is zero."""
        return max(1, round(self.share * windows)) if self.share > 0 else 0


Noise = ConstantNoise | AbruptNoise


def add_noise(
    x: NDArray[np.floating],
    noises: Sequence[Noise],
    sample_rate_hz: float,
    rng: np.random.Generator,
    reference: NDArray[np.floating] | None = None,
) -> Float64:
    """Add noises to a signal, each at its own SNR against the same clean reference.

    Parameters
    ----------
    x : (channels, samples)
        Signal in any unit.
    noises : sequence of ConstantNoise or AbruptNoise
        In the order in which they draw from `rng`.
    sample_rate_hz : float
        Rate of `x`.
    rng : numpy.random.Generator
        Source of the noise.
    reference : (channels, samples), optional
        What the SNR relates to, in the unit of `x`; `x` itself when not given.

    Returns
    -------
    (channels, samples) float64
        A channel whose reference is silent stays as it is, for no noise has an SNR against it.

    Raises
    ------
    UserError
        When `x` and `reference` differ in shape or are not (channels, samples), or the reference
        is not finite.
    """
    clean = np.asarray(x if reference is None else reference, np.float64)
    if clean.ndim != 2 or clean.shape != np.shape(x):
        raise UserError(
            f"noise against a reference of shape {clean.shape} on a signal of shape {np.shape(x)}",
            expected="(channels, samples), the same for both",
        )
    if not np.isfinite(clean).all():
        raise UserError(
            f"{int((~np.isfinite(clean)).sum())} NaN or infinite values in the reference of a "
            "noise",
            expected="finite values",
        )
    noisy = np.array(x, np.float64)
    for noise in noises:
        if isinstance(noise, ConstantNoise):
            noisy += at_snr(rng.standard_normal(clean.shape), power(clean), noise.snr_db)
        else:
            noisy += _abrupt_noise(clean, noise, sample_rate_hz, rng)
    return noisy


def _abrupt_noise(
    reference: NDArray[np.float64],
    noise: AbruptNoise,
    sample_rate_hz: float,
    rng: np.random.Generator,
) -> Float64:
    """Movements against the `reference` of shape (channels, samples), zero between them."""
    out = np.zeros_like(reference)
    for start, stop in draw_movement_spans(noise, reference.shape[1], sample_rate_hz, rng):
        white = rng.standard_normal((reference.shape[0], stop - start))
        out[:, start:stop] = at_snr(white, power(reference[:, start:stop]), noise.snr_db)
    return out


def draw_movement_spans(
    noise: AbruptNoise, samples: int, sample_rate_hz: float, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Draw where the movements of a trial lie.

    The trial is divided into consecutive windows; `AbruptNoise.count` of them, drawn at random,
    get a movement at a random place within, so that movements neither overlap nor are cut. What
    is left after the last whole window stays still. A trial shorter than a window is one window.

    Returns
    -------
    (movements, 2) int64
        First sample of each and the one after its last, in order of time.
    """
    window = min(round(noise.window_s * sample_rate_hz), samples)
    length = min(max(1, round(noise.length_s * sample_rate_hz)), window)
    windows = samples // window
    hit = np.sort(rng.choice(windows, noise.count(windows), replace=False))
    starts = hit * window + rng.integers(0, window - length + 1, hit.size)
    return np.stack([starts, starts + length], axis=1).astype(np.int64)


def power(x: NDArray[np.floating]) -> Float64:
    """Mean square of each channel of (channels, samples), as (channels, 1)."""
    return np.asarray(np.mean(np.square(x, dtype=np.float64), axis=1, keepdims=True))


def at_snr(white: Float64, reference_power: Float64, snr_db: float) -> Float64:
    """Scale each channel of (channels, samples) to `snr_db` below a power of (channels, 1)."""
    wanted = reference_power / 10 ** (snr_db / 10)
    return np.asarray(white * np.sqrt(wanted / power(white)))
