import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radarkit.extract.movement import motion_segments


def ramp(time_s, start_s, duration_s):
    """0 to 1 as smoothly as a hand moves: the minimum-jerk curve."""
    t = np.clip((time_s - start_s) / duration_s, 0, 1)
    return t**3 * (10 - 15 * t + 6 * t**2)


@pytest.mark.parametrize("rate_hz", [20.0, 200.0])
@pytest.mark.parametrize("breathing_mm", [0.0, 5.0, 20.0])
def test_breathing_however_deep_and_a_heart_are_no_movement(chest, rate_hz, breathing_mm):
    for seed in range(5):
        motion_m, _ = chest(
            np.random.default_rng(seed), rate_hz=rate_hz, breathing_mm=breathing_mm, heart_mm=0.5
        )
        assert motion_segments(np.tile(motion_m, (4, 1)), rate_hz) == []


def test_a_single_deep_breath_and_a_slow_drift_are_no_movement(chest):
    motion_m, _ = chest(np.random.default_rng(0))
    time_s = np.arange(motion_m.size) / 200
    sigh_m = 0.02 * (ramp(time_s, 20, 2.5) - ramp(time_s, 23, 4))
    drift_m = 0.03 * ramp(time_s, 10, 30)
    assert motion_segments((motion_m + sigh_m + drift_m)[None], 200.0) == []


@settings(max_examples=30)
@given(
    at_s=st.floats(1, 58),
    rate_hz=st.sampled_from([20.0, 66.7, 200.0]),
    moved_m=st.sampled_from([0.01, -0.01, 0.05]),
)
def test_a_torso_that_moves_by_a_centimetre_in_half_a_second_is_found(at_s, rate_hz, moved_m):
    time_s = np.arange(round(60 * rate_hz)) / rate_hz
    breath_m = 0.003 * np.sin(2 * np.pi * 0.25 * time_s)
    heart_m = 1e-4 * np.sin(2 * np.pi * 1.2 * time_s)
    motion_m = breath_m + heart_m + moved_m * ramp(time_s, at_s, 0.5)
    (found,) = motion_segments(np.tile(motion_m, (3, 1)), rate_hz)
    assert found.start_s <= at_s + 0.1 and found.stop_s >= at_s + 0.4
    assert found.stop_s - found.start_s < 4


def test_movements_close_to_each_other_are_one_and_others_are_not(chest):
    motion_m, _ = chest(np.random.default_rng(1))
    time_s = np.arange(motion_m.size) / 200
    moved_m = sum(0.02 * ramp(time_s, at_s, 0.6) for at_s in (10, 11.5, 40))
    first, second = motion_segments((motion_m + moved_m)[None], 200.0)
    assert first.start_s <= 10 and 12.1 <= first.stop_s < 15
    assert 38 < second.start_s <= 40.1


def test_a_channel_that_slips_by_a_turn_is_no_movement(chest):
    motion_m, _ = chest(np.random.default_rng(2))
    channels_m = np.tile(motion_m, (5, 1))
    channels_m[0, 6000:] += 0.0025
    assert motion_segments(channels_m, 200.0) == []


@pytest.mark.parametrize(("channels", "samples"), [(0, 4000), (2, 0), (2, 500), (2, 4000)])
def test_nothing_moves_where_nothing_is(channels, samples):
    assert motion_segments(np.zeros((channels, samples)), 200.0) == []
    assert motion_segments(np.zeros((channels, samples)), 3.0) == []
