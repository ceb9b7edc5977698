"""The loops of the synchrosqueezed transform that NumPy has no words for.

They run without the interpreter's lock, so that threads share the channels. Complex numbers are
pairs of float32 here: LLVM turns loops over those into vector instructions.
"""

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from radarkit.recording import Float32, Float64
from radarkit.spectrogram.wavelet import MorletBank

BINS = 4096  # of a `RowTable`: few of them hold a border, and all of them stay in the L1 cache


class RowTable(NamedTuple):
    """Find the row of a frequency without searching.

    Attributes
    ----------
    borders_hz : (rows + 2,) float32
        Borders of the rows, ascending; infinity closes row `rows`, which takes what is dropped.
    first_row : (BINS + 1,) int16
        For each of the equal bins from the lowest to the highest border, a row not above that of
        any frequency in it; the last entry is row `rows`.
    bins_per_hz : float32
    """

    borders_hz: Float32
    first_row: NDArray[np.int16]
    bins_per_hz: np.float32


def row_table(edges_hz: Float64) -> RowTable:
    """Tabulate the rows between ascending borders, (rows + 1,)."""
    borders_hz = np.append(edges_hz, np.inf).astype(np.float32)
    rows = edges_hz.size - 1
    bins_per_hz = np.float32(BINS / (borders_hz[rows] - borders_hz[0]))
    # a bin early, as the kernel's float32 may put a frequency into the bin above its own
    starts_hz = borders_hz[0] + np.arange(-1, BINS - 1) / bins_per_hz
    found = np.searchsorted(borders_hz[:rows], starts_hz, side="right") - 1
    first_row = np.append(np.maximum(found, 0), rows).astype(np.int16)
    return RowTable(borders_hz, first_row, bins_per_hz)


def fold(
    spectrum: NDArray[np.complex64],
    bank: MorletBank,
    voices: slice,
    planes: NDArray[np.complex64],
) -> None:
    """Weight the bins of each voice and add up those that alias at the frame rate.

    Sampling a signal of N bins at M instants adds bins k, k + M, k + 2M, ... (exactly).

    Parameters
    ----------
    spectrum : (bins,)
        Real FFT of the signal.
    bank
        Of that FFT.
    voices
        Which of its voices.
    planes : (2, voices, M)
        Written: the transforms made with the weights and with the detunings.
    """
    floats = planes.view(np.float32)
    _fold(
        spectrum.view(np.float32),
        bank.first_bin[voices],
        bank.offsets[voices.start : voices.stop + 1],
        bank.weights,
        bank.detunings_hz,
        floats[0],
        floats[1],
    )


def reassign(
    planes: NDArray[np.complex64],
    centres_hz: Float32,
    table: RowTable,
    relative_floor: float,
    begin: int,
    squeezed: NDArray[np.complex64],
) -> None:
    """Add each coefficient to the row of its instantaneous frequency.

    f(v, t) = f_v + Re(D / W), with W and D the transforms made with the weights and the detunings.
    Coefficients whose frequency lies outside the rows are dropped, as are those below
    `relative_floor` times the largest of their voice: their phase is rounding error.

    Parameters
    ----------
    planes : (2, voices, M)
        W and D at all instants of a periodic signal.
    centres_hz : (voices,)
        f_v.
    begin : int
        Instant of the first column of `squeezed`; those before 0 and from M on wrap around.
    squeezed : (rows + 1, at most M)
        Added to. The last row takes what is dropped.
    """
    floats = planes.view(np.float32)
    _reassign(
        floats[0], floats[1], centres_hz, table, relative_floor, begin, squeezed.view(np.float32)
    )


