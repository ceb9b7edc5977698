"""A long recording is read in little memory, and to the bit as if it were read at once."""

import tracemalloc
from dataclasses import fields
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from radarkit.datasets.live_noise import LiveNoise
from radarkit.datasets.noisy_vibration import NoisyVibration
from radarkit.datasets.reader import Dataset
from radarkit.datasets.trial_header import TrialHeader
from radarkit.datasets.windows import WindowConfig
from radarkit.evaluation import bridge, decode, ecg_files, radarode_mtl, trial_input
from radarkit.evaluation.assemble import assemble
from radarkit.evaluation.evaluate import HOP_S
from radarkit.models.prediction import Prediction
from radarkit.recording import Quantity
from radarkit.simulate.noise import AbruptNoise, ConstantNoise
from radarkit.training.checkpoint import load_model
from radarkit.training.run import BEST, RunRecord

from .runs import write_data, write_run


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    where = tmp_path_factory.mktemp("night")
    write_run(where / "run", write_data(where / "data.h5"))
    return where


def loudness(vibration):
    """What `radarkit.evaluation.bridge` adds up, with all channels before it."""
    power = np.mean(np.square(vibration), axis=1, keepdims=True)
    relative = np.square(vibration) / np.where(power > 0, power, 1.0)
    return np.concatenate([[0.0], np.cumsum(relative.mean(axis=0))])


def cycles_at_once(r_peaks, starts, window, lengths, shapes):
    """`decode.cycles_at` with the cycles of all windows before it."""
    centres = starts + window / 2
    owner = np.searchsorted((r_peaks[1:] + r_peaks[:-1]) / 2, centres)
    say = np.exp(-0.5 * ((centres - r_peaks[owner]) / 200 / decode.CLOSENESS_S) ** 2)
    table = np.column_stack([lengths, shapes]).astype(np.float64)
    gathered = np.zeros((r_peaks.size, table.shape[1]))
    np.add.at(gathered, owner, say[:, None] * table)
    total = np.bincount(owner, say, r_peaks.size)
    alone = total < np.finfo(np.float64).tiny
    nearest = np.searchsorted((centres[1:] + centres[:-1]) / 2, r_peaks)
    gathered /= np.where(alone, 1.0, total)[:, None]
    gathered[alone] = table[nearest[alone]]
    return gathered[:, 0], gathered[:, 1:].astype(np.float32)


