"""The int16 words of a DCA1000 stream <-> frames of samples.

Chirps follow each other in firing order, loop after loop. On 2 lanes a chirp holds all samples of
receiver 0, then all of receiver 1, and so on, and within a receiver samples come in pairs, a lane
each for the first and the second (TI, "Mmwave Radar Device ADC Raw Data Capture", SWRA581):

    ========  ======  ========  ======  ========
    iq_order  word 0  word 1    word 2  word 3
    ========  ======  ========  ======  ========
    i-first   I[n]    I[n + 1]  Q[n]    Q[n + 1]
    q-first   Q[n]    Q[n + 1]  I[n]    I[n + 1]
    ========  ======  ========  ======  ========
"""

import numpy as np
from numpy.typing import NDArray

from radarkit.capture.config import RadarConfig

INT16_MIN, INT16_MAX = -32768, 32767


def decode(words: NDArray[np.int16], config: RadarConfig) -> NDArray[np.complex64]:
    """Put the words of whole frames together to samples.

    Parameters
    ----------
    words : (frames * config.bytes_per_frame / 2,) int16
        Words in the order of the file.
    config : RadarConfig
        Says the layout.

    Returns
    -------
    (frame, loop, tx, rx, sample) complex64
        I + jQ in ADC counts; float32 where the samples are real.
    """
    pairs = words.reshape(-1, 2, 2)  # (pair, part, sample within the pair)
    samples = np.empty((pairs.shape[0], 2, 2), np.float32)  # (pair, sample, real or imaginary)
    samples[:, :, 0] = pairs[:, 0 if config.adc.iq_order.i_comes_first else 1]
    samples[:, :, 1] = pairs[:, 1 if config.adc.iq_order.i_comes_first else 0]
    return samples.view(np.complex64).reshape(-1, *config.frame_shape)


def encode(frames: NDArray[np.complex64], config: RadarConfig) -> NDArray[np.int16]:
    """Round samples to int16, clip them as an ADC does, and take them apart to words.

    Parameters
    ----------
    frames : (frame, loop, tx, rx, sample) complex64
        I + jQ in ADC counts; float32 where the samples are real.
    config : RadarConfig
        Says the layout.

    Returns
    -------
    (frames * config.bytes_per_frame / 2,) little-endian int16
        Words in the order of the file.
    """
    parts = np.ascontiguousarray(frames, np.complex64).view(np.float32).reshape(-1, 2, 2)
    counts = np.clip(np.rint(parts), INT16_MIN, INT16_MAX)
    words = np.empty((parts.shape[0], 2, 2), "<i2")
    words[:, 0 if config.adc.iq_order.i_comes_first else 1] = counts[:, :, 0]
    words[:, 1 if config.adc.iq_order.i_comes_first else 0] = counts[:, :, 1]
    return words.reshape(-1)
