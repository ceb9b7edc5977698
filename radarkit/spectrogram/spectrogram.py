"""A spectrogram on its explicit axes, and what is done to its values.

Every method fills the same frames: frame k stands at t_k = k / frame_rate, for every t_k before the
end of the signal. Normalisation is the published one, min-max per channel over the whole trial
(radarODE-MTL's MATLAB script). Concentration is measured by the normalised Shannon entropy

    H = -sum p ln p / ln(rows * frames),   p = |S|^2 / sum |S|^2,

0 for all energy in one cell, 1 for an even spread.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import entr

from radarkit.errors import UserError
from radarkit.recording import Float32, Float64
from radarkit.spectrogram.grid import FrequencyGrid


@dataclass(frozen=True, eq=False)
class Spectrogram:
    """Time-frequency magnitude of every channel.

    Attributes
    ----------
    values : (channels, rows, frames) float32
        Magnitude in the unit of the signal: a tone of amplitude A has a ridge of height A.
    frequencies_hz : (rows,) float64
        Ascending.
    frame_rate_hz : float
        Frame k stands at ``k / frame_rate_hz`` seconds.
    method : str
        ``sst``, ``cwt`` or ``stft``.

    Raises
    ------
    UserError
        When `values` and `frequencies_hz` do not belong together or the rate is not positive.
    """

    values: Float32
    frequencies_hz: Float64
    frame_rate_hz: float
    method: str

    def __post_init__(self) -> None:
        if self.values.ndim != 3 or self.values.shape[1:2] != self.frequencies_hz.shape:
            raise UserError(
                f"{self.method}: values of shape {self.values.shape} with frequencies of shape "
                f"{self.frequencies_hz.shape}",
                expected="(channels, rows, frames) and (rows,)",
            )
        if not (np.diff(self.frequencies_hz) > 0).all():
            raise UserError(f"{self.method}: frequencies that do not ascend")
        if not self.frame_rate_hz > 0:
            raise UserError(
                f"{self.method}: {self.frame_rate_hz} frames per second", expected="a positive rate"
            )

    @property
    def times_s(self) -> Float64:
        """Times of the frames, (frames,)."""
        return np.arange(self.values.shape[2]) / self.frame_rate_hz


def normalise(values: Float32) -> Float32:
    """Min-max normalise each channel over all its rows and frames to [0, 1].

    Parameters
    ----------
    values : (channels, rows, frames) float32

    Returns
    -------
    (channels, rows, frames) float32
        A constant channel becomes zeros.
    """
    low = values.min(axis=(-2, -1), keepdims=True)
    span = values.max(axis=(-2, -1), keepdims=True) - low
    normalised = np.asarray(values - low, np.float32)
    normalised /= np.where(span > 0, span, 1)  # in place: a night has gigabytes of them
    return normalised


def entropy(spectrogram: Spectrogram) -> Float64:
    """Normalised Shannon entropy of each channel's energy over rows and frames.

    Returns
    -------
    (channels,) float64
        From 0 (one cell) to 1 (an even spread); 0 for a silent channel.
    """
    cells = spectrogram.values.reshape(len(spectrogram.values), -1).astype(np.float64)
    cells /= np.maximum(cells.max(axis=1, keepdims=True), np.finfo(np.float64).tiny)
    energy = cells**2
    share = energy / np.maximum(energy.sum(axis=1, keepdims=True), np.finfo(np.float64).tiny)
    return np.asarray(entr(share).sum(axis=1) / math.log(cells.shape[1]), np.float64)


def check_signal(
    x: ArrayLike, sample_rate_hz: float, grid: FrequencyGrid, frame_rate_hz: float
) -> Float64:
    """Return `x` as (channels, samples) float64 if a spectrogram can be made of it.

    Raises
    ------
    UserError
        When `x` is empty, not one- or two-dimensional, not finite or shorter than one period of
        the lowest row; when the grid reaches beyond the Nyquist frequency; when a rate is not
        positive or frames come faster than samples.
    """
    signal = np.atleast_2d(np.asarray(x, np.float64))
    if signal.ndim != 2 or signal.size == 0:
        raise UserError(
            f"a signal of shape {np.shape(x)}", expected="(channels, samples) or (samples,)"
        )
    check_lengths(signal.shape[1], sample_rate_hz, grid, frame_rate_hz)
    bad = ~np.isfinite(signal)
    if bad.any():
        raise UserError(
            f"{int(bad.sum())} NaN or infinite values in the signal, the first at sample "
            f"{int(np.argwhere(bad.any(axis=0))[0, 0])}",
            expected="finite values",
            do="repair or cut that stretch",
        )
    return signal


def check_lengths(
    samples: int, sample_rate_hz: float, grid: FrequencyGrid, frame_rate_hz: float
) -> None:
    """Raise `UserError` for what `check_signal` refuses whatever the samples hold."""
    if not 0 < frame_rate_hz <= sample_rate_hz < math.inf:
        raise UserError(
            f"{frame_rate_hz:g} frames per second of a signal sampled at {sample_rate_hz:g} Hz",
            expected="a positive frame rate, at most the sample rate",
        )
    if grid.high_hz > sample_rate_hz / 2:
        raise UserError(
            f"a frequency grid up to {grid.high_hz:g} Hz",
            expected=f"at most {sample_rate_hz / 2:g} Hz, half the sample rate",
            do="lower the grid or give a faster signal",
        )
    if samples < sample_rate_hz / grid.low_hz:
        raise UserError(
            f"a signal of {samples / sample_rate_hz:g} s",
            expected=f"at least {1 / grid.low_hz:g} s, one period of the lowest row",
        )


def frame_positions(samples: int, sample_rate_hz: float, frame_rate_hz: float) -> Float64:
    """Return where the frames of a signal of `samples` samples stand, in samples."""
    # a frame at the very end, but for rounding, is past the end
    frames = math.ceil(samples / sample_rate_hz * frame_rate_hz - 1e-6)
    return np.asarray(np.arange(frames) * (sample_rate_hz / frame_rate_hz), np.float64)


def interpolate_frames(values: NDArray[np.floating], positions: Float64) -> NDArray[np.floating]:
    """Linear interpolation of (..., steps) at fractional `positions` of its last axis."""
    before = np.clip(positions.astype(np.int64), 0, values.shape[-1] - 2)
    share = np.clip(positions - before, 0.0, 1.0).astype(values.dtype)
    return np.asarray(values[..., before] * (1 - share) + values[..., before + 1] * share)
