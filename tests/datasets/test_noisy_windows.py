"""Noise that is added while windows are read, in the signal and in the spectrogram."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from radarkit.datasets.build import spectrogram_of
from radarkit.datasets.halves_numba import normalise_halves
from radarkit.datasets.live_noise import LiveNoise
from radarkit.datasets.loading import WindowDataset
from radarkit.datasets.noisy_vibration import NoisyVibration, read_vibration, vibration_power
from radarkit.datasets.reader import Dataset
from radarkit.datasets.store import create
from radarkit.datasets.window_reader import WindowReader, read_window
from radarkit.datasets.windows import WindowConfig
from radarkit.errors import UserError
from radarkit.extract.vibration import vibration
from radarkit.recording import Quantity
from radarkit.simulate.noise import EXTENSIVE_DB, AbruptNoise, ConstantNoise
from radarkit.spectrogram import normalise

from .chests import chest

CONFIG = WindowConfig()
CONSTANT = ConstantNoise(snr_db=3.0)
ABRUPT = AbruptNoise(snr_db=EXTENSIVE_DB, length_s=2.0)
BOTH = (CONSTANT, ABRUPT)


@given(st.integers(0, 10_000), st.sampled_from([(0, 0x7BFF), (0, 0x7FF), (0x3000, 0x3C00)]))
def test_halves_are_normalised_as_their_values_are(seed, span):
    bits = np.random.default_rng(seed).integers(*span, (3, 40), np.uint16, endpoint=True)
    bits[1] = bits[1, 0]  # a constant channel
    found = np.empty(bits.shape, np.float32)
    assert normalise_halves(bits, found) == bits.max()
    values = bits.view(np.float16).astype(np.float32)
    np.testing.assert_array_equal(found, normalise(values[:, None])[:, 0])


def signal(dataset, header, noises, *, seed=0, epoch=0):
    return NoisyVibration(dataset, header, noises, (seed, epoch), vibration_power(dataset, header))


def decibels(clean, noise):
    return 10 * np.log10(np.mean(clean**2, axis=1) / np.mean(noise**2, axis=1))


def whole(dataset, header):
    recording = dataset.recording(header)
    if header.quantity is Quantity.DISPLACEMENT:
        return vibration(recording.radar, 200.0)
    return recording.radar.astype(np.float64)


def test_a_stretch_of_vibration_is_that_of_the_whole_trial(dataset):
    for header in dataset.trials:
        expected = whole(dataset, header).astype(np.float32)
        for start, stop in ((0, 40), (1234, 3000), (header.samples - 50, header.samples)):
            found = read_vibration(dataset, header, start, stop)
            np.testing.assert_array_equal(found, expected[:, start:stop])
        np.testing.assert_allclose(
            vibration_power(dataset, header)[:, 0],
            np.mean(expected.astype(np.float64) ** 2, axis=1),
            rtol=1e-6,
        )


def test_the_power_of_a_trial_is_read_in_blocks(dataset, monkeypatch):
    header = dataset.trials[0]
    at_once = vibration_power(dataset, header)
    monkeypatch.setattr("radarkit.datasets.noisy_vibration._BLOCK", 701)
    np.testing.assert_allclose(vibration_power(dataset, header), at_once, rtol=1e-9)


def test_noise_of_a_signal_has_the_asked_snr_over_the_trial_and_over_each_movement(dataset):
    for header in dataset.trials:
        clean = whole(dataset, header).astype(np.float32).astype(np.float64)
        constant = signal(dataset, header, (CONSTANT,))[:, : header.samples] - clean
        np.testing.assert_allclose(decibels(clean, constant), 3.0, atol=1e-5)
        abrupt = signal(dataset, header, (ABRUPT,))[:, : header.samples] - clean
        moving = np.flatnonzero(abrupt[0] != 0)
        assert moving.size == round(0.2 * 12) * 400  # 48 s are 12 windows
        for block in np.split(moving, moving.size // 400):
            assert block[-1] - block[0] == 399 and block[0] // 800 == block[-1] // 800
            np.testing.assert_allclose(
                decibels(clean[:, block], abrupt[:, block]), EXTENSIVE_DB, atol=1e-5
            )


def test_a_sample_has_the_same_noise_whichever_stretch_is_read(dataset):
    header = dataset.trials[0]
    noisy = signal(dataset, header, BOTH, seed=4)
    trial = noisy[:, : header.samples]
    rng = np.random.default_rng(0)
    for start in [0, *rng.integers(0, header.samples - 900, 10), header.samples - 900]:
        np.testing.assert_array_equal(noisy[:, start : start + 900], trial[:, start : start + 900])
    for other in ({"seed": 5}, {"seed": 4, "epoch": 1}):
        assert not np.array_equal(signal(dataset, header, BOTH, **other)[:, :900], trial[:, :900])


def test_without_noise_a_live_window_is_the_stored_one(dataset):
    live = WindowReader(dataset, list(dataset.trials), CONFIG, LiveNoise(noises=()))
    for header in dataset.trials:
        for start in (0, 20, 2400, 4060, header.samples - 800):
            stored = read_window(dataset, header, start, CONFIG)
            made = live.read(header, start, np.ones(0, bool))
            # half precision of the stored one; and a coefficient between two rows, of which
            # rounding decides, may fall on the other
            apart = np.abs(made - stored)
            assert np.quantile(apart, 0.999) < 5e-4 and apart.max() < 0.01
            assert (made.min(), made.max()) == (0, 1)


def test_a_movement_shows_where_it_is_in_every_window_that_overlaps(dataset):
    header = dataset.trials[0]
    reader = WindowReader(dataset, [header], CONFIG, LiveNoise(noises=(ABRUPT,), seed=1))
    none = WindowReader(dataset, [header], CONFIG, LiveNoise(noises=()))
    clean = whole(dataset, header)
    moved = np.flatnonzero(
        np.abs(NoisyVibration(dataset, header, (ABRUPT,), (1, 0))[:, : header.samples] - clean)[0]
        > 1e-6
    )
    start = max(0, (moved[0] - 300) // 20 * 20)
    hits = np.ones(1, bool)
    noisy, quiet = reader.read(header, start, hits), none.read(header, start, hits)
    assert np.abs(noisy - quiet).max() > 0.3
    still = next(
        start
        for start in range(0, header.samples - 800, 20)
        if not ((moved > start - 2000) & (moved < start + 2800)).any()
    )
    np.testing.assert_allclose(
        reader.read(header, still, hits), none.read(header, still, hits), atol=1e-5
    )


def test_published_noise_falls_on_a_fifth_of_the_windows_and_repeats(dataset):
    noise = LiveNoise(noises=(ABRUPT,), domain="spectrogram", seed=2)
    clean = WindowDataset(dataset, ("s0", "s1"), CONFIG)
    noisy, again = (WindowDataset(dataset, ("s0", "s1"), CONFIG, noise=noise) for _ in range(2))
    differs = []
    for index in range(len(clean)):
        added = (noisy[index].spectrogram - clean[index].spectrogram).numpy()
        assert torch.equal(noisy[index].spectrogram, again[index].spectrogram)
        differs.append((added != 0).any())
        if differs[-1]:
            assert (added != 0).any(axis=(0, 1)).sum() == 60  # 2 s
    trials = clean._grid[:, 0]
    for trial in (0, 1):
        assert np.sum(np.array(differs)[trials == trial]) == round(0.2 * (trials == trial).sum())
    before = noisy[int(np.argmax(differs))].spectrogram
    noisy.set_epoch(1)
    assert not torch.equal(noisy[int(np.argmax(differs))].spectrogram, before)


def test_noise_leaves_targets_as_they_are(dataset):
    noise = LiveNoise(noises=BOTH)
    clean, noisy = (
        WindowDataset(dataset, ("s1",), CONFIG, seed=3, noise=each) for each in (None, noise)
    )
    for one, other in zip(clean[7][1:], noisy[7][1:], strict=True):
        assert torch.equal(one, other)
    assert not torch.equal(clean[7].spectrogram, noisy[7].spectrogram)


def test_noise_in_the_signal_is_refused_where_the_spectrogram_is_no_sst(tmp_path):
    recording = chest("s0", 0, Quantity.DISPLACEMENT, seconds=12.0)
    with create(tmp_path / "cwt.h5", config={}, seed=0) as writer:
        writer.add(recording, replace(spectrogram_of(recording), method="cwt"))
    dataset = Dataset(tmp_path / "cwt.h5")
    with pytest.raises(UserError, match=r"spectrogram is made by cwt; expected sst.*domain"):
        WindowDataset(dataset, ("s0",), CONFIG, noise=LiveNoise(noises=(CONSTANT,)))
    published = LiveNoise(noises=(CONSTANT,), domain="spectrogram")
    assert len(WindowDataset(dataset, ("s0",), CONFIG, noise=published)) > 0


def test_a_noise_configuration_is_read_back_as_it_was_written():
    noise = LiveNoise(noises=BOTH, domain="spectrogram", seed=3)
    assert LiveNoise.model_validate_json(noise.model_dump_json()) == noise
