"""Windows with vibration and ECG, as radarODE and MMECG read them."""

import dataclasses

import numpy as np
import pytest
import torch

from radarkit.datasets.build import cardiac_vibration, spectrogram_of
from radarkit.datasets.live_noise import LiveNoise
from radarkit.datasets.mmecg_windows import PointDataset
from radarkit.datasets.noisy_vibration import NoisyVibration
from radarkit.datasets.radarode_windows import CycleDataset
from radarkit.datasets.reader import Dataset
from radarkit.datasets.signal_windows import ecg_scale, standardise
from radarkit.datasets.store import create
from radarkit.datasets.window_reader import WindowReader, read_window
from radarkit.datasets.windows import WindowConfig
from radarkit.errors import UserError
from radarkit.recording import Quantity
from radarkit.simulate.noise import AbruptNoise, ConstantNoise
from radarkit.spectrogram.energy import cycle_length_s

from .chests import chest

SUBJECTS = ("s0", "s1")
KINDS = (CycleDataset, PointDataset)
NOISES = (ConstantNoise(snr_db=-3.0), AbruptNoise(snr_db=-9.0, length_s=2.0, share=0.5))
CONFIG = WindowConfig()
PLACES_M = np.array([[0.0, 0.0, 0.0], [0.3, 0.0, 0.1], [0.0, 0.6, 0.2]])


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """Two hearts, one of displacement and one of acceleration, with an ECG of one wave a beat."""
    path = tmp_path_factory.mktemp("signal") / "data.h5"
    with create(path, config={}, seed=0) as writer:
        for index, kind in enumerate((Quantity.DISPLACEMENT, Quantity.ACCELERATION)):
            made = chest(f"s{index}", index, kind, seconds=16.0)
            away = np.arange(made.samples)[:, None] - made.r_peaks
            ecg = index + (2 - index) * np.exp(-0.5 * (away / 4) ** 2).max(1)
            made = dataclasses.replace(made, ecg=ecg, positions_m=PLACES_M + index)
            writer.add(made, spectrogram_of(made))
    return path


def opened(path, kind, config=CONFIG, **more):
    dataset = Dataset(path)
    return dataset, kind(dataset, SUBJECTS, config, **more)


def by_hand(vibration):
    return (vibration - vibration.mean(1, keepdims=True)) / vibration.std(1, keepdims=True)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("length_s", [3.2, 4.0])
@pytest.mark.parametrize("noise", [None, *NOISES], ids=["clean", "constant", "movement"])
def test_vibration_and_ecg_are_the_same_stretch_of_the_trial(path, kind, length_s, noise):
    config = WindowConfig(length_s=length_s, hop_s=3.0)
    live = None if noise is None else LiveNoise(noises=(noise,), seed=6)
    dataset, windows = opened(path, kind, config, noise=live)
    windows.set_epoch(2)
    for index in range(len(windows)):
        window, at = windows[index], windows.place(index)
        stretch = slice(at.start, at.start + config.samples)
        recording = dataset.recording(at.header)
        whole = cardiac_vibration(recording).astype(float)
        if noise is not None:
            whole = NoisyVibration(dataset, at.header, (noise,), (6, 2))[:, :]
        expected = by_hand(whole[:, stretch])
        np.testing.assert_allclose(window.vibration, expected, rtol=1e-4, atol=1e-4)
        # waves from 0 to 1 whatever the electrode gives
        gain, offset = (2.0, 0.0) if at.header.subject == "s0" else (1.0, 1.0)
        ecg = (recording.ecg[stretch] - offset) / gain
        np.testing.assert_allclose(window.ecg, ecg, atol=1e-3)
        assert window.vibration.dtype == window.ecg.dtype == torch.float32
        assert window.vibration.shape == (3, config.samples)
        assert window.ecg.shape == (config.samples,)


@pytest.mark.parametrize("noise", [None, LiveNoise(noises=NOISES)], ids=["clean", "noisy"])
def test_radarode_reads_the_spectrogram_of_its_window_and_the_cycle_length_in_it(path, noise):
    dataset, windows = opened(path, CycleDataset, noise=noise)
    window, at = windows[3], windows.place(3)
    if noise is None:
        expected = read_window(dataset, at.header, at.start, WindowConfig())
    else:
        reader = WindowReader(dataset, [at.header], WindowConfig(), noise)
        expected = reader.read(at.header, at.start, reader.hits(at.header, 1)[0])
    np.testing.assert_array_equal(window.spectrogram, expected)
    assert window.period.item() == pytest.approx(200 * cycle_length_s(expected, 30.0))
    assert torch.equal(window.shape, at.shape)


@pytest.mark.parametrize("kind", KINDS)
def test_a_window_is_a_function_of_seed_and_epoch(path, kind):
    def read(seed, epoch, noise_seed=0):
        noise = LiveNoise(noises=NOISES, seed=noise_seed)
        _, windows = opened(path, kind, seed=seed, noise=noise)
        windows.set_epoch(epoch)
        return [windows[index] for index in (0, 5)]

    def same(one, other):
        fields = ([field for window in read for field in window] for read in (one, other))
        return all(map(torch.equal, *fields))

    assert same(read(1, 0), read(1, 0))
    for other in (read(2, 0), read(1, 1), read(1, 0, noise_seed=3)):
        assert not same(read(1, 0), other)


def test_shuffled_points_keep_their_places(path):
    dataset, windows = opened(path, PointDataset, seed=4)
    orders = set()
    for index in range(len(windows)):
        window, at = windows[index], windows.place(index)
        known = (PLACES_M - PLACES_M.mean(0)) / 0.1
        away = np.abs(window.places.numpy()[:, None] - known).max(2)
        order = away.argmin(1)
        assert away.min(1).max() < 1e-4 and sorted(order) == [0, 1, 2]
        orders.add(tuple(order))
        stretch = slice(at.start, at.start + 800)
        whole = cardiac_vibration(dataset.recording(at.header)).astype(float)
        expected = by_hand(whole[order, stretch])
        np.testing.assert_allclose(window.vibration, expected, rtol=1e-4, atol=1e-4)
    assert len(orders) > 2


def test_a_channel_that_stands_still_becomes_zeros():
    found = standardise(np.array([[3.0, 3, 3, 3], [1, 3, 1, 3]]))
    assert found.tolist() == [[0, 0, 0, 0], [-1, 1, -1, 1]]


def test_the_scale_of_an_ecg_is_the_median_of_its_cycles():
    ecg = np.zeros(1000, np.float32)
    r_peaks = np.array([100, 300, 500, 700, 900])
    ecg[r_peaks] = 1.5
    ecg[r_peaks + 10] = -0.5
    ecg[620] = 9  # a spark in one cycle
    assert ecg_scale(ecg, r_peaks) == (-0.5, 2.0)
    assert ecg_scale(ecg, r_peaks[:1]) == (0.0, 1.0)


@pytest.mark.parametrize("kind", KINDS)
def test_noise_in_the_spectrogram_is_refused(path, kind):
    noise = LiveNoise(noises=NOISES[:1], domain="spectrogram")
    with pytest.raises(UserError, match="noise in the spectrogram for a network that reads the si"):
        opened(path, kind, noise=noise)
