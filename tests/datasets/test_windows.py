from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from radarkit.datasets.loading import WindowDataset
from radarkit.datasets.reader import Dataset
from radarkit.datasets.store import create
from radarkit.datasets.windows import (
    R_FRACTION,
    WindowConfig,
    aligned_step,
    central_beat,
    cut_cycle,
    draw_anchors,
    targets,
    window_starts,
)
from radarkit.errors import UserError

from .conftest import make_trial

CONFIG = WindowConfig()


@given(st.floats(300, 900), st.floats(60, 260))
def test_the_r_peak_of_a_cut_cycle_is_where_it_should_be(r_peak, length):
    ecg = np.maximum(0, 1 - np.abs(np.arange(1500) - r_peak) / 15).astype(np.float32)
    cycle = cut_cycle(ecg, r_peak, length)
    at = (cycle * np.arange(200)).sum() / cycle.sum()  # the bump is symmetric
    assert at == pytest.approx(R_FRACTION * 199, abs=0.5)


@given(
    st.lists(st.integers(70, 260), min_size=4, max_size=12),
    st.integers(0, 500),
)
def test_targets_describe_the_beat_nearest_the_centre(intervals, start):
    peaks = np.cumsum([40, *intervals])
    ecg = np.random.default_rng(0).standard_normal(4000).astype(np.float32)
    target = targets(ecg, peaks, start, CONFIG)
    nearest = np.abs(peaks - start - 400).argmin()
    if nearest + 1 == len(peaks) or abs(peaks[nearest] - start - 400) > 400:
        assert target is None
        return
    assert target.length + 1 == peaks[nearest + 1] - peaks[nearest]
    assert (target.shape.min(), target.shape.max()) == (0, 1)
    inside = peaks[(peaks >= start) & (peaks < start + 800)] - start
    assert (target.anchors[inside] == 1).all()
    assert (np.flatnonzero(target.anchors == 1) == inside).all()


def test_a_pause_longer_than_the_classes_is_no_target():
    assert central_beat(np.array([100, 400, 661]), 0, CONFIG) is None
    assert central_beat(np.array([100, 400, 660]), 0, CONFIG) == 1


def test_a_sigma_of_zero_draws_impulses():
    impulses = draw_anchors(np.array([10, 900]), 0, WindowConfig(anchor_sigma_s=0))
    assert impulses.sum() == impulses[10] == 1


@given(st.integers(800, 20_000), st.sampled_from([30.0, 25.0, 50.0, 40.0]))
def test_windows_and_frames_begin_at_the_same_instant(samples, frame_rate_hz):
    starts = window_starts(samples, frame_rate_hz, CONFIG)
    frames = starts * frame_rate_hz / 200
    assert (frames == np.rint(frames)).all()
    assert starts[0] == 0 and starts[-1] + 800 <= samples
    assert aligned_step(30.0) == 20


def test_a_trial_shorter_than_a_window_has_none():
    assert window_starts(799, 30.0, CONFIG).size == 0


def test_windows_hold_the_frames_of_their_instant(data):
    dataset = Dataset(data)
    windows = WindowDataset(dataset, ("ben",), CONFIG)
    header = next(trial for trial in dataset.trials if trial.subject == "ben")
    raw = dataset.frames(header, 12, 132).astype(np.float32)
    window = windows[1]  # starts 0.4 s in
    low, high = raw.min(axis=(1, 2), keepdims=True), raw.max(axis=(1, 2), keepdims=True)
    np.testing.assert_allclose(window.spectrogram, (raw - low) / (high - low), atol=1e-6)
    peaks = np.arange(90, 2400, 170)
    inside = peaks[(peaks >= 80) & (peaks < 880)] - 80
    assert (np.flatnonzero(window.anchors == 1) == inside).all()
    assert window.length == 169


def test_shifted_windows_differ_between_epochs_and_repeat_with_the_seed(data):
    dataset = Dataset(data)
    first, second = (WindowDataset(dataset, ("ben",), CONFIG, seed=5) for _ in range(2))
    second.set_epoch(1)
    before = torch.stack([first[i].spectrogram for i in range(len(first))])
    other = torch.stack([second[i].spectrogram for i in range(len(second))])
    assert not torch.equal(before, other)
    second.set_epoch(0)
    assert torch.equal(before, torch.stack([second[i].spectrogram for i in range(len(second))]))


def test_no_window_at_all_is_an_error(data):
    with pytest.raises(UserError, match="no labelled window of 400 s"):
        WindowDataset(Dataset(data), ("anna",), WindowConfig(length_s=400))


def test_windows_in_which_the_radar_lost_much_are_left_out(tmp_path):
    recording, spectrogram = make_trial("anna", seconds=40.0)
    valid = np.ones(8000, bool)
    valid[4000:4081] = False  # just over a tenth of a window of 4 s
    with create(tmp_path / "data.h5", config={}, seed=None) as writer:
        writer.add(replace(recording, valid=valid), spectrogram)
    windows = WindowDataset(Dataset(tmp_path / "data.h5"), ("anna",), CONFIG)
    starts = np.array([start for _, start in windows._grid])
    lost = np.array([(~valid[start : start + CONFIG.samples]).mean() for start in starts])
    assert lost.max() <= 0.1 and (lost > 0).any()
    assert not ((starts <= 4000) & (starts + CONFIG.samples >= 4081)).any()
    assert (starts < 3000).any() and (starts > 4081).any()
