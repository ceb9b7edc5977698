import numpy as np
import pytest

from radarkit.evaluation.chest_figures import (
    acceleration_figures,
    cardiac_rms,
    energy_shares,
    phase_rad,
    rhythm_of,
)

RATE_HZ = 200.0
SAMPLES = 12000


@pytest.mark.parametrize("band", range(5))
def test_a_tone_has_all_its_energy_in_its_band(band):
    frequency_hz = (1.3, 3.0, 7.0, 14.0, 29.0)[band]
    t = np.arange(SAMPLES) / RATE_HZ
    shares = energy_shares(np.sin(2 * np.pi * frequency_hz * t) + 5 * t, RATE_HZ)
    assert shares == pytest.approx(np.eye(5)[band], abs=1e-3)


def test_energy_below_the_bands_does_not_count(rng):
    t = np.arange(SAMPLES) / RATE_HZ
    noise = rng.normal(size=SAMPLES)
    alone, with_breath = (energy_shares(noise + a * np.sin(1.3 * t), RATE_HZ) for a in (0, 100))
    assert with_breath == pytest.approx(alone, abs=0.02)
    widths_hz = np.array([1.2, 3, 5, 10, 20])
    assert alone == pytest.approx(widths_hz / 64.2, abs=0.02)


def test_a_displacement_of_half_a_wavelength_turns_the_phase_once():
    assert np.ptp(phase_rad(np.array([0, 2.5e-3]))) == pytest.approx(2 * np.pi)


def test_the_cardiac_band_is_measured_by_its_rms():
    t = np.arange(SAMPLES) / RATE_HZ
    inside, below = np.sin(2 * np.pi * 6 * t), 100 * np.sin(2 * np.pi * 0.2 * t)
    assert cardiac_rms(inside + below, RATE_HZ) == pytest.approx(np.sqrt(0.5), rel=0.02)


def test_intervals_that_alternate_have_known_variability():
    peaks = np.cumsum([0] + [160, 180] * 20)
    rhythm = rhythm_of(peaks, RATE_HZ)
    assert rhythm.per_min == pytest.approx(60 / 0.85)
    assert rhythm.sdnn_ms == pytest.approx(50)
    assert rhythm.rmssd_ms == pytest.approx(100)


def test_white_motion_accelerates_by_the_response_of_the_seven_taps(rng):
    found = acceleration_figures(rng.normal(size=200_000), RATE_HZ)
    frequency_hz = np.linspace(1, 100, 100_000)
    w = 2 * np.pi * frequency_hz / RATE_HZ
    power = (np.cos(3 * w) + 2 * np.cos(2 * w) - np.cos(w) - 2) ** 2
    expected = power[frequency_hz >= 25].sum() / power[frequency_hz < 25].sum()
    assert found.fast_over_slow == pytest.approx(expected, rel=0.03)
    assert found.largest_over_smallest < 1.3


def test_a_stretch_that_moves_ninefold_is_seen_as_such(rng):
    motion = rng.normal(size=8000)
    motion[4000:] *= 9
    assert acceleration_figures(motion, RATE_HZ).largest_over_smallest == pytest.approx(9, rel=0.15)


def test_acceleration_is_told_at_its_own_rate_only(rng):
    assert np.isnan(acceleration_figures(rng.normal(size=8000), 130.0)).all()
