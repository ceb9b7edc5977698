"""Spectrograms made on the training device are those that the loader makes."""

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch.utils.data import DataLoader, default_collate

from radarkit.datasets.build import spectrogram_of
from radarkit.datasets.live_noise import LiveNoise
from radarkit.datasets.loading import Window, WindowDataset
from radarkit.datasets.noise_ranges import AbruptRange, ConstantRange
from radarkit.datasets.reader import Dataset
from radarkit.datasets.store import create
from radarkit.datasets.vibration_windows import VibrationDataset
from radarkit.datasets.window_reader import WindowReader
from radarkit.datasets.windows import WindowConfig
from radarkit.recording import Quantity, Recording
from radarkit.simulate.noise import AbruptNoise, ConstantNoise
from radarkit.spectrogram import sst
from radarkit.spectrogram.spectrogram import normalise
from radarkit.training.live_spectrogram import LiveSpectrogram
from radarkit.training.opening import open_windows

DEVICES = [
    "cpu",
    pytest.param(
        "cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
    ),
]
CONFIG = WindowConfig()
RANGES = (
    ConstantRange(snr_db=(-3.0, 6.0)),
    AbruptRange(snr_db=(-9.0, 0.0), length_s=(1.0, 3.0), share=0.5),
)
SUBJECTS = ("s0", "s1")


