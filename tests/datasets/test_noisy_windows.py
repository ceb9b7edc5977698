"""Noise that is added while windows are read, in the signal and in the spectrogram."""

import tomllib
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from radarkit.datasets.build import spectrogram_of
from radarkit.datasets.halves_numba import normalise_halves
from radarkit.datasets.live_noise import LiveNoise
from radarkit.datasets.loading import WindowDataset
from radarkit.datasets.noise_ranges import AbruptRange, ConstantRange
from radarkit.datasets.noisy_vibration import NoisyVibration, read_vibration, vibration_power
from radarkit.datasets.reader import Dataset
from radarkit.datasets.store import create
from radarkit.datasets.vibration_windows import VibrationDataset
from radarkit.datasets.window_reader import WindowReader, read_window
from radarkit.datasets.windows import WindowConfig
from radarkit.errors import UserError
from radarkit.extract.vibration import vibration
from radarkit.recording import Quantity
from radarkit.simulate.noise import EXTENSIVE_DB, AbruptNoise, ConstantNoise
from radarkit.spectrogram import DEFAULT_GRID, FrequencyGrid, normalise, sst

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


RANGED = """
domain = "signal"
clean_share = 0.25
[[noises]]
snr_db = [-3.0, 6.0]
[[noises]]
snr_db = [-9, 0]
length_s = [1, 3]
share = 0.3
[[noises]]
snr_db = 6
[[noises]]
snr_db = -9
length_s = [1.0, 2.0]
[[noises]]
snr_db = 0.0
length_s = 2.0
"""


def test_ranges_and_levels_are_written_as_tables():
    noise = LiveNoise.model_validate(tomllib.loads(RANGED))
    assert noise.noises == (
        ConstantRange(snr_db=(-3.0, 6.0)),
        AbruptRange(snr_db=(-9.0, 0.0), length_s=(1.0, 3.0), share=0.3),
        ConstantNoise(snr_db=6.0),
        AbruptRange(snr_db=(-9.0, -9.0), length_s=(1.0, 2.0)),
        AbruptNoise(snr_db=0.0, length_s=2.0),
    )
    assert LiveNoise.model_validate_json(noise.model_dump_json()) == noise


@given(
    st.lists(st.floats(-200, 200), min_size=2, max_size=2).map(sorted),
    st.lists(st.floats(0.01, 4), min_size=2, max_size=2).map(sorted),
    st.integers(0, 99),
)
def test_what_is_drawn_lies_within_its_range(levels_db, lengths_s, seed):
    rng = np.random.default_rng(seed)
    noise = LiveNoise(noises=[{"snr_db": levels_db}, {"snr_db": levels_db, "length_s": lengths_s}])
    constant, abrupt = noise.draw(rng)
    assert isinstance(constant, ConstantNoise) and isinstance(abrupt, AbruptNoise)
    for drawn in (constant.snr_db, abrupt.snr_db):
        assert levels_db[0] <= drawn <= levels_db[1]
    assert lengths_s[0] <= abrupt.length_s <= lengths_s[1]


def added(dataset, noise, epoch=0):
    """Noise in each window of acceleration and its context, and the clean vibration."""
    config = WindowConfig(hop_s=0.4)
    clean, noisy = (
        VibrationDataset(dataset, ("s1",), config, noise=each) for each in (None, noise)
    )
    noisy.set_epoch(epoch)
    at = slice(noisy.stretch.context, noisy.stretch.context + config.samples)
    for number in range(len(noisy)):
        quiet, loud = (each[number].vibration.double().numpy()[:, at] for each in (clean, noisy))
        yield loud - quiet, quiet


def test_each_window_realises_a_level_of_its_own_within_the_range(dataset):
    (header,) = (trial for trial in dataset.trials if trial.subject == "s1")
    power = vibration_power(dataset, header)[:, 0]
    noise = LiveNoise(noises=(ConstantRange(snr_db=(-3.0, 6.0)),), seed=8)
    levels = []
    for epoch in (0, 1):
        for noisy, _ in added(dataset, noise, epoch):
            found = 10 * np.log10(power / np.mean(noisy**2, axis=1))
            # tiles of 4 s have the exact power, a window across two of them nearly
            assert np.ptp(found) < 1.0
            levels.append(found.mean())
    assert -3.3 < min(levels) < -2.5 and 5.5 < max(levels) < 6.3
    # even: an eighth of the range holds an eighth of the windows
    counts, _ = np.histogram(np.clip(levels, -3, 6), 8, (-3, 6))
    expected = len(levels) / 8
    assert (np.abs(counts - expected) < 4 * np.sqrt(expected)).all()
    half = len(levels) // 2
    assert np.std(np.subtract(levels[:half], levels[half:])) > 2  # another epoch, another level


