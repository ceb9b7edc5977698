import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from radarkit.simulate.respiration import Respiration, breathing_motion, draw_breath
from radarkit.simulate.slow_noise import band_noise


@settings(max_examples=25)
@given(st.floats(7, 30), st.integers(0, 99))
def test_the_chest_moves_as_far_and_as_often_as_asked_and_towards_the_radar_when_full(rate, seed):
    plain = Respiration(
        rate_per_min=rate, amplitude_m=3e-3, second_harmonic=0, irregularity=0, depth_spread=0
    )
    breath = draw_breath(plain, 200 * 120, 200.0, np.random.default_rng(seed))
    assert breath.mean() == pytest.approx(0, abs=1e-9)
    assert breath.std() == pytest.approx(1)
    motion_m = breathing_motion(plain, breath)
    assert np.ptp(motion_m) == pytest.approx(6e-3, rel=0.03)
    assert np.corrcoef(motion_m, breath)[0, 1] == pytest.approx(-1)
    spectrum = np.abs(np.fft.rfft(breath * np.hanning(breath.size)))
    assert spectrum.argmax() / 120 * 60 == pytest.approx(rate, abs=0.6)


def test_irregular_breath_wanders_in_rate_and_depth_and_is_held():
    calm = Respiration(rate_per_min=15, amplitude_m=3e-3)
    wild = calm.model_copy(update={"irregularity": 0.3, "depth_spread": 0.4, "hold_per_min": 2})
    spreads = []
    for respiration in (calm, wild):
        breath = draw_breath(respiration, 200 * 600, 200.0, np.random.default_rng(1))
        peaks, found = signal.find_peaks(breath, prominence=0.5)
        spreads.append((np.diff(peaks).std() / np.diff(peaks).mean(), found["prominences"].std()))
    assert spreads[1][0] > 3 * spreads[0][0] and spreads[1][1] > 2 * spreads[0][1]


def test_breathing_leaves_nothing_where_the_heart_sounds():
    # kinks in rate or depth would: vibrations of 20 um at 15 Hz accelerate the chest by 0.2 m/s^2
    respiration = Respiration(
        rate_per_min=18, amplitude_m=5e-3, irregularity=0.4, depth_spread=0.5, hold_per_min=2
    )
    breath = draw_breath(respiration, 200 * 120, 200.0, np.random.default_rng(2))
    motion_m = breathing_motion(respiration, breath)
    acceleration = np.diff(motion_m, 2) * 200**2
    high = signal.butter(4, 5.0, "high", fs=200, output="sos")
    assert signal.sosfiltfilt(high, acceleration)[200:-200].std() < 1e-3


@settings(max_examples=25)
@given(st.floats(0.01, 3), st.floats(0.1, 20), st.integers(0, 50))
def test_band_noise_has_unit_variance_within_its_band_and_nothing_outside(low, width, seed):
    x = band_noise((8, 8192), 100.0, low, low + width, np.random.default_rng(seed))
    if width > 1:  # many independent numbers
        assert x.std() == pytest.approx(1, rel=0.25)
    frequency, power = signal.welch(x, 100.0, nperseg=4096)
    beyond = (frequency > low + width + 0.3) | (frequency < low - 0.3)
    assert power[:, beyond].sum() < 1e-3 * power.sum()
