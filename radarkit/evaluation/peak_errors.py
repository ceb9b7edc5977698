"""How far the peaks of Q, R, S and T in a predicted ECG are from those of the true one.

Both ECGs are delineated by the same code, each from its own R peaks: the labels, and the highest
sample of the predicted ECG near each predicted beat. Beats are then paired one to one as for every
other metric. An ECG sampled at 200 Hz tells times in steps of 5 ms. P is left out, as published: it
is too low in many leads to be told from noise.

Source: radarODE's and radarODE-MTL's "peak accuracy" (absolute time difference of delineated peaks;
median and 90th percentile).
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from radarkit.datasets.windows import TARGET_RATE_HZ
from radarkit.delineation import delineate
from radarkit.ecg import REACH_S, to_local_maximum
from radarkit.evaluation import metrics
from radarkit.evaluation.assemble import Reconstruction
from radarkit.evaluation.labels import is_scored, labels
from radarkit.recording import Float32, Float64, Recording

WAVES = ("q", "r", "s", "t")


def peak_times_ms(ecg_mv: Float32, r_peaks: NDArray[np.int64]) -> dict[str, Float64]:
    """Find the peaks of each beat, (beats,) in ms from the first sample, for each of `WAVES`.

    NaN where a wave was not found.
    """
    found = delineate(ecg_mv, TARGET_RATE_HZ, r_peaks)
    times_s = {"q": found.q_s, "r": r_peaks / TARGET_RATE_HZ, "s": found.s_s, "t": found.t_s}
    return {wave: np.asarray(1000 * time_s, np.float64) for wave, time_s in times_s.items()}


def paired_peak_times_ms(
    reconstruction: Reconstruction, truth: Recording
) -> tuple[dict[str, Float64], dict[str, Float64]]:
    """Find the peaks of the matched beats of a trial, predicted and true.

    Parameters
    ----------
    reconstruction : Reconstruction
        At 200 Hz.
    truth : Recording
        The same trial at 200 Hz with ECG and R peaks.

    Returns
    -------
    predicted, true : dict of str to (matched,) float64
        For each of `WAVES`, in ms; NaN where a wave was not found. No beat where the predicted ECG
        is constant or broken.

    Raises
    ------
    UserError
        When the truth has no ECG or R peaks, or is not at 200 Hz.
    """
    true_ecg, true_r = labels(truth)
    predicted_r = _r_peaks(reconstruction)
    pairs = metrics.match_beats(predicted_r, true_r)
    pairs = pairs[is_scored(true_r[pairs[:, 1]], truth.samples)]
    if not len(pairs):
        return ({wave: np.empty(0) for wave in WAVES},) * 2
    sides = (reconstruction.ecg_mv, predicted_r), (true_ecg, true_r.astype(np.int64))
    predicted, true = (peak_times_ms(ecg, r) for ecg, r in sides)
    return (
        {wave: time_ms[pairs[:, 0]] for wave, time_ms in predicted.items()},
        {wave: time_ms[pairs[:, 1]] for wave, time_ms in true.items()},
    )


def peak_errors_ms(reconstruction: Reconstruction, truth: Recording) -> dict[str, Float64]:
    """Find the signed error of the peaks of each matched beat in ms; positive is late.

    NaN where one of the two was not found. Parameters, errors and result as `paired_peak_times_ms`.
    """
    predicted, true = paired_peak_times_ms(reconstruction, truth)
    return {wave: predicted[wave] - true[wave] for wave in WAVES}


def peak_scores(
    predicted_ms: Mapping[str, Float64], true_ms: Mapping[str, Float64]
) -> dict[str, float]:
    """Score the peaks of a trial.

    Parameters
    ----------
    predicted_ms, true_ms : mapping of str to (matched,) float64
        What `paired_peak_times_ms` returned.

    Returns
    -------
    dict of str to float
        For each of `WAVES` ``{wave}_peak_error_ms``, the median over beats of the absolute time
        difference, and ``{wave}_peak_error_ms_p90``, its 90th percentile, both in ms, lower is
        better; NaN where no beat has the wave in both ECGs. ``waves_found``, the share of the
        Q, S and T of the true ECG that the predicted one has too, 0 to 1, higher is better: errors
        are of those that were found only. NaN where the true ECG has none.
    """
    scores = {}
    for wave in WAVES:
        error = np.abs(predicted_ms[wave] - true_ms[wave])
        error = error[np.isfinite(error)]
        median, p90 = np.percentile(error, [50, 90]) if error.size else (np.nan, np.nan)
        scores[f"{wave}_peak_error_ms"] = float(median)
        scores[f"{wave}_peak_error_ms_p90"] = float(p90)
    there = {wave: np.isfinite(true_ms[wave]) for wave in WAVES if wave != "r"}
    found = [np.isfinite(predicted_ms[wave][present]) for wave, present in there.items()]
    every = np.concatenate(found)
    scores["waves_found"] = float(every.mean()) if every.size else np.nan
    return scores


def _r_peaks(reconstruction: Reconstruction) -> NDArray[np.int64]:
    """(beats,) samples of the R peaks that the predicted ECG itself shows."""
    ecg = reconstruction.ecg_mv
    if not np.isfinite(ecg).all() or ecg.size == 0 or np.ptp(ecg) == 0:
        return np.empty(0, np.int64)
    rough = np.rint(reconstruction.r_peaks).astype(np.int64)
    return to_local_maximum(ecg.astype(np.float64), rough, round(REACH_S * TARGET_RATE_HZ))