@numba.njit(nogil=True, cache=True)
def _fold(
    spectrum: Float32,
    first_bin: NDArray[np.int64],
    offsets: NDArray[np.int64],
    weights: Float32,
    detunings_hz: Float32,
    transform: Float32,
    detuned: Float32,
) -> None:
    instants = transform.shape[1] // 2
    transform[:] = 0
    detuned[:] = 0
    for voice in range(transform.shape[0]):
        bin_, at = first_bin[voice], first_bin[voice] % instants
        index, end = offsets[voice], offsets[voice + 1]
        while index < end:  # a stretch without wrapping around
            count = min(end - index, instants - at)
            source = spectrum[2 * bin_ : 2 * (bin_ + count)]
            w = transform[voice, 2 * at : 2 * (at + count)]
            d = detuned[voice, 2 * at : 2 * (at + count)]
            weight = weights[index : index + count]
            detuning_hz = detunings_hz[index : index + count]
            for k in range(count):
                w[2 * k] += weight[k] * source[2 * k]
                w[2 * k + 1] += weight[k] * source[2 * k + 1]
                d[2 * k] += detuning_hz[k] * source[2 * k]
                d[2 * k + 1] += detuning_hz[k] * source[2 * k + 1]
            index, bin_, at = index + count, bin_ + count, 0


@numba.njit(nogil=True, cache=True)
def _reassign(
    transform: Float32,
    detuned: Float32,
    centres_hz: Float32,
    table: RowTable,
    relative_floor: float,
    begin: int,
    squeezed: Float32,
) -> None:
    instants, columns = transform.shape[1] // 2, squeezed.shape[1] // 2
    at = begin % instants
    before = min(columns, instants - at)  # columns until the circle closes; the others start at 0
    f_hz = np.empty(columns, np.float32)
    bins = np.empty(columns, np.int32)
    for voice in range(transform.shape[0]):
        w, d = transform[voice], detuned[voice]
        loudest = max(
            _loudest(w[2 * at : 2 * (at + before)]), _loudest(w[: 2 * (columns - before)])
        )
        floor = np.float32(relative_floor * relative_floor) * loudest
        for first, last, start in ((0, before, at), (before, columns, 0)):
            end = start + last - first
            part = w[2 * start : 2 * end]
            _locate(part, d[2 * start : 2 * end], centres_hz[voice], floor, table, f_hz, bins)
            _scatter(part, f_hz, bins, table, first, squeezed)


@numba.njit(nogil=True, cache=True, fastmath={"nnan", "nsz", "reassoc"})
def _loudest(w: Float32) -> np.float32:
    """Largest power of the pairs."""
    loudest = np.float32(0)
    for k in range(w.size // 2):
        loudest = max(loudest, w[2 * k] * w[2 * k] + w[2 * k + 1] * w[2 * k + 1])
    return loudest


@numba.njit(nogil=True, cache=True, error_model="numpy")
def _locate(
    w: Float32,
    d: Float32,
    centre_hz: np.float32,
    floor: np.float32,
    table: RowTable,
    f_hz: Float32,
    bins: NDArray[np.int32],
) -> None:
    """Instantaneous frequency of each pair and its bin of the table."""
    low_hz, high_hz, bins_per_hz = table.borders_hz[0], table.borders_hz[-2], table.bins_per_hz
    dropped = np.int32(table.first_row.size - 1)
    for k in range(w.size // 2):
        power = w[2 * k] * w[2 * k] + w[2 * k + 1] * w[2 * k + 1]
        f = centre_hz + (d[2 * k] * w[2 * k] + d[2 * k + 1] * w[2 * k + 1]) / power
        kept = (power > floor) & (f >= low_hz) & (f < high_hz)
        bins[k] = min(np.int32((f - low_hz) * bins_per_hz), dropped - 1) if kept else dropped
        f_hz[k] = f if kept else low_hz


@numba.njit(nogil=True, cache=True)
def _scatter(
    w: Float32,
    f_hz: Float32,
    bins: NDArray[np.int32],
    table: RowTable,
    first: int,
    squeezed: Float32,
) -> None:
    """Add each pair to its row, the first of them to column `first`."""
    for k in range(w.size // 2):
        row = table.first_row[bins[k]]
        while f_hz[k] >= table.borders_hz[row + 1]:
            row += 1
        squeezed[row, 2 * (first + k)] += w[2 * k]
        squeezed[row, 2 * (first + k) + 1] += w[2 * k + 1]
