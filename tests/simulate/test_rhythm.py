import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from radarkit.simulate.respiration import Respiration, draw_breath
from radarkit.simulate.rhythm import ATRIAL, VENTRICULAR, Rhythm, draw_beats

STEADY = Rhythm(heart_rate_per_min=70, lf_s=0, hf_s=0)


def breath_of(seconds, seed=0, per_min=15.0):
    plain = Respiration(rate_per_min=per_min, amplitude_m=3e-3, irregularity=0, depth_spread=0)
    return draw_breath(plain, round(200 * seconds), 200.0, np.random.default_rng(seed))


@pytest.mark.parametrize("rate", [55.0, 74.0, 100.0])
def test_the_rhythm_has_the_rate_and_the_two_bands_that_were_asked_for(rate):
    rhythm = Rhythm(heart_rate_per_min=rate, lf_s=0.03, hf_s=0.03)
    times = draw_beats(rhythm, breath_of(1200), np.random.default_rng(1)).r_times_s
    rr = np.diff(times)
    assert 60 / rr.mean() == pytest.approx(rate, rel=0.02)
    assert rr.std() == pytest.approx(np.hypot(0.03, 0.03), rel=0.25)
    grid = np.arange(0, 1200, 0.25)
    frequency, power = signal.welch(np.interp(grid, times[1:], rr), 4, nperseg=1024)
    low = power[(frequency > 0.05) & (frequency < 0.15)].sum()
    high = power[(frequency > 0.22) & (frequency < 0.28)].sum()  # 15 breaths per minute
    assert (low + high) / power[frequency > 0.02].sum() > 0.9
    assert 0.4 < low / high < 2.5


def test_breathing_in_shortens_the_interval():
    breath = breath_of(300)
    rhythm = Rhythm(heart_rate_per_min=70, lf_s=0, hf_s=0.04)
    times = draw_beats(rhythm, breath, np.random.default_rng(0)).r_times_s
    inside = (times[:-1] > 0) & (times[:-1] < 299)
    full = breath[(times[:-1][inside] * 200).astype(int)]
    assert np.corrcoef(full, np.diff(times)[inside])[0, 1] < -0.99


def test_the_heart_slows_down_after_exercise():
    rhythm = Rhythm(heart_rate_per_min=80, lf_s=0, hf_s=0, recovery_per_min=40, recovery_s=50)
    times = draw_beats(rhythm, np.zeros(200 * 200), np.random.default_rng(0)).r_times_s
    rate = 60 / np.diff(times)
    at = times[:-1]
    after = at >= 0
    expected = 80 + 40 * np.exp(-at[after] / 50)
    np.testing.assert_allclose(rate[after], expected, rtol=0.01)


def test_early_beats_come_as_often_as_asked_and_the_ventricular_ones_are_made_up_for():
    rhythm = STEADY.model_copy(update={"atrial_per_min": 3.0, "ventricular_per_min": 2.0})
    beats = draw_beats(rhythm, np.zeros(200 * 3600), np.random.default_rng(3))
    rr = np.diff(beats.r_times_s)
    for kind, per_min in ((ATRIAL, 3.0), (VENTRICULAR, 2.0)):
        at = np.flatnonzero(beats.kinds == kind)
        assert at.size / 60 == pytest.approx(per_min, rel=0.25)
        assert (rr[at - 1] < 0.8 * 60 / 70).all()
        after = rr[at[at < rr.size]]
        if kind == VENTRICULAR:  # two intervals together last as long as two ordinary ones
            np.testing.assert_allclose(after + rr[at[: after.size] - 1], 2 * 60 / 70, atol=1e-9)
        else:
            assert np.median(after) == pytest.approx(60 / 70)


def test_pauses_come_as_often_as_asked():
    rhythm = STEADY.model_copy(update={"pause_per_min": 1.0})
    beats = draw_beats(rhythm, np.zeros(200 * 3600), np.random.default_rng(3))
    long = np.diff(beats.r_times_s) > 1.5 * 60 / 70
    assert long.sum() / 60 == pytest.approx(1.0, rel=0.4)


@settings(max_examples=30)
@given(
    st.floats(47, 150), st.floats(0, 0.1), st.floats(0, 0.1), st.floats(0, 20), st.integers(0, 99)
)
def test_beats_ascend_reach_beyond_both_ends_and_never_fall_over_each_other(
    rate, lf_s, hf_s, early, seed
):
    rhythm = Rhythm(
        heart_rate_per_min=rate,
        lf_s=lf_s,
        hf_s=hf_s,
        atrial_per_min=early,
        ventricular_per_min=early,
    )
    beats = draw_beats(rhythm, breath_of(15, seed), np.random.default_rng(seed))
    assert beats.r_times_s[0] < 0 and beats.r_times_s[-1] > 15
    assert np.diff(beats.r_times_s).min() > 0.15
    assert beats.kinds.size == beats.r_times_s.size
