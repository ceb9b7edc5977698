"""A whole trial: the sum of its parts, the same from the same seed."""

import numpy as np
import pytest

from radarkit.simulate.motion import Motion, draw_movements
from radarkit.simulate.noise import ConstantNoise
from radarkit.simulate.pulse import Pulse, draw_pulse


def test_the_same_seed_gives_the_same_trial_and_noise_has_the_snr_that_was_asked_for(simulate):
    (subject, quiet), (_, again) = simulate(4), simulate(4)
    np.testing.assert_array_equal(quiet.recording.radar, again.recording.radar)
    noisy = simulate(4, noises=(ConstantNoise(snr_db=0),))[1]
    noise = noisy.recording.radar.astype(float) - quiet.recording.radar
    ratio = (quiet.cardiac_m**2).mean(axis=1) / (noise**2).mean(axis=1)
    np.testing.assert_allclose(10 * np.log10(ratio), 0, atol=0.1)
    assert subject.channels == quiet.recording.channels == 3


def test_the_truth_of_each_beat_is_kept(simulate):
    trial = simulate(5, 30.0)[1]
    r_times = trial.heart.r_times_s
    inside = (r_times * 200 >= -0.5) & (r_times * 200 < 6000 - 0.5)
    np.testing.assert_allclose(trial.recording.r_peaks, r_times[inside] * 200, atol=0.5)
    after = trial.beat_times.t1_s - r_times
    assert ((after > 0.06) & (after < 0.2)).all()
    ejection = trial.beat_times.t2_s - trial.beat_times.t1_s
    assert ((ejection > 0.15) & (ejection < 0.4)).all()
    energy = (trial.cardiac_m**2).sum(axis=0)
    bursts = [energy[round(t * 200) - 15 : round(t * 200) + 25].sum() for t in r_times[2:-4] + 0.1]
    rests = [energy[round(t * 200) - 40 : round(t * 200)].sum() for t in r_times[2:-4] - 0.05]
    assert np.median(bursts) > 10 * np.median(rests)


@pytest.mark.parametrize("status", ["NB", "IB", "SP", "PE"])
def test_the_status_is_that_of_the_recording(simulate, status):
    assert simulate(1, status=status)[1].recording.status == status


def test_movements_come_as_often_as_asked_and_leave_the_rest_of_the_trial_alone(rng):
    motion = Motion(limb_per_min=6, limb_m=1e-3, movement_s=2)
    moved = draw_movements(motion, 4, 200 * 1200, 200.0, rng)
    at = (moved != 0).any(axis=0)
    # 120 movements of 2 s on average, some of which overlap
    assert at.mean() == pytest.approx(1 - np.exp(-6 / 60 * 2), rel=0.25)
    # the mean square of a Hann window is 3/8
    assert moved[:, at].std() == pytest.approx(1e-3 * np.sqrt(3 / 8), rel=0.3)
    together = np.corrcoef(moved[:, at])
    assert 0.4 < together[0, 1] < 0.95


def test_a_torso_movement_leaves_the_chest_at_another_place_without_a_step(rng):
    motion = Motion(torso_per_min=1, torso_m=1e-2)
    moved = draw_movements(motion, 2, 200 * 300, 200.0, rng)
    assert np.ptp(moved[:, -1]) == pytest.approx(0, abs=1e-12)
    assert 0 < np.abs(moved[:, -1]).max() < 0.1
    assert np.abs(np.diff(moved)).max() < 1e-3  # a step would be some millimetres


def test_the_pulse_has_its_two_lobes_at_their_times(rng):
    pulse = Pulse(height_m=1e-4, diastole_share=0.5)
    r_times = np.array([-1.0, 0.0, 1.0, 2.0, 3.0])
    wave = draw_pulse(pulse, r_times, np.ones(5), (400, 200.0), rng)
    assert wave[round((1 + 0.12) * 200)] == pytest.approx(1e-4, rel=0.01)
    assert wave[round((1 + 0.42) * 200)] == pytest.approx(0.5e-4, rel=0.01)
    assert abs(wave[round(1.9 * 200)]) < 1e-6
