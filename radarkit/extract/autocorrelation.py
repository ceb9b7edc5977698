"""Autocorrelation of many series at once, and what it is by chance."""

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft

Float64 = NDArray[np.float64]

_MEMORY_S = 0.3  # for how long the band alone makes a series resemble itself


def autocorrelation(series: NDArray[np.floating], lags: int) -> NDArray[np.floating]:
    """Autocorrelation of each series.

    Parameters
    ----------
    series : (channels, samples) float
        Any unit.
    lags : int
        How many lags, from 0.

    Returns
    -------
    (channels, lags) float
        1 at lag 0; 0 for a series that stands still and beyond the length of the series.
    """
    samples = series.shape[1]
    centred = _unit(series)
    padded = int(next_fast_len(samples + min(lags, samples), real=True))
    spectrum = rfft(centred, padded, axis=1)
    result = irfft(spectrum.real**2 + spectrum.imag**2, padded, axis=1)[:, : min(lags, samples)]
    return np.pad(result, ((0, 0), (0, lags - result.shape[1])))


def deviation_by_chance(series: NDArray[np.floating], rate_hz: float) -> float:
    """Compute the standard deviation of the mean autocorrelation of series that do not repeat.

    Bartlett's formula for all pairs of series, so that channels with a common noise do not count as
    many: ``var = sum_lag mean_ab r_ab(lag)^2 / samples``.

    Parameters
    ----------
    series : (channels, samples) float
        Any unit.
    rate_hz : float
        Their rate.
    """
    samples = series.shape[1]
    centred = _unit(series)
    variance = 0.0
    for lag in range(min(round(_MEMORY_S * rate_hz) + 1, samples)):
        pairs = centred[:, lag:] @ centred[:, : samples - lag].T
        variance += (1 if lag == 0 else 2) * float((pairs**2).mean())
    return float(np.sqrt(max(variance, np.finfo(np.float32).tiny) / samples))


def _unit(series: NDArray[np.floating]) -> NDArray[np.floating]:
    centred = series - series.mean(axis=1, keepdims=True)
    norm = np.sqrt((centred**2).sum(axis=1, keepdims=True))
    return np.asarray(np.divide(centred, norm, out=np.zeros_like(centred), where=norm > 0))
