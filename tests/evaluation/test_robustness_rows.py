import numpy as np
import pytest

from radarkit.evaluation.delta_m import NOISE_METRICS
from radarkit.evaluation.noise_conditions import CLEAN, conditions_of
from radarkit.evaluation.published_noise import FRAMEWORKS, published
from radarkit.evaluation.robustness_rows import noise_rows

SPECTROGRAM = conditions_of("spectrogram")
HALF_A_DIGIT = {
    "rmse_mv": 0.0005,
    "pcc": 0.00005,
    "r_timing_error_ms_offset_removed": 0.005,
    "missed_detection_rate": 0.00005,
}


def trial(**change):
    row = {"rmse_mv": 0.1, "pcc": 0.8, "r_timing_error_ms_offset_removed": 10.0}
    return {**row, "missed_detection_rate": 0.05, "f1": 0.97, **change}


def one(condition, noisy, clean):
    rows = noise_rows({"run": {CLEAN: {"net": clean}, condition: {"net": noisy}}})
    assert rows[0].condition == CLEAN
    return rows[-1]


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_printed_delta_m_follows_from_the_printed_metrics_as_far_as_they_are_rounded(framework):
    clean = published(framework, CLEAN)
    outside = []
    for condition in SPECTROGRAM[1:]:
        printed = published(framework, condition)
        if printed is None:
            continue
        rows = [[{**vars(each), "f1": 1.0}] for each in (printed, clean)]
        found = one(condition, *rows)
        slack = sum(
            100 * half / getattr(clean, key) * (1 + getattr(printed, key) / getattr(clean, key))
            for key, half in HALF_A_DIGIT.items()
        )
        if abs(found.delta_m_percent - printed.delta_m_percent) > slack / 4 + 0.05:
            outside.append((condition.label, round(found.delta_m_percent, 2)))
    # the one row that was printed otherwise than its own metrics say
    assert outside == ([("extensive 3 s", -25.96)] if framework == "radarODE" else [])


def test_every_row_was_printed_but_the_one_that_failed():
    for framework in FRAMEWORKS:
        missing = [c.label for c in SPECTROGRAM if published(framework, c) is None]
        assert missing == (["constant -3 dB"] if framework == "radarODE" else [])


@pytest.mark.parametrize("metric", NOISE_METRICS)
def test_ten_percent_worse_in_one_metric_costs_two_and_a_half(metric):
    clean = trial()
    worse = trial(**{metric: clean[metric] * (0.9 if metric == "pcc" else 1.1)})
    row = one(SPECTROGRAM[1], [worse] * 3, [clean] * 3)
    assert row.delta_m_percent == pytest.approx(-2.5)
    assert row.changes_percent[metric] == pytest.approx(-10)


def test_a_row_below_60_percent_has_failed_and_has_no_delta_m():
    row = one(SPECTROGRAM[1], [trial(pcc=0.59)], [trial()])
    assert row.failed and np.isnan(row.delta_m_percent)
    assert not one(SPECTROGRAM[1], [trial(pcc=0.6)], [trial()]).failed


def test_no_change_is_relative_to_no_missed_beat_at_all():
    perfect = trial(missed_detection_rate=0.0)
    assert one(SPECTROGRAM[1], [perfect], [perfect]).delta_m_percent == 0
    worse = one(SPECTROGRAM[1], [trial()], [perfect])
    assert np.isnan(worse.delta_m_percent) and not worse.failed


def test_a_trial_in_which_nothing_was_found_counts_as_missed_and_as_silent():
    nothing = trial(
        rmse_mv=None, pcc=None, r_timing_error_ms_offset_removed=None, missed_detection_rate=1.0
    )
    row = one(SPECTROGRAM[1], [trial(), nothing, trial()], [trial()] * 3)
    assert (row.trials, row.silent) == (3, 1)
    assert row.values["missed_detection_rate"] == pytest.approx(1.1 / 3)
    assert row.values["pcc"] == 0.8
    assert one(SPECTROGRAM[1], [nothing], [trial()]).failed
