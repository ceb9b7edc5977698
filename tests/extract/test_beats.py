import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radarkit.errors import UserError
from radarkit.extract.beats import beat_period, burst_envelope
from radarkit.extract.vibration import vibration

from .conftest import chest


def period_of(motion_m, rate_hz):
    return beat_period(burst_envelope(vibration(motion_m, rate_hz), rate_hz), rate_hz)


@settings(max_examples=15)
@given(
    st.integers(0, 2**32 - 1),
    st.floats(52, 110),
    st.sampled_from([(20.0, 200.0), (40.0, 100.0), (60.0, 200.0)]),
)
def test_the_period_of_the_bursts_is_the_mean_beat_however_the_heart_varies(seed, rate, of):
    seconds, rate_hz = of
    rng = np.random.default_rng(seed)
    motion_m, heart = chest(
        rng, seconds=seconds, rate_hz=rate_hz, heart_per_min=rate, heart_mm=0.4, variability=0.05
    )
    found = period_of(motion_m + rng.normal(0, 1e-6, (4, motion_m.size)), rate_hz)
    assert 60 / found.period_s == pytest.approx(heart, rel=0.04)
    assert found.clarity > 0.12


@pytest.mark.parametrize("seed", range(10))
def test_noise_is_not_clear(seed):
    noise = np.random.default_rng(seed).normal(0, 1e-6, (4, 6000))
    assert period_of(noise, 200.0).clarity < 0.12


def test_frames_too_slow_for_the_bursts_are_refused():
    motion_m, _ = chest(np.random.default_rng(0), rate_hz=20.0)
    with pytest.raises(UserError, match="20 Hz; expected 55"):
        burst_envelope(vibration(motion_m[None], 20.0), 20.0)


def test_nothing_that_stands_still_or_ends_at_once_has_a_period():
    for still in (np.zeros((3, 4000)), np.ones((1, 4000)), np.eye(2, 100)):
        assert beat_period(burst_envelope(still, 200.0), 200.0) == (None, 0.0)
