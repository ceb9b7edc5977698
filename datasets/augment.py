"""Variations of a window that leave its targets as they are, for training.

Channels come in an order without a meaning, so it is shuffled. Another chest vibrates a little
faster or slower, which moves a picture up or down its logarithmic frequency axis; its low bands may
be louder beside its high ones than in any simulated one. A small radar sees one or a few points of
the chest, which a network for more reads several times over.
"""

import numpy as np
from numpy.typing import NDArray

from radarkit.datasets.windows import WindowConfig
from radarkit.recording import Float32

_MOST_ROWS = 4  # of 71 rows from 1 to 25 Hz: a factor of 1.2
_BENDS = 3  # a tilt, a bow and an S


def vary(spectrogram: Float32, rng: np.random.Generator, config: WindowConfig) -> Float32:
    """Vary a window as a configuration says: `augment`, then `weigh_rows`.

    Parameters
    ----------
    spectrogram : (channels, rows, frames) float32
        Of the window.
    rng : numpy.random.Generator
        Source of the variation.
    config : WindowConfig
        With `few_channels_share` and `tilt_db`.
    """
    varied = augment(spectrogram, rng, config.few_channels_share)
    if config.tilt_db == 0:
        return varied
    return weigh_rows(varied, draw_gains(spectrogram.shape[1], rng, config.tilt_db))


def augment(spectrogram: Float32, rng: np.random.Generator, few_share: float = 0.0) -> Float32:
    """Shuffle the channels and shift the rows of a window.

    Parameters
    ----------
    spectrogram : (channels, rows, frames) float32
        Rows at logarithmically spaced frequencies.
    rng : numpy.random.Generator
        Source of the variation.
    few_share : float
        As in `draw_channels`.

    Returns
    -------
    (channels, rows, frames) float32
        Rows that nothing was shifted into are zero.
    """
    shifted = np.zeros_like(spectrogram)
    rows = int(rng.integers(-_MOST_ROWS, _MOST_ROWS + 1))
    high, low = (
        slice(max(rows, 0), min(rows, 0) or None),
        slice(max(-rows, 0), -max(rows, 0) or None),
    )
    shifted[:, high] = spectrogram[draw_channels(len(spectrogram), rng, few_share), low]
    return shifted


def draw_channels(
    channels: int, rng: np.random.Generator, few_share: float = 0.0
) -> NDArray[np.int64]:
    """Draw which channel stands in each place.

    Parameters
    ----------
    channels : int
        That there are.
    rng : numpy.random.Generator
        Source of the order.
    few_share : float
        How often only a few of them are seen, repeated in turn as
        `radarkit.evaluation.any_channels` does; of eight: one as often as two or three, or more.

    Returns
    -------
    (channels,) int64
        All of them in any order, or a few.
    """
    order = rng.permutation(channels)
    if few_share == 0 or rng.random() >= few_share:
        return order
    few = int(channels ** rng.random())
    return order[np.arange(channels) % few]


def draw_gains(rows: int, rng: np.random.Generator, tilt_db: float) -> Float32:
    """Draw how much louder or softer each row is shown.

    Parameters
    ----------
    rows : int
        Of a spectrogram.
    rng : numpy.random.Generator
        Source of the gains.
    tilt_db : float
        Standard deviation of each of three smooth curves over the rows (the first cosines of a
        DCT), that are added up in decibels.

    Returns
    -------
    (rows,) float32
        Factors; ones, and nothing is drawn, where `tilt_db` is 0.
    """
    if tilt_db == 0:
        return np.ones(rows, np.float32)
    place = (np.arange(rows) + 0.5) / rows
    curves = np.cos(np.pi * np.arange(1, _BENDS + 1)[:, None] * place)
    gains_db = tilt_db * rng.standard_normal(_BENDS) @ curves
    return np.asarray(10 ** (gains_db / 20), np.float32)


def weigh_rows(spectrogram: Float32, gains: Float32) -> Float32:
    """Show the rows of a window louder or softer.

    Parameters
    ----------
    spectrogram : (channels, rows, frames) float32
        Not negative.
    gains : (rows,) float32
        As drawn by `draw_gains`.

    Returns
    -------
    (channels, rows, frames) float32
        The largest value of each channel is 1, but for silent ones.
    """
    weighed = spectrogram * gains[:, None]
    top = weighed.max(axis=(1, 2), keepdims=True)
    return np.asarray(weighed / np.where(top > 0, top, 1), np.float32)
