import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radarkit.extract.circle import choose_centre, fit_circle
from radarkit.extract.phase import (
    ambiguous_steps,
    arctangent_phase,
    dacm_phase,
    phase_noise_m,
    phase_to_displacement,
    usable_samples,
)

WAVELENGTH_M = 4.9e-3
NO_CENTRE = np.zeros(1)
WAYS = pytest.mark.parametrize("to_phase", [arctangent_phase, dacm_phase])


def echo_of(motion_m, clutter=0.0):
    return clutter + np.exp(4j * np.pi * motion_m / WAVELENGTH_M)[None]


@WAYS
def test_angle_around_static_clutter_is_displacement_in_metres_with_its_sign(to_phase):
    truth_m = 0.3e-3 * np.sin(2 * np.pi * np.arange(40_000) / 9000)
    echo = echo_of(truth_m, clutter=5)  # five times as strong
    centre = choose_centre(echo, fit_circle(echo))
    found_m = phase_to_displacement(to_phase(echo, centre), WAVELENGTH_M)
    np.testing.assert_allclose(found_m[0], truth_m - truth_m.mean(), atol=1e-9)


@WAYS
def test_a_chest_that_recedes_by_a_millimetre_reads_as_one_millimetre_more(to_phase):
    found_m = phase_to_displacement(
        to_phase(echo_of(np.linspace(0, 1e-3, 2000)), NO_CENTRE), WAVELENGTH_M
    )
    assert found_m[0, -1] - found_m[0, 0] == pytest.approx(1e-3, rel=1e-5)


def test_an_echo_that_fades_while_it_turns_keeps_its_scale():
    # the strength changes with the breath, as of a real chest: not a circle, but whole turns
    swing = 6 * np.sin(2 * np.pi * np.arange(2000) / 400)
    echo = ((1 + 0.8 * np.sin(swing / 6)) * np.exp(1j * swing))[None]
    circle = fit_circle(echo)
    assert not circle.resolved[0]
    phase = arctangent_phase(echo, choose_centre(echo, circle))
    np.testing.assert_allclose(phase[0] - phase[0].mean(), swing - swing.mean(), atol=1e-9)


@WAYS
@settings(max_examples=30)
@given(start=st.integers(1, 900), length=st.integers(1, 40), seed=st.integers(0, 100))
def test_samples_that_fade_or_are_lost_are_bridged_without_a_jump(to_phase, start, length, seed):
    rng = np.random.default_rng(seed)
    motion_m = 1e-3 * np.sin(2 * np.pi * np.arange(1000) / 500 + rng.uniform(0, 6))
    echo = echo_of(motion_m)
    hole = slice(start, start + length)
    noise = 0.05 * rng.standard_normal((1000, 2)).view(np.complex128)[:, 0]
    echo[0, hole] = noise[hole]
    valid = np.ones(1000, bool)
    valid[start + length : start + length + 3] = False
    echo[0, ~valid] = 0
    usable = usable_samples(echo, NO_CENTRE, valid)
    assert not usable[0, hole].any() and not usable[0, ~valid].any()
    assert usable[0, :start].all() and usable[0, start + length + 3 :].all()
    found_m = phase_to_displacement(to_phase(echo, NO_CENTRE, usable), WAVELENGTH_M)[0]
    error_m = found_m - motion_m
    # a straight line over 40 of the 500 samples of a period errs by 8 % of the height at most
    assert np.ptp(error_m) < 0.1e-3


def test_a_channel_without_a_usable_sample_stands_still():
    echo = echo_of(1e-3 * np.arange(100))
    phase = arctangent_phase(echo, NO_CENTRE, np.zeros((1, 100), bool))
    np.testing.assert_array_equal(phase, 0)


def test_steps_that_unwrapping_cannot_follow_are_counted():
    slow = np.cumsum(np.full(100, 0.5e-3))[None]
    mixed = np.cumsum(np.where(np.arange(100) % 4 == 0, 1.2e-3, 0.1e-3))[None]
    share = ambiguous_steps(np.concatenate([slow, mixed]), WAVELENGTH_M)
    np.testing.assert_allclose(share, [0, 0.25], atol=0.01)


def test_noise_of_displacement_is_told_from_its_motion():
    rng = np.random.default_rng(0)
    time_s = np.arange(8000) / 200
    motion_m = 5e-3 * np.sin(2 * np.pi * 0.25 * time_s) + 5e-5 * np.sin(2 * np.pi * 15 * time_s)
    noisy_m = motion_m + np.array([[2e-6], [9e-6]]) * rng.standard_normal((2, 8000))
    np.testing.assert_allclose(phase_noise_m(noisy_m), [2e-6, 9e-6], rtol=0.25)
