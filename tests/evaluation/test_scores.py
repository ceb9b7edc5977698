import dataclasses
import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from radarkit.errors import UserError
from radarkit.evaluation import METRICS, compare, for_json, score, summarise

RR = [170, 150, 190, 160, 175, 155, 180, 165, 170, 160, 185, 150]


@pytest.fixture
def truth(make_truth):
    return make_truth(RR)


def test_a_perfect_reconstruction_has_a_perfect_score(truth, reconstruct):
    found = score(reconstruct(truth), truth)
    assert set(found) == {metric.key for metric in METRICS} | {"beats"}
    # beats within 1 s of the ends are not scored: the first one, and at most the last two
    edges = (truth.r_peaks < 200) | (truth.r_peaks >= truth.samples - 200)
    assert found["beats"] == (~edges).sum()
    for metric in METRICS:
        if metric.key.startswith("ecg_rmse"):
            assert found[metric.key] < 0.02  # the cycles are met at 200 points
        else:
            ideal = 1.0 if metric.better == "higher" else 0.0
            assert found[metric.key] == pytest.approx(ideal, abs=2e-3)


def test_a_constant_delay_costs_raw_timing_but_nothing_that_the_truth_aligns(truth, reconstruct):
    sharp, late = score(reconstruct(truth), truth), score(reconstruct(truth, shift=10), truth)
    assert late["r_timing_error_ms"] == pytest.approx(50)
    assert late["r_timing_error_ms_offset_removed"] == pytest.approx(0)
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


def test_a_summary_is_the_median_over_trials_and_over_those_of_each_subject():
    def row(subject, value):
        return {"subject": subject, "trial": "x", "beats": 10.0} | {m.key: value for m in METRICS}

    rows = [
        row("ann", 1.0),
        row("bob", 7.0),
        row("ann", 3.0),
        row("bob", np.nan),
        row("cy", np.nan),
    ]
    everyone, *each = summarise(rows)
    assert everyone["subject"] == "all" and everyone["trials"] == 5 and everyone["beats"] == 50
    assert everyone["pcc"] == 3.0
    assert [(r["subject"], r["trials"], r["f1"]) for r in each[:2]] == [
        ("ann", 2, 2),
        ("bob", 2, 7),
    ]
    assert np.isnan(each[2]["pcc"])
    assert json.loads(json.dumps(for_json(each), allow_nan=False))[2]["pcc"] is None
    with pytest.raises(UserError, match="no trial"):
        summarise([])
