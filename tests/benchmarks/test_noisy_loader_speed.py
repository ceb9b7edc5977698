"""Noise in the signal: windows a second by numba in the loader and by torch: `pytest -m slow -s`.

The loader either makes the spectrograms itself or gives the vibration alone, of which torch makes
them batch by batch. On a processor the first should win, on a GPU the second.
"""

import time

import numpy as np
import pytest
import torch
from torch.utils.data import default_collate

from radarkit.datasets.build import spectrogram_of
from radarkit.datasets.live_noise import LiveNoise
from radarkit.datasets.loading import WindowDataset
from radarkit.datasets.reader import Dataset
from radarkit.datasets.store import create
from radarkit.datasets.vibration_windows import VibrationDataset
from radarkit.datasets.windows import WindowConfig
from radarkit.recording import Quantity, Recording
from radarkit.training.live_spectrogram import LiveSpectrogram

pytestmark = pytest.mark.slow

BATCH, SAMPLES = 16, 24_000
NOISE = LiveNoise(noises=[{"snr_db": [-3, 6]}, {"snr_db": [-9, 0], "length_s": [1, 3]}])
DEVICES = ["cpu"] + ["cuda"] * torch.cuda.is_available()


def seconds(work, repeats=5):
    """Best wall time, and processor time of all threads, of one repetition."""
    work()  # compiles, makes tables
    busy, took = time.process_time(), []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return min(took), (time.process_time() - busy) / repeats


@pytest.mark.parametrize("channels", [8, 50])
def test_who_should_make_the_spectrograms(channels, tmp_path, capsys):
    rng = np.random.default_rng(0)
    recording = Recording(
        rng.standard_normal((channels, SAMPLES)),
        200.0,
        "s",
        "1",
        Quantity.DISPLACEMENT,
        ecg=rng.standard_normal(SAMPLES),
        r_peaks=np.arange(90, SAMPLES, 170),
    )
    with create(tmp_path / "data.h5", config={}, seed=0) as writer:
        writer.add(recording, spectrogram_of(recording))
    dataset = Dataset(tmp_path / "data.h5")
    made, vibration = (
        kind(dataset, ("s",), WindowConfig(), seed=1, noise=NOISE)
        for kind in (WindowDataset, VibrationDataset)
    )
    numbers = rng.permutation(len(made))[:BATCH].tolist()
    batch = default_collate([vibration[number] for number in numbers])
    live = LiveSpectrogram(vibration.stretch)
    rows = {
        "loader, spectrograms": seconds(lambda: [made[number] for number in numbers]),
        "loader, vibration": seconds(lambda: [vibration[number] for number in numbers]),
    }
    found = {}
    for device in DEVICES:
        moved = type(batch)(*(field.to(device) for field in batch))
        # a value of the result, for a GPU does not wait until it is asked for one
        rows[f"torch on {device}"] = seconds(lambda x=moved: float(live(x).spectrogram[-1].max()))
        found[device] = live(moved).spectrogram.cpu()
    with capsys.disabled():
        print(f"\n{channels} channels, windows/s by the clock and by processor time")
        for name, (wall_s, busy_s) in rows.items():
            print(f"  {name:22s} {BATCH / wall_s:8.1f} {BATCH / busy_s:8.1f}")
    expected = default_collate([made[number] for number in numbers]).spectrogram
    for picture in found.values():
        assert (picture - expected).abs().sum() < 1e-3 * expected.sum()
