"""Continuous wavelet transform (PyWavelets), at the rows and frames of the synchrosqueezed one.

PyWavelets' complex Morlet is psi(t) = exp(-t^2 / B) exp(2 pi i C t) / sqrt(pi B). With C = 1 and
B = mu^2 / (2 pi^2) it is the wavelet of `radarkit.spectrogram.wavelet`, so the two methods differ
only by the squeezing. Its transform of a tone of amplitude A at scale a is sqrt(a) A / 2.
"""

import math

import numpy as np
import pywt
from numpy.typing import ArrayLike
from scipy.fft import irfft, rfft, rfftfreq

from radarkit.spectrogram.grid import DEFAULT_GRID, FrequencyGrid
from radarkit.spectrogram.spectrogram import (
    Spectrogram,
    check_signal,
    frame_positions,
    interpolate_frames,
)
from radarkit.spectrogram.wavelet import MU, REACH, reach_s

PRECISION = 14  # 2^14 points of the wavelet; the default 2^10 draws steps at 1 Hz


def cwt(
    x: ArrayLike,
    sample_rate_hz: float,
    *,
    grid: FrequencyGrid = DEFAULT_GRID,
    frame_rate_hz: float = 30.0,
) -> Spectrogram:
    """Magnitude of the continuous wavelet transform.

    Parameters
    ----------
    x : (channels, samples) or (samples,)
        Signal in any unit.
    sample_rate_hz : float
        Its rate.
    grid : FrequencyGrid
        Rows of the result.
    frame_rate_hz : float
        Frame k stands at ``k / frame_rate_hz``; the magnitude at each sample is interpolated.

    Returns
    -------
    Spectrogram
        In the unit of `x`: a tone of amplitude A gives A in its row and a Gaussian around it.

    Raises
    ------
    UserError
        As `radarkit.spectrogram.spectrogram.check_signal`.
    """
    signal = check_signal(x, sample_rate_hz, grid, frame_rate_hz)
    wavelet = pywt.ContinuousWavelet(f"cmor{MU**2 / (2 * math.pi**2)!r}-1.0")
    wavelet.upper_bound = REACH * MU / (2 * math.pi)  # as far as the wavelet of the SST
    wavelet.lower_bound = -wavelet.upper_bound
    scales = sample_rate_hz / np.array(grid.frequencies_hz)
    gain = (2 / np.sqrt(scales)).astype(np.float32)[:, None]
    pad = math.ceil(reach_s(grid.low_hz) * sample_rate_hz)
    positions = frame_positions(signal.shape[1], sample_rate_hz, frame_rate_hz)
    values = np.empty((len(signal), grid.rows, positions.size), np.float32)
    for channel, row in enumerate(signal - signal.mean(axis=1, keepdims=True)):
        padded = np.pad(row, pad, "reflect", reflect_type="odd")
        # PyWavelets integrates the wavelet over each sample, which costs the factor sinc(f / rate)
        padded = irfft(rfft(padded) / np.sinc(rfftfreq(padded.size)), padded.size)
        # one channel at a time: all rows at the full rate are 41 MB a channel
        coefficients, _ = pywt.cwt(padded, scales, wavelet, method="fft", precision=PRECISION)
        values[channel] = gain * interpolate_frames(np.abs(coefficients), positions + pad)
    return Spectrogram(values, np.array(grid.frequencies_hz), frame_rate_hz, "cwt")
