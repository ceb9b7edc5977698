import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import hilbert

from radarkit.extract.autocorrelation import autocorrelation, deviation_by_chance
from radarkit.extract.bands import acceleration, between, cut, envelope, transform
from radarkit.extract.steps import without_steps


@given(st.floats(2.5, 7), st.sampled_from([20.0, 66.7, 100.0, 200.0]), st.integers(400, 1500))
def test_a_tone_within_a_band_is_kept_and_its_acceleration_is_that_of_the_tone(
    tone_hz, rate_hz, samples
):
    time_s = np.arange(samples) / rate_hz
    tone = np.sin(2 * np.pi * tone_hz * time_s + 0.3)
    slow = 5 * np.sin(2 * np.pi * 0.25 * time_s)
    motion = transform((tone + slow)[None], rate_hz)
    inside = slice(40, -40)  # an edge half a hertz wide rings for 2 s
    for gain, height in (
        (between(2, 8), 1.0),
        (acceleration(between(2, 8)), (2 * np.pi * tone_hz) ** 2),
    ):
        band = cut(motion, gain, 20.0)
        at_s = np.arange(band.values.shape[1]) / band.rate_hz
        expected = height * np.sin(2 * np.pi * tone_hz * at_s + 0.3)
        if at_s.size > 120:
            error = (band.values[0] - expected)[inside]
            assert np.abs(error).max() < 0.05 * height
        assert min(20.0, rate_hz) <= 1.0001 * band.rate_hz < 1.1 * min(20.0, rate_hz) + 2


def test_an_envelope_is_that_of_the_analytic_signal():
    rng = np.random.default_rng(0)
    time_s = np.arange(4000) / 200
    course = 1 + 0.5 * np.sin(2 * np.pi * 1.2 * time_s)
    tone = course * np.cos(2 * np.pi * 15 * time_s + rng.uniform(0, 6))
    found = envelope(transform(tone[None], 200.0), between(8, 25), 6.8, 27.5)
    truth = np.interp(
        np.arange(found.values.shape[1]) / found.rate_hz, time_s, np.abs(hilbert(tone))
    )
    np.testing.assert_allclose(found.values[0][20:-20], truth[20:-20], atol=0.03)
    assert found.rate_hz < 40


def test_autocorrelation_is_the_direct_sum():
    rng = np.random.default_rng(1)
    series = rng.standard_normal((3, 50)) + 5
    found = autocorrelation(series, 60)
    centred = series - series.mean(axis=1, keepdims=True)
    for lag in range(60):
        direct = (centred[:, lag:] * centred[:, : max(50 - lag, 0)]).sum(axis=1)
        np.testing.assert_allclose(found[:, lag], direct / (centred**2).sum(axis=1), atol=1e-12)
    assert not autocorrelation(np.ones((1, 50)), 10).any()


@pytest.mark.parametrize("shared", [0.0, 1.0])
def test_deviation_by_chance_is_that_of_many_draws(shared):
    rng = np.random.default_rng(2)
    values, stated = [], []
    for _ in range(200):
        white = rng.standard_normal((4, 500)) + shared * rng.standard_normal((1, 500))
        smooth = np.apply_along_axis(np.convolve, 1, white, np.ones(3))
        values.append(autocorrelation(smooth, 40).mean(axis=0)[20])
        stated.append(deviation_by_chance(smooth, 25.0))
    assert np.mean(stated) == pytest.approx(np.std(values), rel=0.2)


def test_slips_are_taken_out_and_frames_that_are_not_valid_bridged():
    rng = np.random.default_rng(0)
    time_s = np.arange(600) / 20
    truth = 2e-3 * np.sin(2 * np.pi * 0.25 * time_s)
    motion = truth + rng.normal(0, 1e-5, (2, 600))
    np.testing.assert_array_equal(without_steps(motion), motion)
    slipped = motion.copy()
    slipped[0, 300:] += 2.4e-3
    slipped[1, 100:] -= 2.4e-3
    valid = np.ones(600, bool)
    valid[400:404] = False
    slipped[:, 400:404] = 7.0
    np.testing.assert_allclose(without_steps(slipped, valid) - truth, 0, atol=3e-4)
    assert not without_steps(slipped, np.zeros(600, bool)).any()
