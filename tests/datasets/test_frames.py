"""A chest seen in few frames a second: what is slow stays, what is fast is folded."""

import numpy as np
import pytest

from radarkit.datasets import Dataset
from radarkit.datasets.frames import seen_in_frames
from radarkit.datasets.recipes import load_recipe
from radarkit.datasets.simulation import SimulationConfig, simulate_dataset
from radarkit.recording import Recording

RATE_HZ, SECONDS = 200.0, 30
TIME_S = np.arange(int(RATE_HZ * SECONDS)) / RATE_HZ
INNER = slice(800, -800)  # 4 s from either end, where a filter continues the motion


def swinging(f_hz, phase_rad=0.3):
    motion = 1e-3 * np.cos(2 * np.pi * f_hz * TIME_S + phase_rad)
    return Recording(motion[None].astype(np.float32), RATE_HZ, "a", "1", r_peaks=np.array([5, 9]))


@pytest.mark.parametrize(("f_hz", "frame_rate_hz"), [(0.3, 20), (7.0, 20), (12.0, 40), (19.0, 50)])
def test_motion_slower_than_half_the_frame_rate_is_seen_as_it_is(f_hz, frame_rate_hz):
    recording = swinging(f_hz)
    seen = seen_in_frames(recording, frame_rate_hz)
    np.testing.assert_allclose(seen.radar[:, INNER], recording.radar[:, INNER], atol=1e-7)


@pytest.mark.parametrize(("f_hz", "frame_rate_hz", "folded_hz"), [(14, 20, 6), (23, 25, 2)])
def test_faster_motion_is_folded_below_it(f_hz, frame_rate_hz, folded_hz):
    seen = seen_in_frames(swinging(f_hz, 0.3), frame_rate_hz)
    folded = swinging(folded_hz, -0.3)
    np.testing.assert_allclose(seen.radar[:, INNER], folded.radar[:, INNER], atol=1e-7)


def test_labels_and_length_stay_and_the_whole_rate_changes_nothing():
    recording = swinging(3.0)
    seen = seen_in_frames(recording, 18)
    assert seen.radar.shape == recording.radar.shape
    assert seen.radar.dtype == np.float32
    np.testing.assert_array_equal(seen.r_peaks, recording.r_peaks)
    assert seen_in_frames(recording, 200) is recording
    assert seen_in_frames(recording, 1000) is recording


def test_the_frame_rate_of_a_recipe_changes_the_radar_and_nothing_else(tmp_path):
    for name, rate_hz in (("whole.h5", 200), ("slow.h5", 20)):
        recipe = load_recipe("varied", subjects=1, duration_s=12.0, channels=2, trials=("NB",))
        trial = recipe.trial | {"frame_rate_hz": rate_hz}
        config = SimulationConfig(recipe=recipe.model_copy(update={"trial": trial}), seed=4)
        recipe = type(recipe).model_validate(config.recipe.model_dump())
        simulate_dataset(tmp_path / name, config.model_copy(update={"recipe": recipe}))
    whole, slow = (Dataset(tmp_path / name) for name in ("whole.h5", "slow.h5"))
    a, b = (data.recording(data.trials[0]) for data in (whole, slow))
    np.testing.assert_array_equal(a.ecg, b.ecg)
    np.testing.assert_array_equal(a.r_peaks, b.r_peaks)
    np.testing.assert_array_equal(seen_in_frames(a, 20).radar, b.radar)
    fast = np.fft.rfftfreq(b.samples, 1 / RATE_HZ) > 12
    power = [np.sum(np.abs(np.fft.rfft(np.diff(x.radar, 2)))[:, fast[:-1]] ** 2) for x in (a, b)]
    assert power[1] < 1e-3 * power[0]
