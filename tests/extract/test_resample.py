"""What a signal of any rate is at another, against the function that it was sampled from."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radarkit.extract.resample import resample, resample_valid

MINUTE_S = 60


def sampled(time_s, f_hz):
    """A tone on a drift and far from nought."""
    return 5 + 0.05 * time_s + np.sin(2 * np.pi * f_hz * time_s + 0.4)


@pytest.mark.parametrize(
    "rate_hz",
    [30.03, 50.0, 50.01, 128.0, 199.8, 199.95, 200.0, 499.873, 500.0, 977.0, 2000.1, 9999.3],
)
def test_every_sample_stays_at_its_own_time_whatever_the_rate(rate_hz):
    """A clock that is off by a quarter per mille does not make radar and ECG drift apart."""
    time_s = np.arange(round(MINUTE_S * rate_hz)) / rate_hz
    found = resample(sampled(time_s, 7.0)[None], rate_hz, 200)[0]
    wanted = sampled(np.arange(found.size) / 200, 7.0)
    assert found.size == pytest.approx(200 * MINUTE_S, abs=4)
    # half a millisecond of 7 Hz
    np.testing.assert_allclose(found[200:-200], wanted[200:-200], atol=2 * np.pi * 7 * 6e-4)
    # no step at the ends, as of a signal that is nought beyond them; behind the last sample, which
    # comes up to one sample before the end, nobody knows how the tone goes on
    known = np.arange(found.size) / 200 <= time_s[-1]
    np.testing.assert_allclose(found[known], wanted[known], atol=0.3)


@pytest.mark.parametrize("rate_hz", [20.0, 200.0, 977.0])
def test_samples_that_were_taken_late_are_put_where_they_belong(rate_hz):
    time_s = np.arange(round(MINUTE_S * rate_hz)) / rate_hz + 7e-3
    found = resample(sampled(time_s, 4.0)[None], rate_hz, 200, late_s=7e-3)[0]
    wanted = sampled(np.arange(found.size) / 200, 4.0)
    np.testing.assert_allclose(found[800:-800], wanted[800:-800], atol=1e-4)


@settings(max_examples=25, deadline=None)
@given(st.floats(50, 3000), st.integers(0, 2**32 - 1))
def test_a_signal_and_what_is_known_of_it_have_one_length(rate_hz, seed):
    samples = round(10 * rate_hz) + seed % 7
    known = np.random.default_rng(seed).random(samples) > 0.02
    found = resample_valid(known, rate_hz, 200)
    assert found.size == resample(np.ones((1, samples)), rate_hz, 200).shape[1]
    # a sample with a known one on either side; the first and last may have one only
    around = np.round(np.arange(found.size) * rate_hz / 200).astype(int)[1:-1, None] + [-1, 0, 1]
    assert known[np.minimum(around, samples - 1)][found[1:-1]].any(axis=1).all()
    assert found.mean() > 0.9


def test_several_channels_are_each_as_alone():
    both = np.random.default_rng(1).standard_normal((2, 4000)).cumsum(axis=1)
    found = resample(both, 199.95, 200)
    np.testing.assert_array_equal(found[1], resample(both[1:], 199.95, 200)[0])
