"""Bands of a motion, cut out of one Fourier transform and brought to the rate that they need.

Breathing needs 4 samples a second, the pulse 20, the bursts of vibration 66, whatever the rate of
the frames. One transform serves all of them; a band's smooth edges are applied in the frequency
domain and the inverse transform is as short as the band is narrow.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.fft import ifft, irfft, next_fast_len, rfft

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Gain = Callable[[Float64], Float64]

_CONTINUED_S = 4.0  # beyond either end, so that the ends of a band hold no step


class Motion(NamedTuple):
    """The Fourier transform of a motion continued beyond its ends.

    Attributes
    ----------
    spectrum : (channels, bins) complex64
        Of the continued motion, its trend taken away.
    length : int
        Samples transformed.
    before : int
        Samples of the continuation before the first sample.
    samples : int
        Samples of the motion itself.
    rate_hz : float
        Of the motion.
    """

    spectrum: NDArray[np.complex64]
    length: int
    before: int
    samples: int
    rate_hz: float


class Band(NamedTuple):
    """A band of a motion.

    Attributes
    ----------
    values : (channels, samples) float32 or complex64
        Course of the band.
    rate_hz : float
        Its rate.
    """

    values: NDArray[np.float32] | NDArray[np.complex64]
    rate_hz: float


def transform(motion: NDArray[np.floating], rate_hz: float) -> Motion:
    """Transform a motion once for all its bands.

    Parameters
    ----------
    motion : (channels, samples) float
        Of any unit.
    rate_hz : float
        Its rate.
    """
    samples = motion.shape[1]
    end = max(1, samples // 20)
    first, last = motion[:, :end].mean(axis=1), motion[:, -end:].mean(axis=1)
    slope = (last - first) / max(samples - end, 1)
    time = np.arange(samples) - (samples - 1) / 2
    flat = (motion - motion.mean(axis=1, keepdims=True) - slope[:, None] * time).astype(np.float32)
    reach = min(samples - 1, round(_CONTINUED_S * rate_hz))
    continued = np.pad(flat, ((0, 0), (reach, reach)), "reflect", reflect_type="odd")
    if reach:
        ramp = 0.5 - 0.5 * np.cos(np.pi * (np.arange(reach, dtype=np.float32) + 0.5) / reach)
        continued[:, :reach] *= ramp
        continued[:, -reach:] *= ramp[::-1]
    length = int(next_fast_len(continued.shape[1], real=True))
    return Motion(np.asarray(rfft(continued, length, axis=1)), length, reach, samples, rate_hz)


def between(low_hz: float, high_hz: float) -> Gain:
    """Gain of a band with raised-cosine edges of a fifth to a quarter of its limits."""

    def gain(frequencies_hz: Float64) -> Float64:
        rise = np.ones_like(frequencies_hz)
        if low_hz > 0:
            rise = np.clip((frequencies_hz / low_hz - 0.875) / 0.25, 0, 1)
        fall = np.clip((1.1 - frequencies_hz / high_hz) / 0.2, 0, 1)
        return np.asarray(np.sin(np.pi / 2 * rise) ** 2 * np.sin(np.pi / 2 * fall) ** 2)

    return gain


def acceleration(gain: Gain) -> Gain:
    """Gain of the second derivative (its sign aside) within a band."""
    return lambda frequencies_hz: gain(frequencies_hz) * (2 * np.pi * frequencies_hz) ** 2


def cut(motion: Motion, gain: Gain, rate_hz: float, *, analytic: bool = False) -> Band:
    """Cut a band out of a motion.

    Parameters
    ----------
    motion : Motion
        From `transform`.
    gain : callable
        Gain at each frequency; nothing may be left above half of `rate_hz`.
    rate_hz : float
        Wanted rate of the band; the rate of the motion where that is lower.
    analytic : bool
        Whether to return the analytic signal, whose magnitude is the envelope.

    Returns
    -------
    Band
        Of the next rate above the wanted one that the transform allows.
    """
    length = motion.length
    if rate_hz < motion.rate_hz:
        shortest = int(np.ceil(motion.length * rate_hz / motion.rate_hz))
        length = min(length, int(next_fast_len(shortest, real=True)))
    new_rate_hz = motion.rate_hz * length / motion.length
    bins = min(length // 2 + 1, motion.spectrum.shape[1])
    frequencies_hz = np.arange(bins) * motion.rate_hz / motion.length
    scale = (gain(frequencies_hz) * (length / motion.length)).astype(np.float32)
    before, shift = _start(motion, length, frequencies_hz)
    wanted = motion.spectrum[:, :bins] * (scale * shift)
    if analytic:
        whole = np.zeros((len(wanted), length), np.complex64)
        whole[:, :bins] = 2 * wanted
        course = ifft(whole, axis=1)
    else:
        course = irfft(wanted, length, axis=1)
    samples = int(motion.samples * length / motion.length)
    return Band(course[:, before : before + samples], new_rate_hz)


def _start(
    motion: Motion, length: int, frequencies_hz: Float64
) -> tuple[int, NDArray[np.complex64]]:
    """First sample of a band as long as `length`, and the shift that puts the motion's first there.

    Returns
    -------
    before : int
    shift : (bins,) complex64
    """
    exact = motion.before * length / motion.length
    before = round(exact)
    late_s = (exact - before) * motion.length / (length * motion.rate_hz)
    return before, np.exp(2j * np.pi * frequencies_hz * late_s).astype(np.complex64)


def envelope(motion: Motion, gain: Gain, low_hz: float, high_hz: float) -> Band:
    """Envelope of a band, at a rate that only its width asks for.

    Moving a band down to 0 Hz changes its carrier and leaves its envelope.

    Parameters
    ----------
    motion : Motion
        From `transform`.
    gain : callable
        Gain at each frequency.
    low_hz, high_hz : float
        Frequencies outside of which the gain is 0.
    """
    step_hz = motion.rate_hz / motion.length
    first = int(low_hz / step_hz)
    last = min(int(high_hz / step_hz) + 1, motion.spectrum.shape[1])
    length = min(int(next_fast_len(round(1.4 * (last - first)))), motion.length)
    frequencies_hz = np.arange(first, last) * step_hz
    scale = 2 * gain(frequencies_hz) * (length / motion.length)
    before, shift = _start(motion, length, frequencies_hz)
    whole = np.zeros((len(motion.spectrum), length), np.complex64)
    whole[:, : last - first] = motion.spectrum[:, first:last] * (scale * shift).astype(np.complex64)
    course = np.abs(ifft(whole, axis=1))
    samples = int(motion.samples * length / motion.length)
    return Band(course[:, before : before + samples], motion.rate_hz * length / motion.length)
