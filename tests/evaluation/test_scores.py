import dataclasses
import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from radarkit.errors import UserError
from radarkit.evaluation import METRICS, compare, for_json, score, summarise
from radarkit.evaluation.scores import summarise_by

RR = [170, 150, 190, 160, 175, 155, 180, 165, 170, 160, 185, 150]


@pytest.fixture
def truth(make_truth):
    return make_truth(RR)


def test_a_perfect_reconstruction_has_a_perfect_score(truth, reconstruct):
    found = score(reconstruct(truth), truth)
    assert set(found) == {metric.key for metric in METRICS} | {"beats", "lag_ms"}
    # beats within 1 s of the ends are not scored: the first one, and at most the last two
    edges = (truth.r_peaks < 200) | (truth.r_peaks >= truth.samples - 200)
    assert found["beats"] == (~edges).sum()
    for metric in METRICS:
        if metric.key.startswith("ecg_rmse"):
            assert found[metric.key] < 0.02  # the cycles are met at 200 points
        elif metric.key == "q_peak_error_ms_p90":
            assert found[metric.key] <= 5  # a sample
        else:
            ideal = 1.0 if metric.better == "higher" else 0.0
            assert found[metric.key] == pytest.approx(ideal, abs=2e-3)


def test_a_constant_delay_costs_raw_timing_but_nothing_that_the_truth_aligns(truth, reconstruct):
    sharp, late = score(reconstruct(truth), truth), score(reconstruct(truth, shift=10), truth)
    assert late["r_timing_error_ms"] == pytest.approx(50)
    assert late["r_timing_error_ms_offset_removed"] == pytest.approx(0)
    assert late["lag_ms"] == 50
    for wave in "qrst":
        assert late[f"{wave}_peak_error_ms"] == 50
    assert late["ecg_pcc"] < 0.5
    assert late["ecg_pcc_lag_adjusted"] == pytest.approx(sharp["ecg_pcc"], abs=1e-3)
    assert late["ecg_rmse_mv_lag_adjusted"] == pytest.approx(sharp["ecg_rmse_mv"], abs=1e-3)
    for key in ("missed_detection_rate", "f1", "pcc", "rmse_mv", "ppi_error_ms"):
        assert late[key] == sharp[key]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sets(st.integers(2, 9), min_size=1, max_size=7))
def test_each_missing_beat_raises_mdr_by_one_in_n(truth, reconstruct, missing):
    keep = [beat for beat in range(truth.r_peaks.size) if beat not in missing]
    found = score(reconstruct(truth, keep=keep), truth)
    n = found["beats"]
    assert found["missed_detection_rate"] == pytest.approx(len(missing) / n)
    assert found["precision"] == 1
    assert found["r_timing_error_ms"] == pytest.approx(0)


def test_an_invented_beat_lowers_precision_and_f1_only(truth, reconstruct):
    sharp = score(reconstruct(truth), truth)
    found = score(reconstruct(truth, extra=[truth.r_peaks[5] + 80]), truth)
    n = found["beats"]
    assert found["precision"] == pytest.approx(n / (n + 1))
    assert found["f1"] == pytest.approx(2 * n / (2 * n + 1))
    for key in ("missed_detection_rate", "r_timing_error_ms", "ppi_error_ms", "pcc", "rmse_mv"):
        assert found[key] == sharp[key]


def test_what_is_predicted_within_a_second_of_the_ends_is_neither_right_nor_wrong(
    truth, reconstruct
):
    inner = (truth.r_peaks >= 200) & (truth.r_peaks < truth.samples - 200)
    whole = compare(reconstruct(truth), truth)
    bare = compare(reconstruct(truth, keep=inner), truth)
    noisy = compare(reconstruct(truth, keep=inner, extra=[20.0, truth.samples - 30.0]), truth)
    for found in (whole, bare, noisy):
        assert (found.true_r.size, found.missed, found.invented) == (inner.sum(), 0, 0)


def test_no_prediction_at_all_misses_everything(truth, reconstruct):
    found = score(reconstruct(truth, keep=[]), truth)
    assert found["missed_detection_rate"] == 1
    assert found["f1"] == 0
    assert found["ecg_pcc"] == 0
    assert np.isnan([found["precision"], found["pcc"], found["ppi_error_ms"]]).all()


def test_a_trial_too_short_to_score_is_undefined(make_truth, reconstruct):
    truth = make_truth([100, 100], tail=50)  # under 2 s
    found = score(reconstruct(truth), truth)
    assert found.pop("beats") == 0
    assert np.isnan([found[k] for k in ("missed_detection_rate", "rmse_mv", "ecg_pcc")]).all()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ecg": None}, "no ECG"),
        ({"r_peaks": None}, "no R peaks"),
        ({"sample_rate_hz": 100.0}, "200"),
    ],
)
def test_a_truth_that_cannot_judge_is_refused(truth, reconstruct, change, words):
    with pytest.raises(UserError, match=words):
        score(reconstruct(truth), dataclasses.replace(truth, **change))


def test_a_reconstruction_of_another_length_is_refused(truth, make_truth, reconstruct):
    with pytest.raises(UserError, match="samples reconstructed"):
        score(reconstruct(make_truth(RR[:-1])), truth)


def row(subject, value, **change):
    name = {"subject": subject, "trial": "x", "beats": 10.0, "lag_ms": value}
    return name | {metric.key: value for metric in METRICS} | change


