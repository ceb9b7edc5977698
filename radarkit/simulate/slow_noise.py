"""Gaussian noise of a band, for all that wanders: rates, depths, posture, movements."""

import numpy as np
import scipy.fft
from numpy.typing import NDArray


def band_noise(
    shape: tuple[int, ...],
    sample_rate_hz: float,
    low_hz: float,
    high_hz: float,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Noise with an even spectrum between two frequencies and none outside.

    Drawn as Fourier coefficients over twice the length, so that its ends do not meet.

    Parameters
    ----------
    shape : tuple of int
        Of the result, time last.
    sample_rate_hz : float
        Its rate.
    low_hz, high_hz : float
        The band. One narrower than the resolution gets the nearest frequency.
    rng : numpy.random.Generator
        Source.

    Returns
    -------
    shape, float64
        With variance 1 in the long run.
    """
    length = scipy.fft.next_fast_len(2 * shape[-1], real=True)
    frequency_hz = scipy.fft.rfftfreq(length, 1 / sample_rate_hz)
    inside = np.flatnonzero((frequency_hz >= low_hz) & (frequency_hz <= high_hz))
    if inside.size == 0:
        inside = np.array([max(1, round((low_hz + high_hz) / 2 * length / sample_rate_hz))])
    first, count = inside[0], inside.size
    drawn = rng.standard_normal((*shape[:-1], count, 2)) @ np.array([1, 1j])
    spectrum = np.zeros((*shape[:-1], frequency_hz.size), np.complex128)
    spectrum[..., first : first + count] = drawn * (length / 2 / np.sqrt(count))
    return np.asarray(scipy.fft.irfft(spectrum, length)[..., : shape[-1]], np.float64)
