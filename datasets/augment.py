"""Variations of a window that leave its targets as they are, for training.

Channels come in an order without a meaning, so it is shuffled. Another chest vibrates a little
faster or slower, which moves a picture up or down its logarithmic frequency axis. And a small radar
sees one or a few points of the chest, which a network for more reads several times over.
"""

import numpy as np
from numpy.typing import NDArray

from radarkit.recording import Float32

_MOST_ROWS = 4  # of 71 rows from 1 to 25 Hz: a factor of 1.2


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
