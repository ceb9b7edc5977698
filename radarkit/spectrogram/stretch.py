"""The synchrosqueezed transform of a short stretch of a trial, in bands of voices.

A window of 4 s needs the samples around it as far as a wavelet reaches: 9.4 s on either side for
the lowest voice, but a sixteenth of that four octaves higher. So the voices are taken in bands, an
octave each, and every band from a cut of the stretch no longer than its lowest voice needs; the
last band holds all voices whose context is shorter than the window. What is beyond a cut is what
is beyond the reach of a wavelet, 1.2e-7 of its height (`radarkit.spectrogram.streaming`).

A cut is taken as periodic, without an edge of its own: whoever cuts near an end of the trial
continues it first (`continued`), as `radarkit.spectrogram.sst.sst` does. Then all windows of one
length are stretches of one length too, and share one layout.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from radarkit.parallel import threads
from radarkit.recording import Float32, Float64
from radarkit.spectrogram.grid import FrequencyGrid
from radarkit.spectrogram.sst import CACHE_BYTES, FLOOR, frame_ratio, padded_lengths
from radarkit.spectrogram.wavelet import MorletBank, morlet_bank, reach_s, voices_hz

_CHANNELS_A_THREAD = 8  # below, it costs more to start one than it does


@dataclass(frozen=True, eq=False)
class Band:
    """Neighbouring voices and the cut of the stretch that they are made from.

    Attributes
    ----------
    start, length : int
        The cut, in samples of the stretch.
    instants, first : int
        Frames that the cut has, and which of them is frame 0 of the window.
    bank : MorletBank
        Of the voices, for an FFT of the cut.
    """

    start: int
    length: int
    instants: int
    first: int
    bank: MorletBank


@dataclass(frozen=True)
class Stretch:
    """Layout of a window and its context.

    Attributes
    ----------
    grid : FrequencyGrid
        Rows of the spectrogram.
    sample_rate_hz, frame_rate_hz : float
        Rates.
    frames : int
        Of the window, the first on its first sample.
    """

    grid: FrequencyGrid
    sample_rate_hz: float
    frame_rate_hz: float
    frames: int

    @property
    def context(self) -> int:
        """Samples before the first of the window."""
        first = self.bands[0]
        return round(first.first * first.length / first.instants)

    @property
    def samples(self) -> int:
        """Samples in all: the context, the window, and the context after it."""
        return max(band.start + band.length for band in self.bands)

    @property
    def bands(self) -> tuple[Band, ...]:
        """From the lowest voices to the highest."""
        return _bands(self)


def continued(values: Float64, before: int, after: int) -> Float64:
    """Continue (channels, samples) by so many samples through odd (point) reflection."""
    if before == after == 0:
        return values
    return np.pad(values, ((0, 0), (before, after)), "reflect", reflect_type="odd")


def sst_stretch(x: NDArray[np.floating], stretch: Stretch) -> Float32:
    """|T| of `radarkit.spectrogram.sst.sst` at the frames of a window.

    Parameters
    ----------
    x : (channels, stretch.samples)
        Finite; `Stretch.context` samples before the window, continued beyond the trial's ends.

    Returns
    -------
    (channels, rows, stretch.frames) float32
    """
    # numba loads with the first call
    from radarkit.spectrogram.reassign import fold, reassign, row_table

    rows = x.astype(np.float64)
    rows -= rows[:, :1].copy()  # first, so that a constant leaves no rounding error
    rows -= rows.mean(axis=1, keepdims=True)
    scales = np.abs(rows).max(axis=1)
    rows /= np.where(scales > 0, scales, 1.0)[:, None]
    table = row_table(stretch.grid.edges_hz())
    values = np.empty((len(x), stretch.grid.rows, stretch.frames), np.float32)

    def work(channels: NDArray[np.intp]) -> None:
        squeezed = np.zeros((channels.size, stretch.grid.rows + 1, stretch.frames), np.complex64)
        for band in stretch.bands:
            cut = rows[channels, band.start : band.start + band.length]
            spectra = scipy.fft.rfft(cut) * (band.instants / band.length)
            spectra = spectra.astype(np.complex64)
            voices = band.bank.centres_hz.size
            at_once = max(1, CACHE_BYTES // (16 * voices * band.instants))
            buffer = np.empty((at_once, 2, voices, band.instants), np.complex64)
            for low in range(0, channels.size, at_once):
                some = range(low, min(low + at_once, channels.size))
                planes = buffer[: len(some)]
                for channel, both in zip(some, planes, strict=True):
                    fold(spectra[channel], band.bank, slice(0, voices), both)
                planes = scipy.fft.ifft(planes, axis=-1, overwrite_x=True)
                for channel, both in zip(some, planes, strict=True):
                    reassign(
                        both, band.bank.centres_hz, table, FLOOR, band.first, squeezed[channel]
                    )
        np.abs(squeezed[:, :-1], out=values[channels[0] : channels[-1] + 1])

    workers = max(1, min(threads(), len(x) // _CHANNELS_A_THREAD))
    shares = np.array_split(np.arange(len(x)), workers)
    if workers == 1:
        work(shares[0])
    else:  # started anew each time, as threads do not survive a fork
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(work, shares))
    values *= scales.astype(np.float32)[:, None, None]
    return values


@lru_cache(maxsize=16)
def _bands(stretch: Stretch) -> tuple[Band, ...]:
    rate_hz = stretch.sample_rate_hz
    centres_hz = voices_hz(stretch.grid)
    window = stretch.frames / stretch.frame_rate_hz * rate_hz
    whole = round(window + 2 * reach_s(centres_hz[0]) * rate_hz)
    ratio = frame_ratio(whole, rate_hz, stretch.frame_rate_hz)
    cuts: list[tuple[int, Float64]] = []  # context and voices
    left = centres_hz
    while left.size:
        # a frame stands on the first sample of every cut
        context = ratio.denominator * -int(-reach_s(left[0]) * rate_hz // ratio.denominator)
        last = 2 * context < window
        # two at least, as the bank reads the ratio of its voices from them
        count = left.size if last else max(2, int(np.searchsorted(left, 2 * left[0])))
        count = left.size if left.size - count < 2 else count
        cuts.append((context, left[:count]))
        left = left[count:]
    bands = []
    for context, voices in cuts:
        at_least = round(window) + 2 * context
        length, instants = padded_lengths(whole, at_least, rate_hz, stretch.frame_rate_hz)
        bank = morlet_bank(voices, rate_hz, length)
        first = int(context * ratio)
        bands.append(Band(cuts[0][0] - context, length, instants, first, bank))
    return tuple(bands)