@torch.no_grad()
def read_at_once(model, radar, header, record, batch):
    """Reconstruct a trial from everything that was predicted for it, held together."""
    parts = np.array_split(np.arange(radar.starts.size), -(-radar.starts.size // batch))
    outputs = [model(torch.from_numpy(radar.windows(part))) for part in parts]
    shapes, logits, anchors = (torch.cat(each).numpy() for each in zip(*outputs, strict=True))
    curve = decode.overlap_average(anchors, radar.starts, header.samples)
    r_peaks, interpolated = bridge.bridge(decode.pick_anchors(curve), radar.vibration)
    lengths = decode.decode_length(logits)
    predicted = cycles_at_once(r_peaks, radar.starts, 800, lengths, shapes)
    lengths, cycles = bridge.between_neighbours(*predicted, r_peaks, interpolated)
    confidence = decode.anchor_confidence(curve, r_peaks)
    confidence[interpolated] = 0
    return assemble(
        r_peaks,
        lengths,
        cycles,
        header.samples,
        amplitude_mv=record.reference.amplitude_mv,
        offset_mv=record.reference.offset_mv,
        anchor_curve=curve,
        confidence=confidence,
        interpolated=interpolated,
    )


def test_a_trial_read_a_few_windows_at_a_time_is_the_one_read_at_once(folder, monkeypatch):
    monkeypatch.setattr(radarode_mtl, "_BATCH", 7)
    monkeypatch.setattr(trial_input, "_AT_ONCE", 333)
    monkeypatch.setattr(decode, "_AT_ONCE", 3)
    record, dataset = RunRecord.load(folder / "run"), Dataset(folder / "data.h5")
    model, config = load_model(folder / "run" / BEST), WindowConfig(hop_s=HOP_S)
    for header in dataset.trials:
        radar = trial_input.TrialInput(dataset, header, config)
        found = radarode_mtl.reconstruct_by_tasks(model, radar, header, record)
        expected = read_at_once(model, radar, header, record, 7)
        assert found.r_peaks.size > 3
        for field in fields(found):
            ours, same = getattr(found, field.name), getattr(expected, field.name)
            assert ours.dtype == same.dtype
            np.testing.assert_array_equal(ours, same, err_msg=field.name)


@settings(max_examples=40)
@given(st.integers(0, 10**6))
def test_loudness_is_to_the_bit_that_of_all_channels_together(seed):
    rng = np.random.default_rng(seed)
    channels, samples = rng.integers(1, 9), rng.integers(1, 3000)
    vibration = rng.normal(size=(channels, samples)) * 10 ** rng.uniform(-9, 3, (channels, 1))
    vibration[rng.random(channels) < 0.2] = 0
    np.testing.assert_array_equal(bridge._loudness(vibration), loudness(vibration))


@pytest.mark.parametrize(
    "noises",
    [(), (ConstantNoise(snr_db=0.0), AbruptNoise(snr_db=-9.0, length_s=2.0, share=0.5))],
    ids=["clean", "noisy"],
)
def test_the_vibration_of_a_trial_is_the_same_in_blocks(folder, monkeypatch, noises):
    dataset = Dataset(folder / "data.h5")
    header, noise = dataset.trials[0], LiveNoise(noises=noises, seed=3) if noises else None
    whole = NoisyVibration(dataset, header, noises, (3, 0))[:, :]
    monkeypatch.setattr(trial_input, "_AT_ONCE", 500)  # cuts through tiles and movements
    radar = trial_input.TrialInput(dataset, header, WindowConfig(), noise)
    np.testing.assert_array_equal(radar.vibration, whole)


@settings(max_examples=30)
@given(st.integers(0, 10**6))
def test_an_average_of_windows_that_come_in_parts_is_that_of_all_to_the_bit(seed):
    rng = np.random.default_rng(seed)
    starts = np.sort(rng.integers(-50, 400, 30))
    curves = rng.normal(size=(30, 60)).astype(np.float32)
    average = decode.OverlapAverage(400)
    for part in np.split(np.arange(30), np.sort(rng.integers(0, 31, 4))):
        average.add(curves[part], starts[part])
    np.testing.assert_array_equal(average.mean(), decode.overlap_average(curves, starts, 400))


def test_what_windows_say_is_not_kept(monkeypatch):
    """A window says 5 kB; what is left of it are 800 bytes of its cycle, as float32."""
    monkeypatch.setattr(decode, "_AT_ONCE", 100)
    windows, samples = 3000, 3000 * 4 + 800
    beat = np.exp(-0.5 * (((np.arange(samples) % 180) - 90) / 4) ** 2).astype(np.float32)

    asked = []

    def read(numbers):
        asked[:] = numbers
        return np.zeros((numbers.size, 1), np.float32)

    starts = np.arange(windows) * 4
    radar = SimpleNamespace(starts=starts, vibration=None, windows=read)

    def model(window):
        cut = np.stack([beat[start : start + 800] for start in starts[asked]])
        logits = np.zeros((len(cut), 260), np.float32)
        shape = np.tile(np.linspace(0, 1, 200, dtype=np.float32), (len(cut), 1))
        return Prediction(*map(torch.from_numpy, (shape, logits, cut)))

    header = TrialHeader(
        path=None, name="a-1", subject="a", trial="1", status="", source="", channels=1,
        samples=samples, rows=71, frames=1, beats=None, sample_rate_hz=200.0, frame_rate_hz=30.0,
        quantity=Quantity.DISPLACEMENT, method="sst",
    )  # fmt: skip
    record = SimpleNamespace(
        train=SimpleNamespace(window=WindowConfig()),
        reference=SimpleNamespace(amplitude_mv=1.0, offset_mv=0.0),
    )
    tracemalloc.start()
    try:
        made = radarode_mtl.reconstruct_by_tasks(model, radar, header, record)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert made.r_peaks.size == samples // 180
    said = windows * 4 * (200 + 260 + 800)
    assert peak < 0.4 * said, (peak, said)


def test_a_table_of_numbers_is_written_the_same_in_pieces(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    columns = {"a": (rng.normal(size=1000), ".3f"), "b": (rng.integers(0, 2, 1000), "d")}
    ecg_files._write_csv(tmp_path / "whole.csv", columns, {"c": (None, "d")})
    monkeypatch.setattr(ecg_files, "_AT_ONCE", 7)
    ecg_files._write_csv(tmp_path / "pieces.csv", columns, {})
    lines = [f"{x:.3f},{y:d}" for x, y in zip(*(each for each, _ in columns.values()), strict=True)]
    for name in ("whole.csv", "pieces.csv"):
        assert (tmp_path / name).read_text() == "\n".join(["a,b", *lines, ""])
