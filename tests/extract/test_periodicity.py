import numpy as np
import pytest

from radarkit.extract.periodicity import periodicity

from .chests import drift
from .conftest import chest


@pytest.mark.parametrize("rate_hz", [20.0, 66.7, 200.0])
@pytest.mark.parametrize("seed", range(5))
def test_points_with_a_heart_come_before_points_without(seed, rate_hz):
    rng = np.random.default_rng(seed)
    seconds, hearts, others = 40.0, 12, 40
    motion_m, truth = chest(
        rng, seconds=seconds, rate_hz=rate_hz, heart_per_min=rng.uniform(52, 105), heart_mm=0.3
    )
    samples = motion_m.size
    breathing_m = chest(np.random.default_rng(seed), seconds=seconds, rate_hz=rate_hz, heart_mm=0)[
        0
    ]
    without = [breathing_m + drift(rng, seconds, rate_hz, 1e-4) for _ in range(others // 2)]
    still = np.zeros((others // 2, samples))
    candidates_m = np.vstack([np.tile(motion_m, (hearts, 1)), without, still])
    candidates_m += rng.normal(0, 3e-6, candidates_m.shape)
    score, period_s = periodicity(candidates_m, rate_hz)
    assert 60 / period_s == pytest.approx(truth, abs=4)
    assert np.all((score >= 0) & (score <= 1))
    assert score[:hearts].min() > score[hearts:].max()


def test_the_order_of_candidates_and_their_units_do_not_matter():
    rng = np.random.default_rng(3)
    motion_m, _ = chest(rng, seconds=30, rate_hz=66.7)
    candidates_m = np.vstack([motion_m, motion_m]) + rng.normal(0, 1e-5, (2, motion_m.size))
    score, period_s = periodicity(candidates_m, 66.7)
    again, same_s = periodicity(-1e3 * candidates_m[::-1], 66.7)
    assert same_s == pytest.approx(period_s, rel=1e-4)
    np.testing.assert_allclose(again[::-1], score, atol=1e-3)


def test_nothing_repeats_where_nothing_moves_or_time_is_too_short():
    for still in (np.zeros((5, 2000)), np.ones((2, 30)), np.empty((0, 2000))):
        score, period_s = periodicity(still, 66.7)
        assert period_s is None
        np.testing.assert_array_equal(score, np.zeros(len(still)))
