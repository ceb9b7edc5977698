import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from radarkit.simulate.ecg import Morphology, draw_ecg
from radarkit.simulate.noise import AbruptNoise, ConstantNoise, abrupt_noise, constant_noise
from radarkit.simulate.rhythm import Rhythm, draw_r_times
from radarkit.simulate.subject import draw_subject
from radarkit.simulate.trial import draw_heart, simulate_trial
from radarkit.simulate.two_vibration import Mechanics, Vibration, draw_beat_times, draw_vibration


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("rate", [55.0, 74.0, 100.0])
def test_the_rhythm_has_the_rate_and_the_two_bands_that_were_asked_for(rate):
    times = draw_r_times(
        Rhythm(heart_rate_per_min=rate, lf_s=0.03, hf_s=0.03), 15.0, 1200.0, rng(1)
    )
    rr = np.diff(times)
    assert 60 / rr.mean() == pytest.approx(rate, rel=0.02)
    assert rr.std() == pytest.approx(np.hypot(0.03, 0.03), rel=0.25)
    grid = np.arange(0, 1200, 0.25)
    frequency, power = signal.welch(np.interp(grid, times[1:], rr), 4, nperseg=1024)
    low = power[(frequency > 0.05) & (frequency < 0.15)].sum()
    high = power[(frequency > 0.22) & (frequency < 0.28)].sum()  # 15 breaths per minute
    assert (low + high) / power[frequency > 0.02].sum() > 0.9
    assert 0.4 < low / high < 2.5


def test_the_ecg_peaks_at_its_r_times_and_t_follows_the_interval():
    times = np.array([-0.9, 0.1, 0.9, 1.5, 2.5, 4.0])
    ecg = draw_ecg(Morphology(beat_spread=0), times, 1000, 200.0, rng())
    for index in (1, 2, 3, 4):
        near = slice(round(times[index] * 200) - 6, round(times[index] * 200) + 7)
        assert near.start + ecg[near].argmax() == pytest.approx(times[index] * 200, abs=1)
        rr = times[index] - times[index - 1]
        t_wave = round((times[index] + 0.29 * np.cbrt(rr)) * 200)
        assert ecg[t_wave] == pytest.approx(0.28, abs=0.05)


def test_vibrations_are_the_seeds_equation():
    mechanics = Mechanics(delay_s=0.08, ejection_s=0.25, delay_spread_s=0.0)
    r_times = np.array([0.5, 1.5, 2.5])
    times = draw_beat_times(mechanics, r_times, rng())
    np.testing.assert_allclose(times.t1_s, r_times + 0.08)
    np.testing.assert_allclose(times.t2_s, r_times + 0.33)
    points = [
        Vibration(amplitude_m=2e-5, width_s=0.07, frequency_hz=12.0),
        Vibration(amplitude_m=1e-5, width_s=0.07, frequency_hz=15.0, lag_s=0.02),
    ]
    quiet = mechanics.model_copy(update={"amplitude_spread": 0.0})
    drawn = draw_vibration(points, times.t1_s, 700, 200.0, quiet, rng(3))
    t = np.arange(700) / 200
    for channel, point in zip(drawn, points, strict=True):
        for time in times.t1_s + point.lag_s:
            near = np.abs(t - time) < 0.25
            envelope = np.exp(-(((t - time) / point.width_s) ** 2))[near]
            turn = 2 * np.pi * point.frequency_hz * (t - time)[near]
            basis = np.stack([envelope * np.cos(turn), envelope * np.sin(turn)], axis=1)
            weights, *_ = np.linalg.lstsq(basis, channel[near], rcond=None)
            np.testing.assert_allclose(basis @ weights, channel[near], atol=1e-10)
            assert np.hypot(*weights) == pytest.approx(point.amplitude_m, rel=1e-6)


def test_carriers_do_not_repeat_from_beat_to_beat_but_envelopes_do():
    subject = draw_subject(4, rng(1))
    times = np.arange(0.5, 200, 0.9)
    drawn = draw_vibration(subject.v1, times, 40_000, 200.0, subject.mechanics, rng(2))[0]
    cut = np.stack([drawn[round(t * 200) - 40 : round(t * 200) + 40] for t in times])

    def locked(x):
        return x.mean(axis=0).var() / x.var()

    assert locked(cut) < 0.05
    assert locked(np.abs(signal.hilbert(cut, axis=1))) > 0.7


@settings(max_examples=25)
@given(st.floats(-12, 12), st.integers(0, 100))
def test_the_realised_snr_is_the_asked_one_on_every_channel(snr_db, seed):
    cardiac = rng(seed).standard_normal((3, 2000)) * np.array([[1e-5], [2e-5], [5e-6]])
    noise = constant_noise(cardiac, ConstantNoise(snr_db=snr_db), rng(seed + 1))
    realised = 10 * np.log10((cardiac**2).mean(axis=1) / (noise**2).mean(axis=1))
    np.testing.assert_allclose(realised, snr_db, atol=1e-9)


@settings(max_examples=25)
@given(st.sampled_from([1.0, 2.0, 3.0]), st.floats(1, 10), st.integers(0, 100))
def test_movements_last_as_long_and_come_as_often_as_asked_at_their_snr(length_s, per_min, seed):
    cardiac = rng(seed).standard_normal((2, 200 * 60)) * 1e-5
    noise = abrupt_noise(
        cardiac, AbruptNoise(snr_db=-9, length_s=length_s, per_min=per_min), 200.0, rng(seed)
    )
    moving = (noise != 0).any(axis=0)
    assert moving.sum() == round(per_min) * round(length_s * 200)
    ratio = (cardiac[:, moving] ** 2).mean() / (noise[:, moving] ** 2).mean()
    assert 10 * np.log10(ratio) == pytest.approx(-9, abs=0.3)


def test_a_trial_is_the_sum_of_its_parts_and_repeats_with_its_seed():
    subject = draw_subject(3, rng(4))

    def simulate(**noise):
        heart = draw_heart(subject, 20.0, rng(5))
        return simulate_trial(subject, heart, rng(6), name=("anna", "1"), **noise)

    quiet, again = simulate(), simulate()
    np.testing.assert_array_equal(quiet.recording.radar, again.recording.radar)
    noisy = simulate(constant=ConstantNoise(snr_db=0))
    noise = noisy.recording.radar - quiet.recording.radar
    ratio = (quiet.cardiac_m**2).mean(axis=1) / (noise**2).mean(axis=1)
    np.testing.assert_allclose(10 * np.log10(ratio), 0, atol=0.1)
    peaks = quiet.recording.r_peaks
    assert (np.abs(quiet.recording.ecg[peaks]) > 0.3).all()
    after = quiet.beat_times.t1_s[:, None] - peaks / 200
    assert (np.abs(after - subject.mechanics.delay_s).min(axis=0) < 0.02).all()
