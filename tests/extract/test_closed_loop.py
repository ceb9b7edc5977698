"""The MMECG radar before a lying person, and the motion that comes out against the one put in."""

import dataclasses

import numpy as np
import pytest
from scipy.signal import butter, sosfiltfilt

from radarkit.capture import RadarConfig
from radarkit.datasets.recipes import load_recipe
from radarkit.extract import ExtractConfig, extract
from radarkit.extract.vibration import vibration
from radarkit.simulate.fmcw import MMECG_RADAR, simulate_capture
from radarkit.simulate.scene import FrontEndConfig, Reflector
from radarkit.simulate.subject import draw_heart, draw_subject
from radarkit.simulate.trial import simulate_trial

SCENE = FrontEndConfig(
    chest_range_m=0.45,
    chest_width_m=0.25,
    chest_height_m=0.25,
    snr_db=0,  # chest and noise equally strong in each ADC sample
    clutter=(  # 20 dB above the chest: what the antennas leak, and a mattress right behind it
        Reflector(range_m=0.06, level_db=17),
        Reflector(range_m=0.52, level_db=17, azimuth_deg=-20),
    ),
)


def band(motion_m):
    """0.8 to 25 Hz, the ends of the recording left out."""
    sos = butter(4, (0.8, 25), "bandpass", fs=200, output="sos")
    return sosfiltfilt(sos, motion_m, axis=-1)[..., 200:-200]


@pytest.mark.parametrize("phase", ["arctangent", "dacm"])
def test_displacement_is_the_truth_to_five_micrometres_at_all_points(
    chest, capture_of_chest, phase
):
    motion_m, heart = chest(np.random.default_rng(1), seconds=40, breathing_mm=5, heart_mm=0.2)
    capture = capture_of_chest(motion_m, MMECG_RADAR, SCENE, points=50)
    found = extract(capture, ExtractConfig(phase=phase))
    assert found.displacement_m.shape == (50, 8000)
    error_m = band(found.displacement_m.astype(float)) - band(motion_m)
    assert error_m.std(axis=1).max() < 5e-6
    gains = [np.polyfit(motion_m, point, 1)[0] for point in found.displacement_m]
    np.testing.assert_allclose(gains, 1, atol=0.01)  # scale and sign
    report = found.report
    assert report.range_m == pytest.approx(0.46, abs=0.02)  # the middle of a flat chest
    assert report.heart_rate_per_min == pytest.approx(heart, abs=1)
    assert report.breathing_rate_per_min == pytest.approx(15, abs=0.5)
    assert found.valid.all() and not report.motion_segments
    # the chest reaches 0.13 m to either side
    assert np.abs(found.positions_m[:, 0]).max() < 0.25


@pytest.mark.parametrize(("loops", "period_s"), [(1, 0.005), (64, 0.010), (64, 0.0333)])
def test_motion_stands_at_its_own_time_however_many_chirps_a_frame_has(
    chest, capture_of_chest, loops, period_s
):
    """64 loops of 150 us take 9.6 ms, and their mean is of 4.7 ms behind the first."""
    motion_m, _ = chest(np.random.default_rng(2), seconds=20, breathing_mm=3, heart_mm=0.4)
    frame = {"loops": loops, "tx_order": (0,), "period_s": period_s, "chirp_period_s": 150e-6}
    chirp = MMECG_RADAR.chirp.model_copy(update={"samples": 64})
    radar = RadarConfig.model_validate(
        MMECG_RADAR.model_dump() | {"chirp": chirp.model_dump(), "frame": frame, "array": {"rx": 2}}
    )
    near = SCENE.model_copy(update={"clutter": (), "snr_db": 20})
    found = extract(capture_of_chest(motion_m, radar, near, points=2), ExtractConfig(channels=1))
    sos = butter(4, (0.8, 8), "bandpass", fs=200, output="sos")
    ours, true = (
        sosfiltfilt(sos, each)[200:-200]
        for each in (found.displacement_m[0, :3990].astype(float), motion_m[:3990])
    )
    slope = 200 * np.gradient(true)
    late_s = -((ours - true) @ slope) / (slope @ slope)
    assert abs(late_s) < 6e-4


def locked_share(vibrations, r_peaks):
    """Share of the energy of bursts, 8 to 25 Hz, that is bound to R: (points,)."""
    sos = butter(4, (8, 25), "bandpass", fs=200, output="sos")
    envelope = np.abs(sosfiltfilt(sos, vibrations, axis=1))
    beats = np.stack([envelope[:, r : r + 120] for r in r_peaks if r + 120 <= envelope.shape[1]])
    mean = beats.mean(axis=0)  # (points, sample)
    return mean.var(axis=1) / beats.var(axis=(0, 2))


def test_most_points_hold_energy_that_follows_the_heart(capture_of):
    rng = np.random.default_rng(5)
    subject = draw_subject(load_recipe(), 50, np.random.SeedSequence(5))
    breath = subject.person.respiration.model_copy(update={"amplitude_m": 2.5e-3})
    person = subject.person.model_copy(update={"respiration": breath})
    subject = dataclasses.replace(subject, person=person)
    trial = simulate_trial(subject, draw_heart(subject, 40.0, rng), rng, name=("s", "1")).recording
    blocks = simulate_capture(
        trial.radar, 200.0, MMECG_RADAR, SCENE, rng, positions_m=trial.positions_m
    )
    found = extract(capture_of(np.concatenate(list(blocks)), MMECG_RADAR))
    vibrations = vibration(found.displacement_m, 200.0)
    locked = locked_share(vibrations, trial.r_peaks)
    # what chance gives: the same beats, put anywhere
    by_chance = np.stack(
        [
            locked_share(vibrations, np.sort(rng.integers(0, 7800, trial.r_peaks.size)))
            for _ in range(100)
        ]
    )
    assert (locked > by_chance.max(axis=0)).sum() >= 40
