"""The ECG of an imported trial: its R peaks, and whether they look like a heart's."""

import numpy as np
from numpy.typing import NDArray

from radarkit.ecg import find_r_peaks
from radarkit.recording import Float64

_SLOWEST_BPM, _FASTEST_BPM = 30.0, 200.0
_LOWEST_MV, _HIGHEST_MV = 0.05, 10.0  # of R waves above the baseline


def label(ecg_mv: Float64, rate_hz: float) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Find the R peaks of an ECG.

    Parameters
    ----------
    ecg_mv : (samples,) float64
        In mV, with upright R waves.
    rate_hz : float
        Its rate.

    Returns
    -------
    r_peaks : (beats,) int64
        Sample indices.
    remarks : tuple of str
        What is odd about them.
    """
    r_peaks = find_r_peaks(ecg_mv, rate_hz)
    if r_peaks.size < 2:
        return r_peaks, (f"{r_peaks.size} R peaks found in {ecg_mv.size / rate_hz:.0f} s of ECG",)
    remarks: tuple[str, ...] = ()
    rate_bpm = 60 * rate_hz / float(np.median(np.diff(r_peaks)))
    if not _SLOWEST_BPM <= rate_bpm <= _FASTEST_BPM:
        remarks += (f"R peaks at {rate_bpm:.0f} bpm: look at its ECG before using it",)
    height_mv = float(np.median(ecg_mv[r_peaks]) - np.median(ecg_mv))
    if not _LOWEST_MV <= height_mv <= _HIGHEST_MV:
        remarks += (f"R waves of {height_mv:.3g} mV: is the ECG in mV and upright?",)
    return r_peaks, remarks
