"""A signal like a heart's on a breathing chest, and its transform made without this package."""

import numpy as np

from radarkit.spectrogram.wavelet import MU, voices_hz


def beats(rng, seconds, rate_hz):
    """Bursts like a heart's, a breathing chest and noise."""
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    x = 30 * np.sin(2 * np.pi * 0.27 * t) + 0.05 * rng.standard_normal(t.size)
    for beat in np.cumsum(rng.normal(0.85, 0.05, int(seconds / 0.85))):
        x += np.exp(-(((t - beat) / 0.06) ** 2)) * np.cos(2 * np.pi * 14 * (t - beat))
        x += np.exp(-(((t - beat) / 0.15) ** 2)) * np.sin(2 * np.pi * 4 * (t - beat))
    return x


def full_rate_oracle(x, rate_hz, grid):
    """T at every sample, from ssqueezepy's transform and derivative in double precision."""
    import ssqueezepy
    from ssqueezepy.utils import adm_ssq

    wavelet = ("morlet", {"mu": MU, "dtype": "float64"})
    voices = voices_hz(grid)[::-1]  # it wants ascending scales
    scales = MU * rate_hz / (2 * np.pi * voices)
    W, _, dW = ssqueezepy.cwt(
        x - x.mean(), wavelet, scales, fs=rate_hz, derivative=True, patience=0, astensor=False
    )
    loud = np.abs(W) > 1e-9 * np.abs(W).max()
    f = np.where(loud, np.imag(dW / np.where(loud, W, 1)) / (2 * np.pi), 0)
    log_rows = np.log(grid.frequencies_hz)
    nearest = np.rint((np.log(np.maximum(f, 1e-9)) - log_rows[0]) / grid.log_step)
    W *= 2 * np.log(voices[0] / voices[1]) / adm_ssq(wavelet)
    return np.stack([np.where(nearest == row, W, 0).sum(axis=0) for row in range(grid.rows)])