def test_movements_have_lengths_and_levels_within_their_ranges(dataset):
    rare = AbruptRange(snr_db=(-9.0, 0.0), length_s=(1.0, 3.0), share=0.2)
    lengths, levels = [], []
    windows = 0
    for noisy, quiet in added(dataset, LiveNoise(noises=(rare,))):
        windows += 1
        moving = np.flatnonzero(noisy[0] != 0)
        if moving.size and moving[0] > 0 and moving[-1] < 799 and np.diff(moving).max() == 1:
            lengths.append(moving.size / 200)
            levels.append(decibels(quiet[:, moving], noisy[:, moving]))
    assert len(lengths) > 0.03 * windows
    assert 1 <= min(lengths) < 1.6 and 1.8 < max(lengths) <= 3
    levels = np.array(levels)
    np.testing.assert_allclose(levels, levels[:, :1] + np.zeros(3), atol=1e-3)
    assert -9.001 < levels.min() < -6 and -3 < levels.max() < 0.001


@pytest.mark.parametrize("domain", ["signal", "spectrogram"])
def test_a_share_of_the_windows_stays_clean_another_in_each_epoch(dataset, domain):
    noises = (ConstantRange(snr_db=(-3.0, 6.0)), CONSTANT)
    half = LiveNoise(noises=noises, domain=domain, clean_share=0.5)
    none, whole = (half.model_copy(update={"clean_share": share}) for share in (1.0, 0.0))
    clean, noisy, mixed = (
        WindowDataset(dataset, ("s0", "s1"), WindowConfig(hop_s=2.0), noise=each)
        for each in (none, whole, half)
    )
    stayed = []
    for epoch in (0, 1):
        for windows in (clean, noisy, mixed):
            windows.set_epoch(epoch)
        for number in range(len(mixed)):
            found = mixed[number].spectrogram
            is_clean = torch.equal(found, clean[number].spectrogram)
            # what is not clean has the noise that it would have if none were
            assert is_clean != torch.equal(found, noisy[number].spectrogram)
            stayed.append(is_clean)
    share, count = np.mean(stayed), len(stayed)
    assert abs(share - 0.5) < 4 * np.sqrt(0.25 / count)
    assert stayed[: count // 2] != stayed[count // 2 :]


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"snr_db": [6, -3]}, "a noise between 6 and -3; expected the lower end of a range first"),
        ({"snr_db": [0, 1], "length_s": [3, 1]}, "between 3 and 1"),
        ({"snr_db": [0, 1], "length_s": [1, 5]}, r"movements of 5 s in windows of 4 s"),
        ({"snr_db": [0, 1, 2]}, r"snr_db = \[0, 1, 2\] of a noise"),
        ({"snr_db": [0, 900]}, "= 900 of a noise; expected less than"),
        ({"snr_db": "loud"}, "snr_db = .loud. of a noise; expected a valid number"),
        ({"snr_db": 3, "level": 2}, "unknown setting level of a noise; expected snr_db"),
        ({"length_s": 2}, "snr_db of a noise; expected a value"),
    ],
)
def test_a_noise_that_is_none_is_refused_in_one_line(table, says):
    with pytest.raises(UserError, match=says) as refused:
        LiveNoise(noises=[table])
    assert "\n" not in str(refused.value)


def test_a_share_of_clean_windows_is_a_share():
    with pytest.raises(ValidationError, match="clean_share"):
        LiveNoise(noises=(), clean_share=1.5)


def test_windows_of_vibration_want_noise_in_the_signal_and_one_kind_of_spectrogram(
    dataset, tmp_path
):
    published = LiveNoise(noises=BOTH, domain="spectrogram")
    with pytest.raises(UserError, match="noise in the spectrogram; expected noise in the signal"):
        VibrationDataset(dataset, ("s0",), CONFIG, noise=published)
    with create(tmp_path / "mixed.h5", config={}, seed=0) as writer:
        for index, grid in enumerate((DEFAULT_GRID, FrequencyGrid.log(2, 20, 71))):
            recording = chest(f"s{index}", index, Quantity.ACCELERATION, seconds=12.0)
            writer.add(recording, sst(recording.radar, 200.0, grid=grid))
    with pytest.raises(UserError, match=r"2 kinds: 71 rows from 1 to 25 Hz .* from 2 to 20 Hz"):
        VibrationDataset(Dataset(tmp_path / "mixed.h5"), ("s0", "s1"), CONFIG)
