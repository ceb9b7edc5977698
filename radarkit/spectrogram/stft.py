"""Short-time Fourier transform (SciPy), at the rows and frames of the synchrosqueezed one.

    S(f, t) = 2 sum_n x(n) g(n - t) exp(-2 pi i f n) / sum_n g(n)

with a Hann window g of one second: every row has the same resolution, 4 Hz between the zeros of
the main lobe, so below 2 Hz a tone meets its own mirror image.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.interpolate import make_interp_spline
from scipy.signal import ShortTimeFFT, get_window

from radarkit.spectrogram.grid import DEFAULT_GRID, FrequencyGrid
from radarkit.spectrogram.spectrogram import (
    Spectrogram,
    check_signal,
    frame_positions,
    interpolate_frames,
)

WINDOW_S = 1.0
BINS_PER_HZ = 8  # 32 points across the main lobe: a cubic spline through them is exact to 1e-4


def stft(
    x: ArrayLike,
    sample_rate_hz: float,
    *,
    grid: FrequencyGrid = DEFAULT_GRID,
    frame_rate_hz: float = 30.0,
) -> Spectrogram:
    """Magnitude of the short-time Fourier transform.

    Parameters
    ----------
    x : (channels, samples) or (samples,)
        Signal in any unit.
    sample_rate_hz : float
        Its rate.
    grid : FrequencyGrid
        Rows of the result; interpolated between the bins by a cubic spline.
    frame_rate_hz : float
        Frame k stands at ``k / frame_rate_hz``; interpolated between windows that follow each
        other at least as fast.

    Returns
    -------
    Spectrogram
        In the unit of `x`: a tone of amplitude A gives A in its row, the window's lobe around it.

    Raises
    ------
    UserError
        As `radarkit.spectrogram.spectrogram.check_signal`.
    """
    signal = check_signal(x, sample_rate_hz, grid, frame_rate_hz)
    hop = int(sample_rate_hz // frame_rate_hz)
    transform = ShortTimeFFT(
        get_window("hann", round(WINDOW_S * sample_rate_hz)),
        hop,
        sample_rate_hz,
        mfft=round(BINS_PER_HZ * sample_rate_hz),
        scale_to="magnitude",
    )
    # bins for the rows, and a few beyond the highest for the spline, which is linear in its values
    bins = min(round((grid.high_hz + 1) * BINS_PER_HZ), transform.f_pts)
    to_rows = make_interp_spline(transform.f[:bins], np.eye(bins))(grid.frequencies_hz)
    pad = -(-transform.m_num // hop) * hop  # a multiple of the hop keeps the windows on the frames
    positions = frame_positions(signal.shape[1], sample_rate_hz, frame_rate_hz)
    values = np.empty((len(signal), grid.rows, positions.size), np.float32)
    for channel, row in enumerate(signal - signal.mean(axis=1, keepdims=True)):
        padded = np.pad(row, pad, "reflect", reflect_type="odd")
        magnitude = 2 * np.abs(transform.stft(padded)[:bins])
        at_frames = interpolate_frames(magnitude, (positions + pad) / hop - transform.p_min)
        values[channel] = to_rows @ at_frames
    return Spectrogram(values, np.array(grid.frequencies_hz), frame_rate_hz, "stft")
