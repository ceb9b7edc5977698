import numpy as np
import pytest

from radarkit.extract.rates import breathing_rate

from .chests import breath, drift, seen
from .conftest import chest


@pytest.mark.parametrize("seconds", [20.0, 60.0])
@pytest.mark.parametrize("rate_hz", [20.0, 200.0])
@pytest.mark.parametrize("per_min", [8.5, 13.3, 24.0])
@pytest.mark.parametrize("shape", ["triangular", "lopsided"])
def test_a_breath_of_any_shape_is_found_under_a_heart_and_a_drift(shape, per_min, rate_hz, seconds):
    rng = np.random.default_rng(int(per_min * seconds + rate_hz))
    motion_m, _ = chest(rng, seconds=seconds, rate_hz=rate_hz, breathing_mm=0)
    motion_m = motion_m + breath(rng, seconds, rate_hz, per_min, shape)
    motion_m += drift(rng, seconds, rate_hz, 2e-4)
    found = breathing_rate(seen(rng, motion_m), rate_hz)
    assert found.per_min == pytest.approx(per_min, abs=1)
    assert found.confidence > 0.9


def test_a_pure_breath_is_interpolated_between_the_bins():
    time_s = np.arange(20 * 20) / 20  # bins lie 3 per minute apart
    for per_min in (8.3, 13.7, 15.2, 24.4):
        pure = np.sin(2 * np.pi * per_min / 60 * time_s + 1)[None] * 2e-3
        assert breathing_rate(pure, 20.0).per_min == pytest.approx(per_min, abs=0.3)


def test_a_channel_of_noise_does_not_make_a_breath_less_sure():
    rng = np.random.default_rng(3)
    motion_m, _ = chest(rng, seconds=20, rate_hz=20.0, breathing_per_min=12)
    alone = motion_m[None] + rng.normal(0, 1e-5, (1, motion_m.size))
    walk = np.cumsum(rng.normal(0, 2e-4, (2, motion_m.size)), axis=1)
    found = breathing_rate(np.vstack([alone, walk]), 20.0)
    assert found.per_min == pytest.approx(12, abs=1)
    assert found.confidence > 0.9


def test_a_posture_that_drifts_is_no_breath():
    said = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        seconds = (20.0, 60.0)[seed % 2]
        motion_m, _ = chest(rng, seconds=seconds, rate_hz=20.0, breathing_mm=0)
        found = breathing_rate(seen(rng, motion_m + drift(rng, seconds, 20.0, 1e-3)), 20.0)
        assert (found.per_min is not None) == (found.confidence >= 0.5)
        said += found.per_min is not None
    assert said <= 2


def test_a_breath_is_seen_while_the_person_leans_forward_by_15_cm():
    rng = np.random.default_rng(6)
    motion_m, _ = chest(rng, rate_hz=20.0)
    lean_m = 0.075 * np.cos(2 * np.pi * np.arange(motion_m.size) / motion_m.size)
    found = breathing_rate(seen(rng, motion_m + lean_m), 20.0)
    assert found.per_min == pytest.approx(15, abs=0.5)


def test_what_stands_still_does_not_breathe():
    assert breathing_rate(np.zeros((2, 1200)), 20.0) == (None, 0.0)


def test_frames_that_are_not_valid_do_not_count():
    rng = np.random.default_rng(8)
    motion_m, _ = chest(rng, seconds=30, rate_hz=20.0, breathing_per_min=14)
    channels_m = seen(rng, motion_m)
    valid = np.ones(motion_m.size, bool)
    valid[200:230] = valid[-25:] = False
    channels_m[:, ~valid] = rng.normal(0, 0.05, (4, (~valid).sum()))
    found = breathing_rate(channels_m, 20.0, valid)
    assert found.per_min == pytest.approx(14, abs=1)
