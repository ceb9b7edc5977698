import numpy as np
import pytest

from radarkit.ecg import find_r_peaks
from radarkit.simulate.ecg import Morphology, draw_ecg, t_ends_s
from radarkit.simulate.rhythm import NORMAL, VENTRICULAR, Beats

PLAIN = Morphology(beat_spread=0, noise_mv=0, t_rate_exponent=0)


def beats_at(*times, kinds=None):
    kinds = [NORMAL] * len(times) if kinds is None else kinds
    return Beats(np.array(times), np.array(kinds, np.int8))


def test_the_ecg_peaks_at_its_r_times_and_t_follows_the_interval():
    beats = beats_at(-0.9, 0.1, 0.9, 1.5, 2.5, 4.0)
    ecg = draw_ecg(PLAIN, beats, np.zeros(1000), 200.0, np.random.default_rng(0))
    for index in (1, 2, 3, 4):
        time = beats.r_times_s[index]
        near = slice(round(time * 200) - 6, round(time * 200) + 7)
        assert near.start + ecg[near].argmax() == pytest.approx(time * 200, abs=1)
        rr = time - beats.r_times_s[index - 1]
        t_wave = round((time + 0.29 * np.cbrt(rr)) * 200)
        assert ecg[t_wave] == pytest.approx(0.28, abs=0.01)


def test_the_tangent_to_the_falling_t_wave_meets_the_baseline_at_its_end():
    beats = beats_at(-1.2, 0.5, 1.5, 2.9)
    alone = PLAIN.model_copy(
        update={name: PLAIN.p.model_copy(update={"amplitude_mv": 0.0}) for name in "pqrs"}
    )
    ecg = draw_ecg(alone, beats, np.zeros(40_000), 10_000.0, np.random.default_rng(0))
    for end, top in zip(t_ends_s(alone, beats)[1:3], (0.5, 1.5), strict=True):
        falling = np.arange(round(top * 1e4) + 2000, round(top * 1e4) + 5000)
        steepest = falling[np.gradient(ecg[falling].astype(float)).argmin()]
        slope = float(ecg[steepest + 5] - ecg[steepest - 5]) / 1e-3
        assert steepest / 1e4 - ecg[steepest] / slope == pytest.approx(end, abs=2e-3)


def test_a_ventricular_beat_is_broad_without_p_and_with_an_inverted_t():
    kinds = [NORMAL, NORMAL, VENTRICULAR, NORMAL]
    beats = beats_at(0.0, 1.0, 2.0, 3.0, kinds=kinds)
    ecg = draw_ecg(PLAIN, beats, np.zeros(800), 200.0, np.random.default_rng(0))

    def at(seconds):
        return ecg[round(seconds * 200)]

    assert at(1 - 0.16) > 0.1 > 0.02 > abs(at(2 - 0.16))
    assert at(1 + 0.29) > 0.2 and at(2 + 0.29) < -0.2
    above = [(ecg[i * 200 - 20 : i * 200 + 20] > ecg[i * 200] / 2).sum() for i in (1, 2)]
    assert above[1] >= 2 * above[0]


def test_t_is_lower_where_the_heart_is_faster_and_breath_scales_all():
    slower = PLAIN.model_copy(update={"t_rate_exponent": 1.0, "breath_share": 0.1})
    beats = beats_at(-1, 0, 1, 2, 2.5, 3)
    ecg = draw_ecg(slower, beats, np.ones(800), 200.0, np.random.default_rng(0))
    assert ecg[round((1 + 0.29) * 200)] == pytest.approx(0.28 * 1.1, rel=0.02)
    assert ecg[round((3 + 0.29 * np.cbrt(0.5)) * 200)] == pytest.approx(0.14 * 1.1, rel=0.03)


@pytest.mark.parametrize("status", ["NB", "IB", "SP", "PE"])
def test_a_detector_finds_the_beats_of_simulated_people(simulate, status):
    found = missed = 0
    for seed in range(6):
        trial = simulate(seed, 30.0, channels=1, status=status)[1].recording
        detected = find_r_peaks(trial.ecg, 200.0)
        inner = trial.r_peaks[(trial.r_peaks > 100) & (trial.r_peaks < 5900)]
        distance = np.abs(inner[:, None] - detected).min(axis=1)
        found, missed = found + (distance <= 2).sum(), missed + (distance > 2).sum()
    assert missed <= 0.01 * found
