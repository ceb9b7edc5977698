"""What a synchrosqueezed transform in torch needs besides the signal, made once and kept.

Folding at the frame rate adds up blocks of M bins, M the instants. The voices that reach into a
block are neighbours, as centres and supports both ascend, so that each block is one dense table of
weights, to be multiplied with one stretch of the spectrum: nothing to gather and nothing to sort.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from radarkit.recording import Float64
from radarkit.spectrogram.grid import FrequencyGrid
from radarkit.spectrogram.sst import period_weights, whole_layout
from radarkit.spectrogram.stretch import Stretch
from radarkit.spectrogram.wavelet import MorletBank, morlet_bank, voices_hz


@dataclass(frozen=True, eq=False)
class Block:
    """Bins ``number * instants`` to ``(number + 1) * instants`` and the voices that use them.

    Attributes
    ----------
    number : int
        Which block of the spectrum.
    voices : slice
        Those with a support in it.
    weights, detunings_hz : (voices, instants, 1)
        As in `radarkit.spectrogram.wavelet.MorletBank`; 0 outside the support. The last axis is
        for real and imaginary parts.
    """

    number: int
    voices: slice
    weights: Tensor
    detunings_hz: Tensor


@dataclass(frozen=True, eq=False)
class Transform:
    """Tables from the FFT of a periodic signal to the rows of its coefficients.

    Attributes
    ----------
    rows, voices : int
        Of the grid and of the bank.
    length, instants : int
        Samples of the periodic signal and instants in the whole of it.
    blocks : tuple of Block
    centres_hz : (voices, 1)
    borders_hz : (rows + 1,)
    kept : (columns,) int64
        Instants that are wanted.
    """

    rows: int
    voices: int
    length: int
    instants: int
    blocks: tuple[Block, ...]
    centres_hz: Tensor
    borders_hz: Tensor
    kept: Tensor

    @property
    def cells(self) -> int:
        """Coefficients of one signal."""
        return self.voices * self.instants


@dataclass(frozen=True, eq=False)
class Plan:
    """Sizes and tables of a transform of whole signals.

    Attributes
    ----------
    frames : int
        Of the result.
    oversample : int
        Instants to a frame.
    period_weights : tuple of float
        Their shares in it.
    transform : Transform
        Of the padded signal.
    source : (length,) int64
        Sample of which each padded one is the image.
    sign : (length,)
        -1 where it is a mirror image, else 1.
    ramp : (length,)
        Its time, where the signal lasts from 0 to 1.
    """

    frames: int
    oversample: int
    period_weights: tuple[float, ...]
    transform: Transform
    source: Tensor
    sign: Tensor
    ramp: Tensor


@lru_cache(maxsize=16)
@torch.inference_mode(False)  # the tensors outlive this call and serve autograd later
def plan(
    samples: int,
    sample_rate_hz: float,
    grid: FrequencyGrid,
    frame_rate_hz: float,
    oversample: int,
    device: torch.device,
    dtype: torch.dtype,
) -> Plan:
    """Prepare transforms of signals of `samples` samples; see `radarkit.spectrogram.sst.sst`."""
    layout = whole_layout(samples, sample_rate_hz, grid, frame_rate_hz, oversample)
    length, instants, frames = layout.length, layout.instants * oversample, layout.frames
    bank = morlet_bank(voices_hz(grid), sample_rate_hz, length)
    weights = period_weights(oversample)
    columns = np.arange((frames - 1) * oversample + weights.size) - weights.size // 2
    source, sign, ramp = odd_reflection(samples, length)
    return Plan(
        frames=frames,
        oversample=oversample,
        period_weights=tuple(weights.tolist()),
        transform=_transform(grid, bank, length, instants, columns % instants, device, dtype),
        source=torch.as_tensor(source, device=device),
        sign=torch.as_tensor(sign, device=device),
        ramp=torch.as_tensor(ramp, device=device),
    )


@lru_cache(maxsize=16)
@torch.inference_mode(False)
def stretch_plan(
    stretch: Stretch, device: torch.device, dtype: torch.dtype
) -> tuple[Transform, ...]:
    """Prepare transforms of stretches; one for each of the bands."""
    return tuple(
        _transform(
            stretch.grid,
            band.bank,
            band.length,
            band.instants,
            band.first + np.arange(stretch.frames),
            device,
            dtype,
        )
        for band in stretch.bands
    )


def _transform(
    grid: FrequencyGrid,
    bank: MorletBank,
    length: int,
    instants: int,
    kept: NDArray[np.int64],
    device: torch.device,
    dtype: torch.dtype,
) -> Transform:
    return Transform(
        rows=grid.rows,
        voices=bank.centres_hz.size,
        length=length,
        instants=instants,
        blocks=tuple(_blocks(bank, length, instants, device, dtype)),
        centres_hz=torch.as_tensor(bank.centres_hz[:, None], device=device).to(dtype),
        borders_hz=torch.as_tensor(grid.edges_hz(), device=device).to(dtype),
        kept=torch.as_tensor(kept, device=device),
    )


def odd_reflection(samples: int, length: int) -> tuple[NDArray[np.int64], Float64, Float64]:
    """Where the samples of the padded signal come from.

    Point reflection at both ends, as often as the padding needs, continues the line through the
    first and the last sample for ever, and what the signal is besides as an odd periodic function.
    The signal stands at the start; the first half of the padding, moved to the end, precedes it.

    Returns
    -------
    (length,) int64, (length,), (length,) float64
        `Plan.source`, `Plan.sign` and `Plan.ramp`.
    """
    last = samples - 1
    before = (length - samples) // 2
    at = np.arange(length)
    at[length - before :] -= length
    phase = at % (2 * last)
    mirrored = phase > last
    return np.where(mirrored, 2 * last - phase, phase), np.where(mirrored, -1.0, 1.0), at / last


def _blocks(
    bank: MorletBank, length: int, instants: int, device: torch.device, dtype: torch.dtype
) -> list[Block]:
    """Lay the supports of the voices out in blocks of as many bins as there are instants."""
    first_bin, offsets = bank.first_bin, bank.offsets
    end_bin = first_bin + np.diff(offsets)
    blocks = []
    for number in range(-(-(length // 2 + 1) // instants)):
        start, stop = number * instants, (number + 1) * instants
        inside = np.flatnonzero((first_bin < stop) & (end_bin > start))
        if inside.size == 0:
            continue
        voices = slice(int(inside[0]), int(inside[-1]) + 1)
        tables = np.zeros((2, voices.stop - voices.start, instants, 1), np.float32)
        for line, voice in enumerate(range(voices.start, voices.stop)):
            low, high = max(first_bin[voice], start), min(end_bin[voice], stop)
            of_bank = slice(*(offsets[voice] - first_bin[voice] + (low, high)))
            tables[0, line, low - start : high - start, 0] = bank.weights[of_bank]
            tables[1, line, low - start : high - start, 0] = bank.detunings_hz[of_bank]
        weights, detunings_hz = torch.as_tensor(tables, device=device).to(dtype)
        blocks.append(Block(number, voices, weights, detunings_hz))
    return blocks
