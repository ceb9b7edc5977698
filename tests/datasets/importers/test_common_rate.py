"""What a signal of any rate is at 200 Hz, against the function that it was sampled from."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radarkit.datasets.importers.common_rate import at_common_rate, valid_at_common_rate

MINUTE_S = 60


def sampled(time_s, f_hz):
    """A tone on a drift and far from nought."""
    return 5 + 0.05 * time_s + np.sin(2 * np.pi * f_hz * time_s + 0.4)


@pytest.mark.parametrize(
    "rate_hz", [50.0, 50.01, 128.0, 199.8, 199.95, 200.0, 499.873, 500.0, 977.0, 2000.1, 9999.3]
)
def test_every_sample_stays_at_its_own_time_whatever_the_rate(rate_hz):
    """A clock that is off by a quarter per mille does not make radar and ECG drift apart."""
    time_s = np.arange(round(MINUTE_S * rate_hz)) / rate_hz
    found = at_common_rate(sampled(time_s, 7.0)[None], rate_hz)[0]
    wanted = sampled(np.arange(found.size) / 200, 7.0)
    assert found.size == pytest.approx(200 * MINUTE_S, abs=4)
    # half a millisecond of 7 Hz
    np.testing.assert_allclose(found[200:-200], wanted[200:-200], atol=2 * np.pi * 7 * 6e-4)
    # no step at the ends, as of a signal that is nought beyond them
    np.testing.assert_allclose(found, wanted, atol=0.3)


@settings(max_examples=25, deadline=None)
@given(st.floats(50, 3000), st.integers(0, 2**32 - 1))
def test_a_signal_and_what_is_known_of_it_have_one_length(rate_hz, seed):
    samples = round(10 * rate_hz) + seed % 7
    known = np.random.default_rng(seed).random(samples) > 0.02
    found = valid_at_common_rate(known, rate_hz)
    assert found.size == at_common_rate(np.ones((1, samples)), rate_hz).shape[1]
    # a sample with a known one on either side; the first and last may have one only
    around = np.round(np.arange(found.size) * rate_hz / 200).astype(int)[1:-1, None] + [-1, 0, 1]
    assert known[np.minimum(around, samples - 1)][found[1:-1]].any(axis=1).all()
    assert found.mean() > 0.9


def test_several_channels_are_each_as_alone():
    both = np.random.default_rng(1).standard_normal((2, 4000)).cumsum(axis=1)
    found = at_common_rate(both, 199.95)
    np.testing.assert_array_equal(found[1], at_common_rate(both[1:], 199.95)[0])
