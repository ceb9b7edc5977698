import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radarkit.datasets.reader import Dataset
from radarkit.datasets.recipes import load_recipe
from radarkit.datasets.simulation import SimulationConfig, simulate_dataset
from radarkit.datasets.window_reader import read_window
from radarkit.datasets.windows import WindowConfig, window_starts
from radarkit.spectrogram.energy import TYPICAL_S, cycle_length_s

RATE_HZ, FRAMES = 30.0, 120


def bursts(at_s, channels=3, rows=20):
    """Two vibrations a beat, 0.3 s apart, the second half as strong."""
    time_s = np.arange(FRAMES) / RATE_HZ
    energy = sum(
        height * np.exp(-0.5 * ((time_s - beat - lag_s) / 0.06) ** 2)
        for beat in at_s
        for lag_s, height in ((0.0, 1.0), (0.3, 0.5))
    )
    return np.broadcast_to(energy, (channels, rows, FRAMES))


@settings(max_examples=30)
@given(st.floats(0.7, 1.4), st.floats(0, 1))
def test_the_period_of_even_beats_is_found_within_a_frame(period_s, phase):
    beats_s = period_s * (phase + np.arange(-2, 8))
    found = cycle_length_s(bursts(beats_s), RATE_HZ)
    assert found == pytest.approx(period_s, abs=1 / RATE_HZ)


def test_the_commonest_distance_is_told_when_a_beat_is_lost():
    beats_s = np.array([0.3, 1.1, 1.9, 3.5])
    assert cycle_length_s(bursts(beats_s), RATE_HZ) == pytest.approx(0.8, abs=1 / RATE_HZ)


@pytest.mark.parametrize("level", [0.0, 0.1, 1 / 3, 7e5])
def test_where_nothing_beats_or_beats_once_a_typical_length_is_told(level):
    still = np.full((4, 71, FRAMES), level)
    assert cycle_length_s(still, RATE_HZ) == TYPICAL_S
    once = bursts([2.0], rows=71)[:1] * np.hanning(FRAMES)  # without the second vibration's bump
    once = once * (np.arange(FRAMES) < 65)
    assert cycle_length_s(once, RATE_HZ) == TYPICAL_S


def test_simulated_hearts_have_the_cycle_length_that_their_ecg_has(tmp_path):
    recipe = load_recipe("lying", subjects=4, duration_s=30, channels=6)
    simulate_dataset(tmp_path / "data.h5", SimulationConfig(recipe=recipe, seed=2))
    dataset, config = Dataset(tmp_path / "data.h5"), WindowConfig(hop_s=2.0)
    found, true = [], []
    for header in dataset.trials:
        _, r_peaks = dataset.labels(header)
        for start in window_starts(header.samples, header.frame_rate_hz, config):
            inside = r_peaks[(r_peaks >= start) & (r_peaks < start + config.samples)]
            true.append(np.median(np.diff(inside)) / 200)
            window = read_window(dataset, header, int(start), config)
            found.append(cycle_length_s(window, header.frame_rate_hz))
    error = np.abs(np.divide(found, true) - 1)
    blind = np.abs(TYPICAL_S / np.array(true) - 1)
    assert np.median(error) < 0.05 and np.median(error) < np.median(blind) / 2
