import numpy as np
import pytest

from radarkit.extract import breathing_rate_per_min, heart_rate_per_min


def seen(rng, displacement_m, noise_m, channels=4):
    """The same chest in several channels, each with its own noise and polarity of gain."""
    gain = rng.uniform(0.7, 1.3, (channels, 1))
    return gain * displacement_m + noise_m * rng.standard_normal((channels, displacement_m.size))


@pytest.mark.parametrize("heart_per_min", [55, 64, 75, 88, 100, 110])
@pytest.mark.parametrize("breathing_per_min", [10, 13.3, 16, 20])
def test_rates_of_a_minute_are_found(chest, breathing_per_min, heart_per_min):
    rng = np.random.default_rng(int(breathing_per_min * 1000 + heart_per_min))
    motion_m, true_heart = chest(
        rng, breathing_per_min=breathing_per_min, heart_per_min=heart_per_min
    )
    channels_m = seen(rng, motion_m, 1e-5)
    breathing = breathing_rate_per_min(channels_m, 200.0)
    assert breathing == pytest.approx(breathing_per_min, abs=0.5)
    assert heart_rate_per_min(channels_m, 200.0, breathing) == pytest.approx(true_heart, abs=2)


@pytest.mark.parametrize("harmonic", [4, 5, 6, 7, 8])
@pytest.mark.parametrize("offset_per_min", [-3, 0, 3])
def test_a_harmonic_of_breathing_near_the_heart_does_not_move_its_rate(
    chest, harmonic, offset_per_min
):
    rng = np.random.default_rng(harmonic)
    heart_per_min = 72.0
    breathing_per_min = (heart_per_min + offset_per_min) / harmonic
    motion_m, true_heart = chest(
        rng, breathing_per_min=breathing_per_min, heart_per_min=heart_per_min, breathing_mm=6.0
    )
    channels_m = seen(rng, motion_m, 1e-5)
    breathing = breathing_rate_per_min(channels_m, 200.0)
    assert heart_rate_per_min(channels_m, 200.0, breathing) == pytest.approx(true_heart, abs=2)


def test_one_channel_on_twice_the_heart_rate_does_not_outvote_the_others(chest):
    rng = np.random.default_rng(5)
    motion_m, true_heart = chest(rng, heart_per_min=66)
    channels_m = seen(rng, motion_m, 1e-5)
    twice = 5e-4 * np.sin(2 * np.pi * 2 * true_heart / 60 * np.arange(motion_m.size) / 200)
    channels_m[2] += twice
    assert heart_rate_per_min(channels_m, 200.0, 15.0) == pytest.approx(true_heart, abs=2)


def test_a_pure_breath_is_interpolated_between_the_bins():
    time_s = np.arange(20 * 20) / 20  # bins lie 3 per minute apart
    for per_min in (8.3, 13.7, 15.2, 24.4):
        breath = np.sin(2 * np.pi * per_min / 60 * time_s + 1)[None] * 2e-3
        assert breathing_rate_per_min(breath, 20.0) == pytest.approx(per_min, abs=0.3)


def test_without_a_breath_or_a_heart_there_is_no_rate():
    silent = np.zeros((2, 1200))
    assert breathing_rate_per_min(silent, 20.0) is None
    assert heart_rate_per_min(silent, 20.0) is None
    rng = np.random.default_rng(0)
    noise = [heart_rate_per_min(rng.standard_normal((4, 1200)), 20.0, 15.0) for _ in range(20)]
    assert noise == [None] * 20