def breathing_chest(subject, seed, quantity, seconds):
    """Bursts on top of what is a thousand times larger, in displacement."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(round(200 * seconds)) / 200
    beat = np.exp(-(((time_s % 0.83) - 0.3) ** 2) / 0.003) * np.cos(2 * np.pi * 11 * time_s)
    radar = rng.normal(1, 0.2, (3, 1)) * beat * 1e-5
    radar += 1e-7 * rng.standard_normal(radar.shape)
    if quantity is Quantity.DISPLACEMENT:
        radar = radar + 2e-3 * np.sin(2 * np.pi * 0.25 * time_s)
    peaks = np.arange(60, time_s.size, 166)
    return Recording(
        radar, 200.0, subject, "1", quantity, ecg=rng.standard_normal(time_s.size), r_peaks=peaks
    )


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """A trial that its context does not fill, and one of 36.67 s, whose last frame is cut off."""
    path = tmp_path_factory.mktemp("live") / "data.h5"
    trials = ((Quantity.DISPLACEMENT, 12.0), (Quantity.ACCELERATION, 36.67))
    with create(path, config={}, seed=0) as writer:
        for index, (kind, seconds) in enumerate(trials):
            recording = breathing_chest(f"s{index}", index, kind, seconds)
            writer.add(recording, spectrogram_of(recording))
    return Dataset(path)


def assert_same(ours, expected, moves=1e-3):
    """Equal but for rounding, which moves a coefficient on the border of two rows to the other."""
    apart = np.abs(ours - expected)
    moved = apart > 1e-5
    assert moved.mean() < moves
    assert apart.sum() < moves * expected.sum()


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("noises", [(), (ConstantNoise(snr_db=-3),), RANGES])
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), epoch=st.integers(0, 3), varied=st.booleans(), more=st.booleans())
def test_a_batch_is_what_the_loader_makes_window_by_window(
    dataset, device, noises, data, epoch, varied, more
):
    config = WindowConfig(few_channels_share=0.5, tilt_db=6) if more else CONFIG
    noise = LiveNoise(noises=noises, seed=3)
    kinds = [
        kind(dataset, SUBJECTS, config, seed=4 if varied else None, noise=noise)
        for kind in (WindowDataset, VibrationDataset)
    ]
    inner = st.integers(0, len(kinds[0]) - 1)
    # the first and the last window of each trial, and some between
    borders = [0, len(kinds[0]) - 1, *np.flatnonzero(np.diff(kinds[0]._grid[:, 0]))]
    numbers = [*borders, borders[-1] + 1, *data.draw(st.lists(inner, max_size=4))]
    for kind in kinds:
        kind.set_epoch(epoch)
    expected, batch = (default_collate([kind[int(n)] for n in numbers]) for kind in kinds)
    moved = type(batch)(*(field.to(device) for field in batch))
    made = LiveSpectrogram(kinds[1].stretch)(moved)
    assert isinstance(made, Window)
    assert made.spectrogram.device.type == device
    assert made.spectrogram.dtype == torch.float32
    for ours, theirs in zip(made[1:], expected[1:], strict=True):
        assert torch.equal(ours.cpu(), theirs)
    assert_same(made.spectrogram.cpu().numpy(), expected.spectrogram.numpy())


@pytest.mark.parametrize("frame_rate_hz", [30.0, 25.0, 40.0])
@pytest.mark.parametrize("seconds", [4.0, 5.2, 21.0])
def test_without_noise_every_window_is_a_cut_of_the_transform_of_its_trial(
    tmp_path, frame_rate_hz, seconds
):
    recording = breathing_chest("s0", 5, Quantity.ACCELERATION, seconds)
    whole = sst(recording.radar, 200.0, frame_rate_hz=frame_rate_hz)
    with create(tmp_path / "data.h5", config={}, seed=0) as writer:
        writer.add(recording, whole)
    dataset = Dataset(tmp_path / "data.h5")
    windows = VibrationDataset(dataset, ("s0",), WindowConfig(hop_s=0.1))
    frames = windows.stretch.frames
    made = LiveSpectrogram(windows.stretch)(
        default_collate([windows[n] for n in range(len(windows))])
    )
    for picture, (_, start) in zip(made.spectrogram.numpy(), windows._grid, strict=True):
        first = round(start * frame_rate_hz / 200)
        # transforms of different lengths round more differently than two of one length
        assert_same(picture, normalise(whole.values[:, :, first : first + frames]), moves=5e-3)


def test_frames_beyond_the_end_of_a_trial_stay_zero(tmp_path):
    # 25.3 frames a second: 4 s are 101.2 frames, and a window of 4.1 s 103.73, which become 104
    recording = breathing_chest("s0", 5, Quantity.ACCELERATION, 4.1)
    config = WindowConfig(length_s=4.1)
    with create(tmp_path / "data.h5", config={}, seed=0) as writer:
        writer.add(recording, sst(recording.radar[:, :-20], 200.0, frame_rate_hz=25.3))
    dataset = Dataset(tmp_path / "data.h5")
    (header,) = dataset.trials
    windows = VibrationDataset(dataset, ("s0",), config)
    batch = default_collate([windows[0]])
    assert (int(batch.inside), windows.stretch.frames) == (header.frames, 104)
    made = LiveSpectrogram(windows.stretch)(batch).spectrogram[0].numpy()
    reader = WindowReader(dataset, [header], config, LiveNoise(noises=()))
    assert_same(made, reader.read(header, 0, np.ones(0, bool)))
    assert (made[:, :, header.frames :] == 0).all()
    assert (made[:, :, : header.frames].max(axis=(1, 2)) == 1).all()


def test_the_device_decides_who_makes_the_spectrograms(dataset):
    noise = LiveNoise(noises=RANGES)
    published = LiveNoise(noises=RANGES, domain="spectrogram")
    cpu, cuda = torch.device("cpu"), torch.device("cuda")
    for device, each, kind in (
        (cpu, noise, WindowDataset),
        (cpu, None, WindowDataset),
        (cuda, None, WindowDataset),
        (cuda, published, WindowDataset),
        (cuda, noise, VibrationDataset),
    ):
        assert (
            type(open_windows("radarODE-MTL", dataset, SUBJECTS, CONFIG, device, noise=each)[0])
            is kind
        )


def test_what_is_opened_for_a_device_is_read_by_a_loader(dataset):
    noise = LiveNoise(noises=RANGES)
    windows, to_device = open_windows(
        "radarODE-MTL", dataset, SUBJECTS, CONFIG, torch.device("cpu"), seed=1, noise=noise
    )
    for batch in DataLoader(windows, 8):
        window = to_device(batch)
        assert all(torch.equal(one, other) for one, other in zip(window, batch, strict=True))
        assert window.spectrogram.shape[1:] == (3, 71, 120)


@pytest.mark.parametrize("workers", [0, 2])
def test_vibration_is_the_same_whoever_reads_it_in_whatever_order(dataset, workers):
    noise = LiveNoise(noises=(*RANGES, AbruptNoise(snr_db=-3, length_s=1)), clean_share=0.3)
    windows = VibrationDataset(dataset, SUBJECTS, WindowConfig(hop_s=1.0), seed=2, noise=noise)
    windows.set_epoch(5)
    order = np.random.default_rng(0).permutation(len(windows)).tolist()
    alone = {number: windows[number] for number in range(len(windows))}
    loader = DataLoader(windows, 1, sampler=order, num_workers=workers)
    for number, batch in zip(order, loader, strict=True):
        for ours, theirs in zip(batch, alone[number], strict=True):
            assert torch.equal(ours[0], theirs)
