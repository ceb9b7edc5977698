"""Noise in the spectrogram, as in the published noise tables (radarODE-MTL's protocol).

Gaussian noise goes on a window of the spectrogram after it was min-max normalised, independently
in every cell. Its variance is P / 10^(SNR / 10), where P = mean(s^2) of a channel, its DC part
included, over the frames that the noise covers. Nothing is clipped: cells leave [0, 1]. Constant
noise covers every window; abrupt noise one block of whole frames, all rows, at the same random
place in all channels, on a share of the windows of each trial that is drawn once.

This is no model of a radar (neither DC nor white noise of magnitudes means anything physical) but
what published figures were measured with; `radarkit.simulate.noise` is the noise of the signal.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from radarkit.recording import Float32
from radarkit.simulate.noise import ConstantNoise, Noise


def draw_hits(noises: Sequence[Noise], windows: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Draw which windows of a trial each noise falls on.

    Parameters
    ----------
    noises : sequence of Noise
        Constant noise falls on all windows, abrupt noise on `AbruptNoise.count` of them.
    windows : int
        How many there are.

    Returns
    -------
    (windows, noises) bool
    """
    hits = np.ones((windows, len(noises)), np.bool_)
    for index, noise in enumerate(noises):
        if not isinstance(noise, ConstantNoise):
            # min: even one movement has no place in no window
            chosen = rng.choice(windows, min(noise.count(windows), windows), replace=False)
            hits[:, index] = np.isin(np.arange(windows), chosen)
    return hits


def add_spectrogram_noise(
    window: Float32,
    noises: Sequence[Noise],
    frame_rate_hz: float,
    rng: np.random.Generator,
    hits: Sequence[bool] | NDArray[np.bool_] | None = None,
) -> Float32:
    """Add noises to a normalised window, each against the power of the clean one.

    Parameters
    ----------
    window : (channels, rows, frames) float32
        In [0, 1].
    noises : sequence of Noise
        A movement of `length_s` covers ``floor(length_s * frame_rate_hz)`` frames, at most all.
    frame_rate_hz : float
        Frames a second.
    rng : numpy.random.Generator
        Source of the noise.
    hits : (noises,) bool, optional
        Which noises fall on this window, a row of `draw_hits`; all when not given.

    Returns
    -------
    (channels, rows, frames) float32
        Not clipped.
    """
    noisy = window.copy()
    for index, noise in enumerate(noises):
        if hits is not None and not hits[index]:
            continue
        frames = window.shape[2]
        length = frames
        if not isinstance(noise, ConstantNoise):
            # the small term: 2.3 s of 30 frames a second are 69 frames, in binary not quite
            length = min(math.floor(noise.length_s * frame_rate_hz + 1e-6), frames)
        start = int(rng.integers(0, frames - length + 1))
        block = window[:, :, start : start + length]
        if block.size == 0:
            continue  # a movement shorter than a frame
        mean_square = np.mean(np.square(block), axis=(1, 2), keepdims=True, dtype=np.float64)
        spread = np.sqrt(mean_square / 10 ** (noise.snr_db / 10)).astype(np.float32)
        white = rng.standard_normal(block.shape, np.float32)
        white *= spread
        noisy[:, :, start : start + length] += white
    return noisy
