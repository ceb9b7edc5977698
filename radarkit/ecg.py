"""R peaks of an ECG.

NeuroKit2 cleans the ECG (0.5 Hz high-pass, mains filter) and finds the QRS complexes where the
smoothed gradient stands out (Makowski et al., Behavior Research Methods 53, 2021). Filtering moves
the peaks by some samples, so each is then moved to the highest sample nearby of the ECG as it was
given.
"""

import warnings

import numpy as np
from numpy.typing import ArrayLike, NDArray

from radarkit.errors import UserError
from radarkit.recording import Float64

SHORTEST_S = 1.0  # less holds no beat that can be told from noise
REACH_S = 0.05  # how far the true peak may be from that of the filtered ECG
LEAD_S = 1.0  # held at both ends: NeuroKit2 ignores the first 0.3 s and fails below a second
END_S = 0.5  # so near to an end its threshold is low, as it averages over what was held


def find_r_peaks(ecg_mv: ArrayLike, sample_rate_hz: float) -> NDArray[np.int64]:
    """Find the R peaks.

    Parameters
    ----------
    ecg_mv : (samples,)
        ECG in mV with upright R waves.
    sample_rate_hz : float
        Its rate.

    Returns
    -------
    (beats,) int64
        Increasing sample indices, each the highest sample within 50 ms; empty for an ECG that is
        shorter than a second, constant or without peaks. A peak cut by either end is left out.

    Raises
    ------
    UserError
        When the ECG is not one-dimensional or holds NaN or infinity, or the rate is below 50 Hz,
        where 50 ms are too few samples to tell a QRS complex.
    """
    ecg = check_ecg(ecg_mv, sample_rate_hz, at_least_hz=50)
    if ecg.size < SHORTEST_S * sample_rate_hz or np.ptp(ecg) == 0:
        return np.empty(0, np.int64)
    rough = _qrs(ecg, sample_rate_hz)
    return to_local_maximum(ecg, rough, round(REACH_S * sample_rate_hz))


def check_ecg(ecg_mv: ArrayLike, sample_rate_hz: float, *, at_least_hz: float) -> Float64:
    """Return an ECG as (samples,) float64.

    Raises
    ------
    UserError
        When it has another shape or holds NaN or infinity, or the rate is too low.
    """
    ecg = np.asarray(ecg_mv, np.float64)
    if ecg.ndim != 1:
        raise UserError(f"an ECG of shape {ecg.shape}", expected="(samples,)")
    if not at_least_hz <= sample_rate_hz < np.inf:
        raise UserError(
            f"an ECG sampled at {sample_rate_hz:g} Hz", expected=f"at least {at_least_hz:g} Hz"
        )
    bad = np.flatnonzero(~np.isfinite(ecg))
    if bad.size:
        raise UserError(
            f"{bad.size} NaN or infinite values in the ECG, the first at sample {bad[0]}",
            expected="finite values",
            do="repair or cut that stretch",
        )
    return ecg


def _qrs(ecg: Float64, sample_rate_hz: float) -> NDArray[np.int64]:
    """Find the peaks of the cleaned ECG; near the ends only those half as high as the median."""
    import neurokit2  # takes a second to load

    lead = round(LEAD_S * sample_rate_hz)
    rate = round(sample_rate_hz)  # it counts in whole hertz
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about chained assignments and empty means, not the ECG
        cleaned = neurokit2.ecg_clean(np.pad(ecg, lead, "edge"), sampling_rate=rate)
        _, info = neurokit2.ecg_peaks(cleaned, sampling_rate=rate)
    peaks = np.asarray(info["ECG_R_Peaks"], np.int64)
    if peaks.size == 0:
        return peaks
    height = cleaned[peaks]
    to_end = np.minimum(peaks - lead, lead + ecg.size - 1 - peaks)
    trusted = (to_end > END_S * sample_rate_hz) | (height > np.median(height) / 2)
    return np.asarray(peaks[trusted & (to_end >= 0)] - lead, np.int64)


def to_local_maximum(ecg: Float64, rough: NDArray[np.int64], reach: int) -> NDArray[np.int64]:
    """Move each index to the highest sample within `reach`; drop those on the ends."""
    around = rough[:, None] + np.arange(-reach, reach + 1)
    inside = (around >= 0) & (around < ecg.size)
    height = np.where(inside, ecg[np.clip(around, 0, ecg.size - 1)], -np.inf)
    peaks = np.unique(rough + height.argmax(axis=1) - reach)
    return peaks[(peaks > 0) & (peaks < ecg.size - 1)]
