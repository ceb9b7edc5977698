"""The 2-lane complex layout of TI radars: int16 words <-> complex (loop, tx, rx, sample).

Chirps follow each other in firing order, loop after loop; within a chirp come all samples of
receiver 0, then all of receiver 1, and so on; within a receiver samples come in pairs, a lane each
for the first and the second sample (TI, "Mmwave Radar Device ADC Raw Data Capture", SWRA581):

    ========  ======  ========  ======  ========
    iq_order  word 0  word 1    word 2  word 3
    ========  ======  ========  ======  ========
    i-first   I[n]    I[n + 1]  Q[n]    Q[n + 1]
    q-first   Q[n]    Q[n + 1]  I[n]    I[n + 1]
    ========  ======  ========  ======  ========
"""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

INT16_MIN, INT16_MAX = -32768, 32767


class IQOrder(StrEnum):
    """Which part of a complex sample comes first in the file."""

    I_FIRST = "i-first"  # mmWave Studio with iqSwapSel = 0
    Q_FIRST = "q-first"  # SDK demo firmware, SampleSwap = 1


def words_to_samples(words: NDArray[np.int16], iq_order: IQOrder) -> NDArray[np.complex64]:
    """Put the words of a stream together to complex samples.

    Parameters
    ----------
    words : (4 n,) int16
        Words in the order of the file.
    iq_order : IQOrder
        Which part comes first.

    Returns
    -------
    (2 n,) complex64
        I + jQ.
    """
    pairs = words.reshape(-1, 2, 2)  # (pair, part, sample within the pair)
    samples = np.empty((pairs.shape[0], 2, 2), np.float32)  # (pair, sample, real or imaginary)
    samples[:, :, 0] = pairs[:, 0 if iq_order is IQOrder.I_FIRST else 1]
    samples[:, :, 1] = pairs[:, 1 if iq_order is IQOrder.I_FIRST else 0]
    return samples.view(np.complex64).reshape(-1)


def samples_to_words(samples: NDArray[np.complex64], iq_order: IQOrder) -> NDArray[np.int16]:
    """Round complex samples to int16, clip them as an ADC does, and take them apart to words.

    Parameters
    ----------
    samples : (2 n,) complex64
        I + jQ in ADC counts.
    iq_order : IQOrder
        Which part comes first.

    Returns
    -------
    (4 n,) little-endian int16
        Words in the order of the file.
    """
    parts = np.ascontiguousarray(samples, np.complex64).view(np.float32).reshape(-1, 2, 2)
    counts = np.clip(np.rint(parts), INT16_MIN, INT16_MAX)
    words = np.empty((parts.shape[0], 2, 2), "<i2")
    words[:, 0 if iq_order is IQOrder.I_FIRST else 1] = counts[:, :, 0]
    words[:, 1 if iq_order is IQOrder.I_FIRST else 0] = counts[:, :, 1]
    return words.reshape(-1)
