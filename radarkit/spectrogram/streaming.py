"""Frames of the synchrosqueezed transform of a long trial from the samples near them alone.

A wavelet has faded to rounding error after its reach, so a stretch with that much context on both
sides has the same frames as the whole trial. What a stretch cannot know of the whole changes
little: the mean of the trial, as no wavelet sees 0 Hz, and the largest coefficient of a voice,
which sets the floor below which a phase is rounding error (1.2e-7 of it).

What differs is the rounding of float32: about 1e-6 of a picture, relative to the loudest part of
what was transformed together. A coefficient whose frequency is within that of a border between two
rows can fall to either side. Such moves, of a few coefficients in 100,000, make up most of the
difference between a stretch and the whole, 5e-5 of the picture in relative L1. After a movement a
thousand times the heart's sounds it is 1e-3 of the quiet frames. Below seven samples a period of
the highest row the difference grows, to 1e-3 for rows to 25 Hz at 100 Hz and 1e-2 at 60 Hz: the
Nyquist frequency cuts the wavelets there, and what is cut rings for longer than any context.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

import numpy as np

from radarkit.errors import UserError
from radarkit.spectrogram.grid import DEFAULT_GRID, FrequencyGrid
from radarkit.spectrogram.spectrogram import (
    Spectrogram,
    check_lengths,
    check_signal,
    frame_positions,
)
from radarkit.spectrogram.sst import (
    Layout,
    check_oversample,
    frame_ratio,
    padded_lengths,
    squeeze,
)
from radarkit.spectrogram.wavelet import reach_s, voices_hz

BLOCK_FRAMES = 3000  # 100 s at 30 Hz: their context is a sixth of what is computed


class Samples(Protocol):
    """What is read by slices: an array, or a dataset of an HDF5 file."""

    @property
    def shape(self) -> tuple[int, ...]: ...  # noqa: D102

    def __getitem__(self, key: Any, /) -> Any: ...


@dataclass(frozen=True)
class _Trial:
    """Sizes of a whole trial, and what a stretch of it needs.

    `ratio` is frames per sample; `context`, the samples on each side of a stretch, is what the
    widest wavelet reaches, up to a multiple of the samples after which a frame stands on a sample.
    """

    samples: int
    frames: int
    ratio: Fraction
    context: int


def sst_frames(
    x: Samples,
    sample_rate_hz: float,
    start: int,
    stop: int,
    *,
    grid: FrequencyGrid = DEFAULT_GRID,
    frame_rate_hz: float = 30.0,
    oversample: int = 1,
) -> Spectrogram:
    """Frames `start` to `stop` of `sst` of the whole trial, of which only their part is read.

    Parameters
    ----------
    x : (channels, samples)
        The whole trial; only its shape and a slice ``x[:, a:b]`` are used.
    sample_rate_hz, grid, frame_rate_hz, oversample
        As in `radarkit.spectrogram.sst.sst`.
    start, stop : int
        ``0 <= start < stop <=`` frames of the trial.

    Returns
    -------
    Spectrogram
        Its frame 0 is frame `start` of the trial.

    Raises
    ------
    UserError
        As `sst`, for the samples that are read, and when there are no such frames.
    """
    trial = _trial(x, sample_rate_hz, grid, frame_rate_hz)
    check_oversample(oversample)
    if not 0 <= start < stop <= trial.frames:
        raise UserError(
            f"frames {start} to {stop} of a trial of {trial.frames} frames",
            expected="0 <= start < stop <= frames",
        )
    return _stretch(x, trial, sample_rate_hz, start, stop, grid, frame_rate_hz, oversample)


def sst_blocks(
    x: Samples,
    sample_rate_hz: float,
    *,
    grid: FrequencyGrid = DEFAULT_GRID,
    frame_rate_hz: float = 30.0,
    oversample: int = 1,
    block_frames: int = BLOCK_FRAMES,
) -> Iterator[Spectrogram]:
    """Spectrograms of `block_frames` frames, the last of less, that follow one another.

    Together they are `sst` of the whole trial, in memory for one of them and its context.

    Parameters
    ----------
    x, sample_rate_hz, grid, frame_rate_hz, oversample
        As in `sst_frames`.
    block_frames : int
        At least 1.

    Raises
    ------
    UserError
        As `sst_frames`, at the first block or at that whose samples are bad.
    """
    if block_frames < 1:
        raise UserError(f"blocks of {block_frames} frames", expected="at least 1")
    trial = _trial(x, sample_rate_hz, grid, frame_rate_hz)
    check_oversample(oversample)
    for start in range(0, trial.frames, block_frames):
        stop = min(start + block_frames, trial.frames)
        yield _stretch(x, trial, sample_rate_hz, start, stop, grid, frame_rate_hz, oversample)


def _trial(x: Samples, sample_rate_hz: float, grid: FrequencyGrid, frame_rate_hz: float) -> _Trial:
    """Measure a trial without reading it."""
    if len(x.shape) != 2 or 0 in x.shape:
        raise UserError(f"a trial of shape {x.shape}", expected="(channels, samples)")
    samples = x.shape[1]
    check_lengths(samples, sample_rate_hz, grid, frame_rate_hz)
    ratio = frame_ratio(samples, sample_rate_hz, frame_rate_hz)
    reach = math.ceil(reach_s(voices_hz(grid)[0]) * sample_rate_hz)
    frames = frame_positions(samples, sample_rate_hz, frame_rate_hz).size
    context = -(-reach // ratio.denominator) * ratio.denominator
    return _Trial(samples, frames, ratio, context)


def _stretch(
    x: Samples,
    trial: _Trial,
    sample_rate_hz: float,
    start: int,
    stop: int,
    grid: FrequencyGrid,
    frame_rate_hz: float,
    oversample: int,
) -> Spectrogram:
    period = trial.ratio.denominator
    # half a frame more on both sides, which oversampling averages over
    first = math.floor((start - Fraction(1, 2)) / trial.ratio / period) * period - trial.context
    last = math.ceil((stop - Fraction(1, 2)) / trial.ratio) + trial.context
    a, b = max(first, 0), min(last, trial.samples)
    try:
        signal = check_signal(x[:, a:b], sample_rate_hz, grid, frame_rate_hz)
    except UserError as error:
        raise UserError(
            f"samples {a} to {b} of the trial: {error.found}", expected=error.expected, do=error.do
        ) from None
    # an end of the trial is continued as in `sst`; a cut has true samples for long enough
    beyond = 0 if a == first and b == last else 2 * trial.context
    length, instants = padded_lengths(trial.samples, b - a + beyond, sample_rate_hz, frame_rate_hz)
    layout = Layout(length, instants, start - int(a * trial.ratio), stop - start, oversample)
    values = squeeze(signal, sample_rate_hz, grid, layout)
    return Spectrogram(values, np.array(grid.frequencies_hz), frame_rate_hz, "sst")
