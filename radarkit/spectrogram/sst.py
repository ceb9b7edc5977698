"""Synchrosqueezed wavelet transform, evaluated only at the frames that are asked for.

    W(v, t) = int X(f) psi_v(f) exp(2 pi i f t) df
    f(v, t) = Re[(dW/dt) / (2 pi i W)]
    T(r, t) = step * sum over v with f(v, t) in row r of W(v, t)

(seed, "Signal Pre-processing to Spectrograms"; Daubechies, Lu and Wu, Appl. Comput. Harmon. Anal.
30, 2011.) psi_v is the Morlet bank of `radarkit.spectrogram.wavelet`. The value is |T|.

W and dW/dt vary slowly, so they are not computed at every sample: sampling at M of N instants is
adding up the bins that alias modulo M, after which an inverse FFT of length M suffices. This is
exact, not an approximation, when the frames lie on a grid of the padded signal; the padding is
chosen so that they do.
"""

from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import numpy as np
import scipy.fft
from numpy.typing import ArrayLike

from radarkit.parallel import threads
from radarkit.recording import Float64
from radarkit.spectrogram.grid import DEFAULT_GRID, FrequencyGrid
from radarkit.spectrogram.spectrogram import Spectrogram, check_signal, frame_positions
from radarkit.spectrogram.wavelet import morlet_bank, reach_s, voices_hz

FLOOR = float(np.finfo(np.float32).eps)  # of a voice's largest coefficient
TIMING_FRAMES = 0.01  # how far the last frame may stand from its true time


def sst(
    x: ArrayLike,
    sample_rate_hz: float,
    *,
    grid: FrequencyGrid = DEFAULT_GRID,
    frame_rate_hz: float = 30.0,
) -> Spectrogram:
    """Magnitude of the synchrosqueezed wavelet transform.

    Coefficients go to the nearest row of the grid on a log axis; what lies outside the grid is
    dropped. Before the transform the mean is removed and both ends are continued by odd (point)
    reflection, which keeps value and slope of a breathing chest, for as long as the widest wavelet
    reaches (above 4 Hz, 0.1 % of its breathing is left at the ends; even reflection leaves 4 %). At
    the lowest rows the first and last 2 s are still guesses. Rows above a seventh of the rate are
    good to 1 % instead of 0.1 %, as their wavelets reach the Nyquist frequency and ring there. The
    ratio of the rates is taken as the simplest fraction that keeps the last frame within 0.01
    frames of its time (200 to 30 Hz is 3/20, exactly).

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

    Returns
    -------
    Spectrogram
        In the unit of `x`: a tone of amplitude A gives A in its row and 0 in the others.

    Raises
    ------
    UserError
        As `radarkit.spectrogram.spectrogram.check_signal`.
    """
    from radarkit.spectrogram.reassign import fold, reassign  # numba loads with the first call

    signal = check_signal(x, sample_rate_hz, grid, frame_rate_hz)
    channels, samples = signal.shape
    frames = frame_positions(samples, sample_rate_hz, frame_rate_hz).size
    voices = voices_hz(grid)
    length, instants = _lengths(
        samples,
        samples + 2 * round(reach_s(voices[0]) * sample_rate_hz),
        sample_rate_hz,
        frame_rate_hz,
    )
    bank = morlet_bank(voices, sample_rate_hz, length)
    edges = grid.edges_hz()
    values = np.empty((channels, grid.rows, frames), np.float32)

    def transform(channel: int) -> None:
        row, scale = _condition(signal[channel], length)
        spectrum = (scipy.fft.rfft(row) * (instants / length)).astype(np.complex64)
        planes = np.empty((2, voices.size, instants), np.complex64)
        for plane, weights in zip(planes, (bank.weights, bank.detunings_hz), strict=True):
            fold(spectrum, bank.first_bin, bank.offsets, weights, plane)
        planes = scipy.fft.ifft(planes, axis=-1, overwrite_x=True)
        squeezed = np.empty((grid.rows, frames), np.complex64)
        reassign(planes[0], planes[1], bank.centres_hz, edges, FLOOR, squeezed)
        np.multiply(np.abs(squeezed), np.float32(scale), out=values[channel])

    # threads over channels; numba's own do not survive a fork, as of joblib or a torch loader
    with ThreadPoolExecutor(threads()) as pool:
        list(pool.map(transform, range(channels)))
    return Spectrogram(values, np.array(grid.frequencies_hz), frame_rate_hz, "sst")


def _lengths(
    samples: int, at_least: int, sample_rate_hz: float, frame_rate_hz: float
) -> tuple[int, int]:
    """Choose a padded length and the frames in it, whose ratio is that of the rates.

    The length is a multiple of what one period of the ratio needs, and quick to FFT.
    """
    exact = Fraction(frame_rate_hz) / Fraction(sample_rate_hz)
    limit = 16
    while abs(exact - (ratio := exact.limit_denominator(limit))) * samples > TIMING_FRAMES:
        limit *= 2
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
