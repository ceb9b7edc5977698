"""The two loops of the synchrosqueezed transform that NumPy has no words for.

Both run without the interpreter's lock, one channel a call, so that threads share the channels.
"""

import numba
import numpy as np
from numpy.typing import NDArray

from radarkit.recording import Float32, Float64

Complex64 = NDArray[np.complex64]


@numba.njit(nogil=True, cache=True)
def fold(
    spectrum: Complex64,
    first_bin: NDArray[np.int64],
    offsets: NDArray[np.int64],
    weights: Float32,
    folded: Complex64,
) -> None:
    """Weight the bins of each voice and add up those that alias at the frame rate.

    Sampling a signal of N bins at M instants adds bins k, k + M, k + 2M, ... (exactly).

    Parameters
    ----------
    spectrum : (bins,)
        Real FFT of the signal.
    first_bin, offsets, weights
        As in `radarkit.spectrogram.wavelet.MorletBank`.
    folded : (voices, M)
        Written.
    """
    frames = folded.shape[1]
    folded[:] = 0
    for voice in range(folded.shape[0]):
        bin_ = first_bin[voice]
        at = bin_ % frames
        for index in range(offsets[voice], offsets[voice + 1]):
            folded[voice, at] += weights[index] * spectrum[bin_]
            bin_ += 1
            at += 1
            if at == frames:
                at = 0


@numba.njit(nogil=True, cache=True)
def reassign(
    transform: Complex64,
    detuned: Complex64,
    centres_hz: Float32,
    edges_hz: Float64,
    relative_floor: float,
    squeezed: Complex64,
) -> None:
    """Move each coefficient to the row of its instantaneous frequency.

    f(v, t) = f_v + Re(D / W), with W the `transform` and D the `detuned` one. Coefficients whose
    frequency lies outside the rows are dropped, as are those below `relative_floor` times the
    largest of their voice: their phase is rounding error.

    Parameters
    ----------
    transform, detuned : (voices, at least frames)
    edges_hz : (rows + 1,)
        Borders of the rows, ascending.
    squeezed : (rows, frames)
        Written.
    """
    rows, frames = squeezed.shape
    squeezed[:] = 0
    row = 0
    for voice in range(transform.shape[0]):
        loudest = np.float32(0)
        for frame in range(frames):
            w = transform[voice, frame]
            loudest = max(loudest, w.real * w.real + w.imag * w.imag)
        floor = np.float32(relative_floor * relative_floor) * loudest
        for frame in range(frames):
            w, d = transform[voice, frame], detuned[voice, frame]
            power = w.real * w.real + w.imag * w.imag
            if power <= floor:
                continue
            f = centres_hz[voice] + (d.real * w.real + d.imag * w.imag) / power
            if f < edges_hz[0] or f >= edges_hz[rows]:
                continue
            while f >= edges_hz[row + 1]:  # from the last row found, mostly the same or next
                row += 1
            while f < edges_hz[row]:
                row -= 1
            squeezed[row, frame] += w
