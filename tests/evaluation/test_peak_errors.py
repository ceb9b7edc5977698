import dataclasses
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radarkit.evaluation import Reconstruction
from radarkit.evaluation.peak_errors import (
    WAVES,
    paired_peak_times_ms,
    peak_errors_ms,
    peak_scores,
)
from radarkit.recording import Recording

R_PEAKS = np.cumsum([150, 170, 150, 180, 160, 175, 155, 180, 165, 170, 160, 175, 160])
SAMPLES = int(R_PEAKS[-1]) + 250
# samples after R, width in samples, height in mV
SHAPES = {
    "p": (-32, 5, 0.12),
    "q": (-8, 1.6, -0.2),
    "r": (0, 1.5, 1.0),
    "s": (9, 1.8, -0.25),
    "t": (56, 9, 0.35),
}


def draw(late=(), lacks=""):
    """An ECG at 200 Hz; waves late by samples, the same or one for each beat."""
    ecg, at = np.zeros(SAMPLES), np.arange(SAMPLES)
    for wave, (delay, width, height) in SHAPES.items():
        if wave not in lacks:
            centres = R_PEAKS + delay + np.broadcast_to(dict(late).get(wave, 0), R_PEAKS.size)
            bumps = np.exp(-0.5 * ((at - centres[:, None]) / width) ** 2)
            ecg += height * bumps.sum(axis=0)
    return ecg.astype(np.float32)


def predicted(ecg, r_peaks=R_PEAKS):
    beats = len(r_peaks)
    return Reconstruction(
        np.asarray(r_peaks, float), np.full(beats, 165.0), np.zeros((beats, 200), np.float32), ecg
    )


TRUTH = Recording(np.zeros((1, SAMPLES)), 200.0, "ann", "1", ecg=draw(), r_peaks=R_PEAKS)
INNER = (R_PEAKS >= 200) & (R_PEAKS < SAMPLES - 200)


@settings(max_examples=25)
@given(st.sampled_from("qst"), st.integers(-2, 2), st.integers(-6, 8))
def test_a_late_wave_costs_the_time_of_that_wave_only(wave, samples, more):
    samples += more if wave == "t" else 0  # Q and S have no room
    found = peak_errors_ms(predicted(draw({wave: samples})), TRUTH)
    for each in WAVES:
        expected = np.full(INNER.sum(), 5.0 * samples if each == wave else 0.0)
        np.testing.assert_allclose(found[each], expected, atol=1e-9)


def test_a_truth_that_predicts_itself_has_every_wave_and_no_error():
    scores = peak_scores(*paired_peak_times_ms(predicted(draw()), TRUTH))
    assert scores.pop("waves_found") == 1
    assert set(scores.values()) == {0.0} and len(scores) == 2 * len(WAVES)


@pytest.mark.parametrize("wave", "qst")
def test_waves_that_the_prediction_lacks_are_counted_not_timed(wave):
    scores = peak_scores(*paired_peak_times_ms(predicted(draw(lacks=wave)), TRUTH))
    assert scores["waves_found"] == pytest.approx(2 / 3)
    assert np.isnan([scores[f"{wave}_peak_error_ms"], scores[f"{wave}_peak_error_ms_p90"]]).all()
    timed = [scores[f"{each}_peak_error_ms"] for each in WAVES if each != wave]
    assert timed == [0.0] * 3


def test_waves_that_the_truth_lacks_are_not_asked_for():
    truth = dataclasses.replace(TRUTH, ecg=draw(lacks="s"))
    scores = peak_scores(*paired_peak_times_ms(predicted(draw()), truth))
    assert scores["waves_found"] == 1
    assert np.isnan(scores["s_peak_error_ms"])


def test_the_r_peak_is_that_of_the_ecg_near_the_predicted_beat():
    astray = predicted(draw(), R_PEAKS + 4.3)
    assert np.all(peak_errors_ms(astray, TRUTH)["r"] == 0)


def test_a_beat_without_a_partner_is_not_timed():
    kept = np.delete(R_PEAKS, [3, 5])
    found = peak_errors_ms(predicted(draw(), kept), TRUTH)
    for wave in "qrs":
        np.testing.assert_array_equal(found[wave], np.zeros(INNER.sum() - 2))
    # T after a gap is looked for where it is after a long interval
    assert np.isfinite(found["t"]).sum() >= INNER.sum() - 4
    assert np.nanmax(np.abs(found["t"])) == 0


def test_scores_are_the_median_and_the_90th_percentile_of_absolute_errors():
    found = {wave: np.array([10.0, np.nan, 30, 60, 90]) for wave in WAVES}
    true = {wave: np.array([20.0, 20, 30, 90, 10]) for wave in WAVES}
    scores = peak_scores(found, true)  # errors of 10, 0, 30, 80
    assert scores["q_peak_error_ms"] == 20
    assert scores["q_peak_error_ms_p90"] == pytest.approx(65)
    assert scores["waves_found"] == 0.8


@pytest.mark.parametrize("beats", [0, 1, 5])
@pytest.mark.parametrize("level", [0.0, 0.3, np.nan])
def test_a_flat_or_broken_prediction_has_no_peaks(beats, level):
    made = predicted(np.full(SAMPLES, level, np.float32), R_PEAKS[3 : 3 + beats])
    assert all(errors.size == 0 for errors in peak_errors_ms(made, TRUTH).values())
    scores = peak_scores(*paired_peak_times_ms(made, TRUTH))
    assert np.isnan(list(scores.values())).all()


def test_a_single_predicted_beat_has_a_time_of_its_r_peak():
    scores = peak_scores(*paired_peak_times_ms(predicted(draw(), R_PEAKS[4:5] + 1), TRUTH))
    assert scores["r_peak_error_ms"] == 0
    assert scores["waves_found"] == 0


def neurokits(ecg):
    """Peaks in ms by NeuroKit2's own rules."""
    import neurokit2

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _, waves = neurokit2.ecg_delineate(ecg, R_PEAKS, sampling_rate=200, method="peak")
    return {wave: 5 * np.array(waves[f"ECG_{wave.upper()}_Peaks"], float) for wave in "qst"}


def test_errors_are_those_that_neurokit_finds():
    rng = np.random.default_rng(4)
    late = {"q": rng.integers(-2, 3, R_PEAKS.size), "s": rng.integers(-2, 3, R_PEAKS.size)}
    late["t"] = rng.integers(-8, 9, R_PEAKS.size)
    ecg = draw(late)
    theirs, true = neurokits(ecg), neurokits(TRUTH.ecg)
    found = peak_errors_ms(predicted(ecg), TRUTH)
    for wave in "qst":
        expected = (theirs[wave] - true[wave])[INNER]
        assert np.ptp(expected) >= 15
        assert np.abs(found[wave] - expected).max() <= 5  # a sample
