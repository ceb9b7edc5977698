import numpy as np
import pytest
from scipy.fft import rfft, rfftfreq
from scipy.signal.windows import hann

from radarkit.extract.respiration import breathing_phase, without_respiration

RATE_HZ = 20.0


def turns(seconds, per_min, wander=0.02):
    time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    rate = per_min / 60 * (1 + wander * np.sin(2 * np.pi * time_s / 40))
    return 2 * np.pi * np.cumsum(rate) / RATE_HZ


def test_the_phase_is_that_of_the_breath_as_its_rate_wanders():
    phase = turns(60, 15, wander=0.1)
    breath = np.cos(phase) + 0.3 * np.cos(2 * phase + 1)
    found = breathing_phase(np.outer([1.0, -0.7], breath), RATE_HZ, 0.25)
    assert np.ptp((found - phase)[200:-200]) < 0.2  # rad


@pytest.mark.parametrize("per_min", [12.0, 18.0])
def test_a_wandering_breath_leaves_next_to_nothing_at_the_rates_of_hearts(per_min):
    rng = np.random.default_rng(1)
    true = turns(30, per_min)
    heights = (1.0, 0.3, 0.12, 0.05, 0.03, 0.015, 0.01, 0.006)
    breath = sum(h * np.cos(k * true + rng.uniform(0, 6)) for k, h in enumerate(heights, 1))
    noise = 1e-3 * rng.standard_normal((3, true.size))
    slow = rng.uniform(0.7, 1.3, (3, 1)) * breath + 0.1 * np.linspace(-1, 1, true.size) ** 2 + noise
    window = hann(true.size, sym=False)
    phase = breathing_phase(slow, RATE_HZ, per_min / 60)
    left = without_respiration(slow, RATE_HZ, phase, window).motion
    heart_hz = (rfftfreq(true.size, 1 / RATE_HZ) > 0.8) & (rfftfreq(true.size, 1 / RATE_HZ) < 3)

    def power(motion):
        return (np.abs(rfft(motion * window, axis=1)[:, heart_hz]) ** 2).mean()

    assert power(slow) > 1000 * power(noise)
    assert power(left) < power(slow) / 300


def test_a_heartbeat_on_a_harmonic_of_the_breath_is_left_standing():
    true = turns(30, 15)
    respiration = np.cos(true) + 0.3 * np.cos(2 * true) + 0.05 * np.cos(3 * true)
    heart = 0.05 * np.cos(5 * true + 1)
    noise = 1e-3 * np.random.default_rng(0).standard_normal(true.size)
    window = hann(true.size, sym=False)
    left = without_respiration((respiration + heart + noise)[None], RATE_HZ, true, window).motion[0]
    kept = 2 * np.average(left * np.exp(-5j * true), weights=window)
    assert abs(kept) > 0.8 * 0.05


def test_without_a_phase_the_drift_alone_is_taken():
    time = np.linspace(-1, 1, 400)
    beat = 0.1 * np.sin(40 * time)
    left = without_respiration(
        (3 * time**3 - time + beat)[None], RATE_HZ, None, np.ones(400)
    ).motion[0]
    np.testing.assert_allclose(left, beat, atol=0.02)
