"""The int16 words of a DCA1000 stream <-> frames of samples.

Chirps follow each other in firing order, loop after loop. Where the radar sends on 2 lanes, a chirp
holds all samples of its first receiver, then all of the next one, and so on. Complex samples come
in pairs, a lane each for the first and the second (TI, "Mmwave Radar Device ADC Raw Data Capture",
SWRA581); some recording programs put I and Q of a sample side by side instead:

    ========  ======  ========  ========  ========
    iq_order  word 0  word 1    word 2    word 3
    ========  ======  ========  ========  ========
    i-first   I[n]    I[n + 1]  Q[n]      Q[n + 1]
    q-first   Q[n]    Q[n + 1]  I[n]      I[n + 1]
    iq-pairs  I[n]    Q[n]      I[n + 1]  Q[n + 1]
    qi-pairs  Q[n]    I[n]      Q[n + 1]  I[n + 1]
    ========  ======  ========  ========  ========

Where it sends on 4 lanes, each lane is a receiver, and each sample is the four words
``I0 I1 I2 I3`` and then ``Q0 Q1 Q2 Q3`` (q-first: the other way round). Lanes that no receiver uses
are sent too, as zeros. Real samples are one word instead of two: on 2 lanes one after the other, on
4 lanes ``R0 R1 R2 R3``.

An ADC of 12 or 14 bits sends words of its range, or the same without a sign: what is above the
range is then negative, ``x - 2 ** bits``.
"""

import numpy as np
from numpy.typing import NDArray

from radarkit.capture.config import AdcConfig, RadarConfig
from radarkit.capture.layout import IQOrder
from radarkit.errors import UserError

# 2 lanes: which word of a group of four is I[n], Q[n], I[n + 1], Q[n + 1]
_GROUP: dict[IQOrder, tuple[int, int, int, int]] = {
    IQOrder.I_FIRST: (0, 2, 1, 3),
    IQOrder.Q_FIRST: (2, 0, 3, 1),
    IQOrder.IQ_PAIRS: (0, 1, 2, 3),
    IQOrder.QI_PAIRS: (1, 0, 3, 2),
}


def adc_limits(adc: AdcConfig) -> tuple[int, int]:
    """Smallest and largest value of the ADC."""
    return -(2 ** (adc.bits - 1)), 2 ** (adc.bits - 1) - 1


def decode(words: NDArray[np.int16], config: RadarConfig) -> NDArray[np.complex64 | np.float32]:
    """Put the words of whole frames together to samples.

    Parameters
    ----------
    words : (frames * config.bytes_per_frame / 2,) little-endian int16
        Words in the order of the file.
    config : RadarConfig
        Says the layout.

    Returns
    -------
    (frame, loop, tx, rx, sample) complex64
        I + jQ in ADC counts; float32 where the samples are real.
    """
    from radarkit.capture import words_numba  # imports numba

    # one kind of array, aligned and read-only, so that each loop is compiled once
    words = np.require(words, np.int16, ["C", "A"]).view()
    words.flags.writeable = False
    adc = config.adc
    top, modulus = adc_limits(adc)[1], 2**adc.bits
    if adc.lanes == 4:
        lanes, parts = _places(config)
        sent = words.reshape(-1, config.chirp.samples, len(parts), 4)
        dealt = np.empty((len(sent), len(lanes), *sent.shape[1:3]), np.float32)
        words_numba.deal(sent, lanes, parts, top, modulus, dealt)
        values = dealt.reshape(-1)
    else:
        values = np.empty(words.size, np.float32)
        if adc.format == "real" or adc.iq_order is IQOrder.IQ_PAIRS:
            words_numba.cast(words, top, modulus, values)
        else:
            words_numba.regroup(_GROUP[adc.iq_order])(words, top, modulus, values)
    samples = values.view(np.complex64) if adc.format == "complex" else values
    return samples.reshape(-1, *config.frame_shape)


def encode(frames: NDArray[np.complex64 | np.float32], config: RadarConfig) -> NDArray[np.int16]:
    """Round samples, clip them to the range of the ADC, and take them apart to words.

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

    Raises
    ------
    UserError
        When samples are NaN, or complex though `config` says real.
    """
    adc = config.adc
    if adc.format == "real" and np.iscomplexobj(frames):
        raise UserError("complex samples", expected='real ones, as adc.format = "real" says')
    kind = np.complex64 if adc.format == "complex" else np.float32
    counts = np.rint(np.ascontiguousarray(frames, kind).view(np.float32))
    if np.isnan(counts).any():
        raise UserError(f"{np.isnan(counts).sum()} samples are NaN", expected="ADC counts")
    np.clip(counts, *adc_limits(adc), out=counts)
    if adc.lanes == 4:
        lanes, parts = _places(config)
        dealt = counts.reshape(-1, len(lanes), config.chirp.samples, len(parts))
        words = np.zeros((dealt.shape[0], config.chirp.samples, len(parts), 4), "<i2")
        words[:, :, parts[:, None], lanes] = dealt.transpose(0, 2, 3, 1)
    elif adc.format == "real":
        words = counts.astype("<i2")
    else:
        words = np.empty((counts.size // 4, 4), "<i2")
        words[:, _GROUP[adc.iq_order]] = counts.reshape(-1, 4)
    return words.reshape(-1)


def check_words(words: NDArray[np.int16], config: RadarConfig) -> list[str]:
    """Look whether some words of a stream can be what the configuration says.

    Parameters
    ----------
    words : (n * config.bytes_per_frame / 2,) int16
        A few frames.
    config : RadarConfig
        The configuration.

    Returns
    -------
    list of str
        What a person should know, one line each.

    Raises
    ------
    UserError
        When words lie outside the range of the ADC: all with a sign, or all without.
    """
    lowest, highest = adc_limits(config.adc)
    least, most = int(words.min()), int(words.max())
    if least < lowest or most > (highest if least < 0 else highest - lowest):
        raise UserError(
            f"words from {least} to {most}",
            expected=f"{lowest} to {highest}, or 0 to {highest - lowest} without a sign, as "
            f"adc.bits = {config.adc.bits} says",
            do="set adc.bits to what the ADC has, or look whether this is the right file",
        )
    notes = [
        f"words from {least} to {most}, none negative, as an ADC of {bits} bits sends them without "
        f"a sign: look whether adc.bits = {config.adc.bits} is right"
        for bits in (12, 14)
        if bits < config.adc.bits and least >= 0 and 2 ** (bits - 1) <= most < 2**bits
    ]
    if config.adc.lanes == 4:
        idle = [lane for lane in range(4) if lane not in config.array.receiver_numbers]
        heard = [lane for lane in idle if words.reshape(-1, 4)[:, lane].any()]
        if heard:
            notes.append(
                f"receivers {', '.join(map(str, heard))} sent samples too, but array.receivers "
                f"has only {', '.join(map(str, config.array.receiver_numbers))}"
            )
    return notes


def _places(config: RadarConfig) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Lane of each receiver, and where I and Q (or the real value) stand, on 4 lanes."""
    if config.adc.format == "real":
        parts = [0]
    else:
        parts = [0, 1] if config.adc.iq_order.i_comes_first else [1, 0]
    return np.array(config.array.receiver_numbers), np.array(parts)