def test_a_summary_is_the_median_over_trials_and_over_those_of_each_subject():
    rows = [
        row("ann", 1.0),
        row("bob", 7.0),
        row("ann", 3.0),
        row("bob", np.nan),
        row("cy", np.nan),
    ]
    everyone, *each = summarise(rows)
    assert everyone["subject"] == "all" and everyone["trials"] == 5 and everyone["beats"] == 50
    assert everyone["pcc"] == everyone["lag_ms"] == 3.0
    assert [(r["subject"], r["trials"], r["f1"]) for r in each[:2]] == [
        ("ann", 2, 2),
        ("bob", 2, 7),
    ]
    assert np.isnan(each[2]["pcc"])
    assert json.loads(json.dumps(for_json(each), allow_nan=False))[2]["pcc"] is None
    with pytest.raises(UserError, match="no trial"):
        summarise([])


def test_a_summary_says_what_nine_trials_in_ten_reach_whichever_way_is_better():
    everyone = summarise([row(f"p{value}", float(value)) for value in range(1, 101)])[0]
    for metric in METRICS:
        reached = 90.1 if metric.better == "lower" else 10.9
        assert everyone[f"{metric.key}_nine_in_ten"] == pytest.approx(reached)
        assert everyone[f"{metric.key}_mean"] == 50.5
        low, high = everyone[f"{metric.key}_low"], everyone[f"{metric.key}_high"]
        assert 35 < low < everyone[metric.key] < high < 66


def test_a_person_alone_has_no_interval():
    everyone, ann, bob = summarise([row("ann", 1.0), row("bob", 2.0), row("ann", 3.0)])
    assert np.isfinite([everyone["pcc_low"], everyone["pcc_high"]]).all()
    for alone in (ann, bob):
        assert np.isnan([alone["pcc_low"], alone["pcc_high"]]).all()


def test_a_state_is_summarised_over_its_own_trials_and_people():
    states = {"NB": 0.9, "PE": 0.5}
    rows = [
        row(subject, pcc + change, status=status)
        for status, pcc in states.items()
        for subject, change in (("ann", -0.02), ("bob", 0.0), ("cy", 0.02))
    ]
    resting, tired = summarise_by(rows, "status")
    assert (resting["status"], resting["trials"]) == ("NB", 3)
    for found, (status, pcc) in zip((resting, tired), states.items(), strict=True):
        alone = summarise([row for row in rows if row["status"] == status])[0]
        assert found["pcc"] == pytest.approx(pcc)
        assert {**found, "subject": "all"} == {**alone, "status": status}


@pytest.mark.parametrize(("pcc", "failed"), [(0.61, False), (0.6, False), (0.59, True)])
def test_a_row_has_failed_when_its_median_pcc_is_below_60_percent(pcc, failed):
    everyone = summarise([row("ann", pcc), row("bob", 0.95, pcc=pcc), row("cy", 0.1, pcc=0.99)])[0]
    assert everyone["failed"] is failed
    assert for_json([everyone])[0]["failed"] is failed
    assert summarise([row("ann", np.nan)])[0]["failed"] is True


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(
    beats=st.sets(st.integers(0, 12), max_size=3),
    signal=st.sampled_from(["own", "constant", "NaN", "one NaN", "noise"]),
)
def test_whatever_is_predicted_has_a_defined_score(truth, reconstruct, beats, signal):
    """Zero beats, one, or few; a broken, flat or senseless ECG: a number or NaN, never an error."""
    made = reconstruct(truth, keep=sorted(beats))
    ecg = {
        "own": made.ecg_mv,
        "constant": np.full_like(made.ecg_mv, 0.3),
        "NaN": np.full_like(made.ecg_mv, np.nan),
        "one NaN": np.where(np.arange(made.ecg_mv.size) == 900, np.nan, made.ecg_mv),
        "noise": np.random.default_rng(1).normal(size=made.ecg_mv.size),
    }[signal]
    found = score(dataclasses.replace(made, ecg_mv=ecg.astype(np.float32)), truth)
    matched = len([beat for beat in beats if 200 <= truth.r_peaks[beat] < truth.samples - 200])
    assert found["missed_detection_rate"] == pytest.approx(1 - matched / found["beats"])
    if signal in ("constant", "NaN", "one NaN"):
        assert found["ecg_pcc"] == 0
        assert np.isnan([found[f"{wave}_peak_error_ms"] for wave in "qrst"]).all()
    everyone = summarise([{"subject": "ann", **found}])[0]
    assert everyone["missed_detection_rate"] == found["missed_detection_rate"]


@pytest.mark.parametrize("r_peaks", [[], [900], [600, 900, 1200]])
def test_a_truth_without_beats_or_with_one_or_without_waves_is_defined(truth, reconstruct, r_peaks):
    flat = dataclasses.replace(truth, ecg=np.full(truth.samples, 0.3), r_peaks=np.array(r_peaks))
    found = score(reconstruct(truth), flat)
    assert found["beats"] == len(r_peaks)
    assert np.isnan([found["pcc"], found["ecg_pcc"], found["waves_found"]]).all()
    sharp = score(reconstruct(truth), dataclasses.replace(truth, r_peaks=np.array(r_peaks, int)))
    assert np.isnan(sharp["missed_detection_rate"]) == (not r_peaks)
