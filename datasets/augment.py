"""Variations of a window that leave its targets as they are, for training.

Channels come in an order without a meaning, so it is shuffled. Another chest vibrates a little
faster or slower, which moves a picture up or down its logarithmic frequency axis.
"""

import numpy as np

from radarkit.recording import Float32

_MOST_ROWS = 4  # of 71 rows from 1 to 25 Hz: a factor of 1.2


def augment(spectrogram: Float32, rng: np.random.Generator) -> Float32:
    """Shuffle the channels and shift the rows of a window.

    Parameters
    ----------
    spectrogram : (channels, rows, frames) float32
        Rows at logarithmically spaced frequencies.
    rng : numpy.random.Generator
        Source of the variation.

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
    shifted[:, high] = spectrogram[rng.permutation(len(spectrogram)), low]
    return shifted
