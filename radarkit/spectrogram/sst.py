"""Synchrosqueezed wavelet transform, evaluated only at the frames that are asked for.

    W(v, t) = int X(f) psi_v(f) exp(2 pi i f t) df
    f(v, t) = Re[(dW/dt) / (2 pi i W)]
    T(r, t) = step * sum over v with f(v, t) in row r of W(v, t)

(radarODE-MTL, "Signal Pre-processing to Spectrograms"; Daubechies, Lu and Wu, Appl. Comput. Harmon.
Anal. 30, 2011.) psi_v is the Morlet bank of `radarkit.spectrogram.wavelet`. The value is |T|, or
its mean over the period of a frame.

W and dW/dt vary slowly, so they are not computed at every sample: sampling at M of N instants is
adding up the bins that alias modulo M, after which an inverse FFT of length M suffices. This is
exact, not an approximation, when the frames lie on a grid of the padded signal; the padding is
chosen so that they do.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import scipy.fft
from numpy.typing import ArrayLike

from radarkit.errors import UserError
from radarkit.parallel import threads
from radarkit.recording import Float32, Float64
from radarkit.spectrogram.grid import DEFAULT_GRID, FrequencyGrid
from radarkit.spectrogram.spectrogram import Spectrogram, check_signal, frame_positions
from radarkit.spectrogram.wavelet import morlet_bank, reach_s, voices_hz

FLOOR = float(np.finfo(np.float32).eps)  # of a voice's largest coefficient
TIMING_FRAMES = 0.01  # how far the last frame may stand from its true time
CACHE_BYTES = 2**21  # of the coefficients that a thread works on at a time


@dataclass(frozen=True)
class Layout:
    """Where the frames of a transform lie in the padded, periodic signal.

    Attributes
    ----------
    length : int
        Samples of the padded signal, whose first is the first of the signal.
    instants : int
        Frames in the whole of it; frame k stands at sample ``k * length / instants``.
    first, frames : int
        The frames that are wanted.
    oversample : int
        Instants at which each of them is computed.
    """

    length: int
    instants: int
    first: int
    frames: int
    oversample: int


def sst(
    x: ArrayLike,
    sample_rate_hz: float,
    *,
    grid: FrequencyGrid = DEFAULT_GRID,
    frame_rate_hz: float = 30.0,
    oversample: int = 1,
) -> Spectrogram:
    """Magnitude of the synchrosqueezed wavelet transform.

    Coefficients go to the nearest row of the grid on a log axis; what lies outside the grid is
    dropped. Before the transform the mean is removed and both ends are continued by odd (point)
    reflection, which keeps value and slope of a breathing chest, for as long as the widest wavelet
    reaches (above 4 Hz, 0.1 % of its breathing is left at the ends; even reflection leaves 4 %). At
    the lowest rows the first and last seconds are still guesses; `radarkit.spectrogram.cone` says
    how many. Rows above a seventh of the rate are good to 1 % instead of 0.1 %, as their wavelets
    reach the Nyquist frequency and ring there. The ratio of the rates is taken as the simplest
    fraction that keeps the last frame within 0.01 frames of its time (200 to 30 Hz is 3/20,
    exactly).

    Parameters
    ----------
    x : (channels, samples) or (samples,)
        Signal in any unit.
    sample_rate_hz : float
        Its rate.
    grid : FrequencyGrid
        Rows of the result.
    frame_rate_hz : float
        Frame k stands at ``k / frame_rate_hz``, for all k before the end of the signal.
    oversample : int
        1 takes |T| at the instant of the frame. o averages it over the period of the frame, which
        is centred on it, from instants at ``o * frame_rate_hz``: the o of them in the period when
        o is odd; o + 1 when o is even, the two at its borders by half (trapezoidal rule). What the
        first and the last period lack is taken from the continued signal.

    Returns
    -------
    Spectrogram
        In the unit of `x`: a tone of amplitude A gives A in its row and 0 in the others.

    Raises
    ------
    UserError
        As `radarkit.spectrogram.spectrogram.check_signal`, and when ``oversample < 1``.
    """
    signal = check_signal(x, sample_rate_hz, grid, frame_rate_hz)
    check_oversample(oversample)
    layout = whole_layout(signal.shape[1], sample_rate_hz, grid, frame_rate_hz, oversample)
    values = squeeze(signal, sample_rate_hz, grid, layout)
    return Spectrogram(values, np.array(grid.frequencies_hz), frame_rate_hz, "sst")


def whole_layout(
    samples: int, sample_rate_hz: float, grid: FrequencyGrid, frame_rate_hz: float, oversample: int
) -> Layout:
    """Lay out all frames of a signal, continued at both ends by what the widest wavelet reaches."""
    length, instants = padded_lengths(
        samples,
        samples + 2 * round(reach_s(voices_hz(grid)[0]) * sample_rate_hz),
        sample_rate_hz,
        frame_rate_hz,
    )
    frames = frame_positions(samples, sample_rate_hz, frame_rate_hz).size
    return Layout(length, instants, 0, frames, oversample)


def squeeze(signal: Float64, sample_rate_hz: float, grid: FrequencyGrid, layout: Layout) -> Float32:
    """|T| of every channel at the frames of a layout.

    Parameters
    ----------
    signal : (channels, samples)

    Returns
    -------
    (channels, rows, frames) float32
    """
    # numba loads with the first call
    from radarkit.spectrogram.reassign import fold, reassign, row_table

    instants = layout.instants * layout.oversample
    bank = morlet_bank(voices_hz(grid), sample_rate_hz, layout.length)
    voices = bank.centres_hz.size
    table = row_table(grid.edges_hz())
    weights = period_weights(layout.oversample)
    begin = layout.first * layout.oversample - weights.size // 2
    columns = (layout.frames - 1) * layout.oversample + weights.size
    batch = min(voices, max(1, CACHE_BYTES // (16 * instants)))
    values = np.empty((len(signal), grid.rows, layout.frames), np.float32)
    channels = iter(range(len(signal)))

    def work(_: int) -> None:
        buffer = np.empty(2 * batch * instants, np.complex64)
        squeezed = np.empty((grid.rows + 1, columns), np.complex64)
        for channel in channels:  # each thread takes the next, into buffers that it keeps
            row, scale = _condition(signal[channel], layout.length)
            spectrum = scipy.fft.rfft(row) * (instants / layout.length)
            spectrum = spectrum.astype(np.complex64)
            squeezed[:] = 0
            for first in range(0, voices, batch):
                span = slice(first, min(first + batch, voices))
                planes = buffer[: 2 * (span.stop - first) * instants].reshape(2, -1, instants)
                fold(spectrum, bank, span, planes)
                planes = scipy.fft.ifft(planes, axis=-1, overwrite_x=True)
                reassign(planes, bank.centres_hz[span], table, FLOOR, begin, squeezed)
            magnitude = np.abs(squeezed[:-1])
            values[channel] = 0
            for instant, weight in enumerate(weights * np.float32(scale)):
                last = columns - weights.size + instant
                every = magnitude[:, instant : last + 1 : layout.oversample]
                values[channel] += weight * every

    # threads over channels; numba's own do not survive a fork, as of joblib or a torch loader
    workers = min(threads(), len(signal))
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, range(workers)))
    return values


def check_oversample(oversample: int) -> None:
    """Raise `UserError` when a frame cannot be made of that many instants."""
    if not (oversample == int(oversample) and oversample >= 1):
        raise UserError(f"{oversample:g} instants a frame", expected="a whole number of at least 1")


def period_weights(oversample: int) -> Float32:
    """Share of each instant in the mean over the period of a frame, summing to 1.

    Returns
    -------
    (oversample,) or, when that is even, (oversample + 1,) float32
        Centred on the frame.
    """
    weights = np.full(oversample + 1 - oversample % 2, 1 / oversample, np.float32)
    if oversample % 2 == 0:
        weights[[0, -1]] /= 2  # these instants are shared with the neighbouring frames
    return weights


def frame_ratio(samples: int, sample_rate_hz: float, frame_rate_hz: float) -> Fraction:
    """Frames per sample: the simplest fraction good for a signal of so many samples.

    A frame stands on the first sample and on every `denominator`-th after it.
    """
    exact = Fraction(frame_rate_hz) / Fraction(sample_rate_hz)
    limit = 16
    while abs(exact - (ratio := exact.limit_denominator(limit))) * samples > TIMING_FRAMES:
        limit *= 2
    return ratio


def padded_lengths(
    samples: int, at_least: int, sample_rate_hz: float, frame_rate_hz: float
) -> tuple[int, int]:
    """Choose a padded length and the frames in it, whose ratio is that of the rates.

    The length is a multiple of what one period of the ratio needs, and quick to FFT.
    """
    ratio = frame_ratio(samples, sample_rate_hz, frame_rate_hz)
    repeats = scipy.fft.next_fast_len(-(-at_least // ratio.denominator))
    return repeats * ratio.denominator, repeats * ratio.numerator


def _condition(row: Float64, length: int) -> tuple[Float64, float]:
    """Remove the mean, scale to 1 and continue to `length` samples; also return the scale.

    The signal stays at the start; the FFT is periodic, so the second half of the padding is what
    precedes it. Without the scale, metres squared would come near the smallest float32.
    """
    row = row - row[0]  # first, so that a constant leaves no rounding error
    row -= row.mean()
    scale = float(np.abs(row).max())
    padding = length - row.size
    row = np.pad(
        row / (scale or 1.0), (padding // 2, padding - padding // 2), "reflect", reflect_type="odd"
    )
    return np.roll(row, -(padding // 2)), scale
