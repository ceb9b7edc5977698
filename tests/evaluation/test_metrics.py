from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radarkit.evaluation import metrics

POSITIONS = st.lists(st.integers(0, 300), max_size=9, unique=True).map(sorted).map(np.array)
SEEDS = st.integers(0, 2**32 - 1)


def best_by_trying_all(predicted, true, tolerance):
    """Most pairs, then the least distance, by trying to leave out or pair every beat."""

    @cache
    def best(i, used):
        if i == len(predicted):
            return 0, 0.0
        options = [best(i + 1, used)]
        for j, t in enumerate(true):
            if not used >> j & 1 and abs(predicted[i] - t) <= tolerance:
                pairs, distance = best(i + 1, used | 1 << j)
                options.append((pairs + 1, distance - abs(predicted[i] - t)))
        return max(options)

    pairs, distance = best(0, 0)
    return pairs, -distance


@settings(max_examples=150)
@given(POSITIONS, POSITIONS, st.sampled_from([0.05, 0.15, 0.4]))
def test_no_matching_has_more_pairs_or_the_same_with_less_distance(predicted, true, tolerance_s):
    pairs = metrics.match_beats(predicted, true, tolerance_s)
    p, t = pairs.T
    assert (np.diff(p) > 0).all() and (np.diff(t) > 0).all()
    distance = np.abs(predicted[p] - true[t]) if len(pairs) else np.empty(0)
    assert (distance <= tolerance_s * 200).all()
    wanted = best_by_trying_all(predicted.tolist(), true.tolist(), tolerance_s * 200)
    assert (len(pairs), distance.sum()) == pytest.approx(wanted)


def test_taking_the_nearest_pair_first_would_lose_a_beat():
    pairs = metrics.match_beats(np.array([20, 48]), np.array([0, 24]))
    np.testing.assert_array_equal(pairs, [[0, 0], [1, 1]])


def test_the_tolerance_is_150_ms_and_inclusive():
    assert len(metrics.match_beats(np.array([130.0]), np.array([100]))) == 1
    assert len(metrics.match_beats(np.array([130.01]), np.array([100]))) == 0


def test_shares_of_beats_are_what_they_are_called():
    assert metrics.missed_detection_rate(9, 10) == pytest.approx(0.1)
    assert metrics.precision(9, 12) == 0.75
    assert metrics.f1(9, 12, 10) == pytest.approx(2 * 0.75 * 0.9 / (0.75 + 0.9))


def test_timing_error_counts_a_constant_delay_and_its_offset_free_twin_does_not():
    true = np.array([200.0, 400, 600])
    assert metrics.r_timing_error_ms(true + 4, true) == pytest.approx(20)
    assert metrics.r_timing_error_ms_offset_removed(true + 4, true) == pytest.approx(0)
    jitter = np.array([4.0, 4, 7])
    assert metrics.r_timing_error_ms_offset_removed(true + jitter, true) == pytest.approx(5)


def test_ppi_error_is_a_root_mean_square():
    assert metrics.ppi_error_ms(np.array([100.0, 107]), np.array([103, 103])) == pytest.approx(
        5 * np.sqrt((9 + 16) / 2)
    )


@settings(max_examples=40)
@given(SEEDS, st.floats(0.1, 10), st.floats(-5, 5))
def test_pcc_is_numpys_and_rmse_sees_neither_amplitude_nor_offset(seed, scale, offset):
    rng = np.random.default_rng(seed)
    predicted, true = rng.normal(size=(2, 6, 50))
    expected = [np.corrcoef(p, t)[0, 1] for p, t in zip(predicted, true, strict=True)]
    np.testing.assert_allclose(metrics.pcc(predicted, true), expected, atol=1e-12)
    error = metrics.rmse_mv(predicted, true)
    np.testing.assert_allclose(metrics.rmse_mv(scale * predicted + offset, true), error, rtol=1e-4)
    np.testing.assert_allclose(metrics.rmse_mv(predicted, scale * true), scale * error, rtol=1e-4)


def test_rmse_of_a_known_pair():
    true = np.array([0.0, 2, 0, 2])  # mV
    assert metrics.rmse_mv(np.array([0.0, 1, 1, 1]), true) == pytest.approx(np.sqrt(4 / 4))


@pytest.mark.parametrize("bad", [np.full(50, 3.3), np.full(50, np.nan), np.r_[np.inf, np.ones(49)]])
def test_a_flat_or_broken_prediction_is_a_failure_and_a_flat_truth_is_undefined(bad):
    true = np.sin(np.arange(50.0))
    assert metrics.pcc(bad, true) == 0
    assert metrics.rmse_mv(bad, true) == pytest.approx(
        np.sqrt(np.mean((true - true.min()) ** 2)), rel=1e-5
    )
    assert np.isnan(metrics.pcc(true, np.full(50, 3.3)))
    assert np.isnan(metrics.rmse_mv(true, np.full(50, 3.3)))


@pytest.mark.parametrize("lag", [-30, -7, 0, 1, 30])
def test_the_lag_of_a_late_ecg_is_found_and_taken_back(lag):
    long = np.random.default_rng(1).normal(size=900)
    true, predicted = long[100:800], long[100 - lag : 800 - lag]
    assert metrics.best_lag(predicted, true) == lag
    shifted = metrics.shift_back(predicted, true, lag)
    assert metrics.ecg_pcc(*shifted) == pytest.approx(1)
    assert metrics.ecg_rmse_mv(*shifted) == pytest.approx(0)


def test_heart_rate_is_of_the_mean_interval():
    true = np.arange(5) * 200  # 60 per minute
    assert metrics.heart_rate_error_per_min(np.arange(7) * 160.0, true) == pytest.approx(15)


def test_heart_rate_without_beats_is_nought():
    assert metrics.heart_rate_error_per_min(np.array([7.0]), np.array([0, 200])) == pytest.approx(
        60
    )


def test_nothing_to_compare_with_is_undefined_and_never_an_error():
    none = np.empty(0)
    assert metrics.match_beats(none, none).shape == (0, 2)
    assert metrics.match_beats(none, np.array([1, 200])).shape == (0, 2)
    assert metrics.best_lag(none, none) == 0
    assert metrics.best_lag(np.ones(300), np.ones(300)) == 0
    undefined = (
        metrics.missed_detection_rate(0, 0),
        metrics.precision(0, 0),
        metrics.f1(0, 0, 0),
        metrics.r_timing_error_ms(none, none),
        metrics.r_timing_error_ms_offset_removed(none, none),
        metrics.ppi_error_ms(none, none),
        metrics.ecg_rmse_mv(none, none),
        metrics.ecg_pcc(none, none),
        metrics.heart_rate_error_per_min(np.array([1.0, 200]), np.array([5])),
    )
    assert np.isnan(undefined).all()
    assert metrics.rmse_mv(np.empty((0, 200)), np.empty((0, 200))).shape == (0,)
