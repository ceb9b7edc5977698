"""The ECG of an imported trial: its R peaks, and whether they look like a heart's."""

import numpy as np
from numpy.typing import NDArray

from radarkit.ecg import find_r_peaks
from radarkit.recording import Float64

_SLOWEST_BPM, _FASTEST_BPM = 30.0, 200.0
_LOWEST_MV, _HIGHEST_MV = 0.05, 10.0  # of R waves above the baseline
_AROUND_S = 0.06  # of an R peak: the QRS complex
_DEEPER = 2.0  # troughs so much deeper than the R waves are high are those of an ECG turned over

_OTHER_UNITS = {"V": 1e3, "uV": 1e-3}  # in mV; no R wave is of a likely height in two of the three


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
    return r_peaks, _oddities(ecg_mv, r_peaks, rate_hz)


def label_of_unknown_unit(
    ecg: Float64, rate_hz: float
) -> tuple[Float64, NDArray[np.int64], tuple[str, ...]]:
    """Find the R peaks of an ECG whose unit is not documented, and tell the unit by their height.

    Parameters
    ----------
    ecg : (samples,) float64
        In mV, V or uV, with upright R waves.
    rate_hz : float
        Its rate.

    Returns
    -------
    ecg_mv : (samples,) float64
        In mV where the unit could be told, else as it was.
    r_peaks, remarks
        As `label`, and which unit was taken if not mV.
    """
    r_peaks = find_r_peaks(ecg, rate_hz)
    remarks: tuple[str, ...] = ()
    if r_peaks.size:
        height = float(np.median(ecg[r_peaks]) - np.median(ecg))
        for unit, factor in _OTHER_UNITS.items():
            if _LOWEST_MV <= factor * height <= _HIGHEST_MV:
                remarks = (f"an ECG with R waves of {height:.3g} is taken for one in {unit}",)
                ecg = factor * ecg
                break
    return ecg, r_peaks, remarks + _oddities(ecg, r_peaks, rate_hz)


def _oddities(ecg_mv: Float64, r_peaks: NDArray[np.int64], rate_hz: float) -> tuple[str, ...]:
    if r_peaks.size < 2:
        return (f"{r_peaks.size} R peaks found in {ecg_mv.size / rate_hz:.0f} s of ECG",)
    remarks: tuple[str, ...] = ()
    rate_bpm = 60 * rate_hz / float(np.median(np.diff(r_peaks)))
    if not _SLOWEST_BPM <= rate_bpm <= _FASTEST_BPM:
        remarks += (f"R peaks at {rate_bpm:.0f} bpm: look at its ECG before using it",)
    baseline_mv = float(np.median(ecg_mv))
    height_mv = float(np.median(ecg_mv[r_peaks])) - baseline_mv
    if not _LOWEST_MV <= height_mv <= _HIGHEST_MV:
        remarks += (f"R waves of {height_mv:.3g} mV: is the ECG in mV and upright?",)
    reach = round(_AROUND_S * rate_hz)
    complexes = np.clip(r_peaks[:, None] + np.arange(-reach, reach + 1), 0, ecg_mv.size - 1)
    depth_mv = baseline_mv - float(np.median(ecg_mv[complexes].min(axis=1)))
    if depth_mv > _DEEPER * abs(height_mv):
        remarks += (
            f"R waves of {height_mv:.3g} mV beside troughs of {depth_mv:.3g} mV: is the ECG "
            "upside down?",
        )
    return remarks
