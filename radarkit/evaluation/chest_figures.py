"""Figures of a chest's motion and of its heart: sizes, energies, rates.

Sizes are given as a 60 GHz radar sees them: a displacement x turns its phase by 4 pi x / lambda,
with a wavelength lambda of 5 mm.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.signal import welch

from radarkit.errors import UserError
from radarkit.extract import band_limit, vibration
from radarkit.recording import Float64

WAVELENGTH_M = 5e-3
CARDIAC_HZ = (1.5, 25.0)
ENERGY_EDGES_HZ = (0.8, 2.0, 5.0, 10.0, 20.0, 40.0)
_HIGHEST_HZ = 65.0  # half the rate of the recordings that the shares are compared with
_SEGMENT_S = 10.0  # resolves 0.2 Hz, so that breathing stays below 0.8 Hz
_VIBRATION_RATE_HZ = 200.0  # the smoothed second difference is another filter at another rate
_STRETCH_S = 4.0


class Rhythm(NamedTuple):
    """Rate and variability of a heart: per minute, ms, ms."""

    per_min: float
    sdnn_ms: float
    rmssd_ms: float


def rhythm_of(r_peaks: NDArray[np.integer], sample_rate_hz: float) -> Rhythm:
    """Heart rate (of the mean interval), SDNN and RMSSD.

    SDNN is the standard deviation of the intervals, RMSSD the rms of their successive differences
    (Task Force of the ESC and NASPE, "Heart rate variability", Circulation 93, 1996).
    """
    if len(r_peaks) < 3:
        raise UserError(f"{len(r_peaks)} R peaks", expected="3 or more")
    rr_ms = 1e3 * np.diff(r_peaks) / sample_rate_hz
    change_ms = np.diff(rr_ms)
    return Rhythm(
        6e4 / float(rr_ms.mean()), float(rr_ms.std()), float(np.sqrt((change_ms**2).mean()))
    )


def phase_rad(displacement_m: ArrayLike) -> Float64:
    """Unwrapped phase of a displacement at 60 GHz."""
    return np.asarray(displacement_m, np.float64) * (4 * np.pi / WAVELENGTH_M)


def cardiac_rms(course: NDArray[np.floating], sample_rate_hz: float) -> float:
    """Rms between 1.5 and 25 Hz, in the unit of the course."""
    return float(band_limit(course, sample_rate_hz, *CARDIAC_HZ).std())


def energy_shares(course: NDArray[np.floating], sample_rate_hz: float) -> Float64:
    """Shares of the energy above 0.8 Hz.

    Parameters
    ----------
    course : (samples,) float
        Displacement or phase.
    sample_rate_hz : float
        Its rate.

    Returns
    -------
    (5,) float64
        Of 0.8-2, 2-5, 5-10, 10-20 and 20-40 Hz, over all from 0.8 to 65 Hz (or to half the rate
        where that is less). From the mean spectrum of half-overlapping Hann windows of 10 s, each
        without its straight line.
    """
    length = min(len(course), round(_SEGMENT_S * sample_rate_hz))
    frequencies_hz, power = welch(course, sample_rate_hz, nperseg=length, detrend="linear")
    counted = (frequencies_hz >= ENERGY_EDGES_HZ[0]) & (frequencies_hz <= _HIGHEST_HZ)
    band = np.digitize(frequencies_hz, ENERGY_EDGES_HZ)
    bands = range(1, len(ENERGY_EDGES_HZ))
    in_bands = np.array([power[band == index].sum() for index in bands], np.float64)
    return np.asarray(in_bands / power[counted].sum(), np.float64)


class Acceleration(NamedTuple):
    """Figures of the smoothed second difference.

    Attributes
    ----------
    fast_over_slow : float
        Power of 25-100 Hz over that of 1-25 Hz; nan for another rate than 200 Hz.
    largest_over_smallest : float
        Of the standard deviations of stretches of 4 s; nan likewise.
    """

    fast_over_slow: float
    largest_over_smallest: float


def acceleration_figures(
    displacement_m: NDArray[np.floating], sample_rate_hz: float
) -> Acceleration:
    """How much of the acceleration is fast, and how unevenly it is spread over a recording."""
    if abs(sample_rate_hz - _VIBRATION_RATE_HZ) > 0.5:
        return Acceleration(float("nan"), float("nan"))
    moving = vibration(displacement_m, sample_rate_hz)
    length = round(_STRETCH_S * sample_rate_hz)
    frequencies_hz, power = welch(moving, sample_rate_hz, nperseg=min(len(moving), 2 * length))
    slow = power[(frequencies_hz >= 1) & (frequencies_hz < 25)].sum()
    fast = power[frequencies_hz >= 25].sum()
    stretches = moving[: len(moving) // length * length].reshape(-1, length).std(axis=1)
    return Acceleration(float(fast / slow), float(stretches.max() / stretches.min()))
