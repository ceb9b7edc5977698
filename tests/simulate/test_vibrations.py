"""The two vibrations: the published equation, when they come, and how a chest shows them."""

import numpy as np
import pytest
from scipy import signal

from radarkit.simulate.chest import Points
from radarkit.simulate.heart import Heart
from radarkit.simulate.mechanics import Burst, beat_strengths, draw_beat_times
from radarkit.simulate.two_vibration import draw_vibration


def points(lag_s=(0.0, 0.0), polarity=(1.0, 1.0), gain=(1.0, 1.0), pitch=(1.0, 1.0)):
    fields = (np.array(values) for values in (gain, lag_s, polarity, pitch, (1.0, 1.0)))
    return Points(np.zeros((2, 3)), *fields)


@pytest.fixture
def mechanics(recipe):
    drawn = recipe.person(np.random.SeedSequence(0), "NB").mechanics
    return drawn.model_copy(update={"delay_spread_s": 0.0, "beat_spread": 0.0, "amplitude_m": 2e-5})


def heart_at(r_times_s, t_end_s=()):
    return Heart(np.zeros(10, np.float32), np.asarray(r_times_s), "test", "", np.array(t_end_s))


def test_vibrations_are_the_published_equation(mechanics, rng):
    burst = Burst(share=0.5, width_s=0.07, frequency_hz=12.0, steadiness=1.0)
    times = np.array([0.6, 1.6, 2.6])
    where = points(lag_s=(0.0, 0.02), polarity=(1, -1), gain=(1, 0.4), pitch=(1, 1.25))
    drawn = draw_vibration(burst, mechanics, where, times, np.ones(3), (700, 200.0), rng)
    t = np.arange(700) / 200
    heights = (1e-5, 0.4e-5)
    for channel, lag_s, pitch, height in zip(drawn, (0, 0.02), (1, 1.25), heights, strict=True):
        for time in times + lag_s:
            near = np.abs(t - time) < 0.25
            envelope = np.exp(-(((t - time) / 0.07) ** 2))[near]
            turn = 2 * np.pi * 12 * pitch * (t - time)[near]
            basis = np.stack([envelope * np.cos(turn), envelope * np.sin(turn)], axis=1)
            weights, *_ = np.linalg.lstsq(basis, channel[near], rcond=None)
            np.testing.assert_allclose(basis @ weights, channel[near], atol=1e-10)
            assert np.hypot(*weights) == pytest.approx(height, rel=1e-5)


def test_intervals_are_those_of_weissler_and_shorten_with_the_rate(mechanics, rng):
    # at 70 per minute: PEP 104 ms, QS2 404 ms, so LVET 300 ms (Weissler 1968: 413 - 1.7 * 70 = 294)
    plain = mechanics.model_copy(update={"after_opening_s": 0.0, "after_closing_s": 0.0})
    for rate, pep_s, qs2_s in ((70, 0.104, 0.404), (110, 0.088, 0.322)):
        r_times = np.arange(5) * 60 / rate
        times = draw_beat_times(plain, heart_at(r_times), rng)
        np.testing.assert_allclose(times.t1_s - r_times, pep_s - 0.04, atol=1e-9)
        np.testing.assert_allclose(times.t2_s - r_times, qs2_s - 0.04, atol=1e-9)


def test_the_valve_closes_later_where_t_ends_later(mechanics, rng):
    r_times = np.arange(5.0)
    usual = draw_beat_times(mechanics, heart_at(r_times, r_times + 0.38), rng)
    unknown = draw_beat_times(mechanics, heart_at(r_times), rng)
    late = draw_beat_times(mechanics, heart_at(r_times, r_times + 0.43), rng)
    np.testing.assert_allclose(usual.t2_s, unknown.t2_s)
    np.testing.assert_allclose(late.t2_s - usual.t2_s, 0.05 * mechanics.t_end_share)
    np.testing.assert_allclose(late.t1_s, usual.t1_s)


def test_an_early_beat_is_weak_and_the_one_after_the_pause_strong(mechanics):
    heart = heart_at([0.0, 1.0, 2.0, 2.6, 4.0, 5.0, 6.0])
    strengths = beat_strengths(mechanics, heart, np.zeros(1400), 200.0)
    assert strengths[3] < strengths[2] == 1 < strengths[4]


def test_carriers_do_not_repeat_from_beat_to_beat_but_envelopes_do(mechanics, rng):
    times = np.arange(0.5, 200, 0.9)
    grid = (40_000, 200.0)
    ones = np.ones(times.size)
    alike = mechanics.v1.model_copy(update={"steadiness": 1.0})
    drawn = draw_vibration(alike, mechanics, points(), times, ones, grid, rng)[0]
    cut = np.stack([drawn[round(t * 200) - 40 : round(t * 200) + 40] for t in times])

    def locked(x):
        return x.mean(axis=0).var() / x.var()

    assert locked(cut) < 0.05
    assert locked(np.abs(signal.hilbert(cut, axis=1))) > 0.7


@pytest.mark.parametrize(("steadiness", "spread"), [(0.0, np.sqrt(4 / np.pi - 1)), (1.0, 0.0)])
def test_heights_follow_rices_law(mechanics, rng, steadiness, spread):
    # Rayleigh without a steady part: standard deviation over mean is sqrt(4 / pi - 1)
    burst = mechanics.v1.model_copy(update={"steadiness": steadiness})
    times = np.arange(1.0, 1001.0)
    grid = (200 * 1002, 200.0)
    drawn = draw_vibration(burst, mechanics, points(), times, np.ones(1000), grid, rng)[0]
    energy = [(drawn[round(t * 200) - 60 : round(t * 200) + 60] ** 2).sum() for t in times]
    heights = np.sqrt(energy)
    assert heights.std() / heights.mean() == pytest.approx(spread, abs=0.03)
    # the carrier's phase hardly matters to the energy of a burst of some periods
    alone = 2e-5**2 * burst.width_s * np.sqrt(np.pi / 2) / 2 * 200
    assert np.mean(energy) == pytest.approx(alone, rel=0.1)
