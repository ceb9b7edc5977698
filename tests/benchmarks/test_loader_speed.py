"""Windows a second beside h5py reading the same bytes: `pytest -m slow -s`.

A folder of shards is written, `RADARKIT_LOADER_GB` of them (4 by default), and dropped from the
page cache before every measurement, each of which is a process of its own so that its peak memory
is its own too.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import h5py
import numpy as np
import pytest

pytestmark = pytest.mark.slow

CHANNELS, SAMPLES, RATE_HZ = 50, 36_000, 200.0
LABEL_BYTES = 4 * SAMPLES  # of a trial, kept in memory
SHUFFLED, LIVE = 2000, 40  # windows that are read; in order, all are


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    """Trials of one spectrogram under many names."""
    from radarkit.datasets.build import spectrogram_of
    from radarkit.datasets.store import create
    from radarkit.recording import Quantity, Recording

    folder = tmp_path_factory.mktemp("shards")
    rng = np.random.default_rng(0)
    recording = Recording(
        rng.standard_normal((CHANNELS, SAMPLES)),
        RATE_HZ,
        "s",
        "1",
        Quantity.ACCELERATION,
        ecg=rng.standard_normal(SAMPLES),
        r_peaks=np.arange(90, SAMPLES, 170),
    )
    template = folder / "template"
    with create(template, config={}, seed=0) as writer:
        writer.add(recording, spectrogram_of(recording))
    wanted = float(os.environ.get("RADARKIT_LOADER_GB", "4")) * 1e9
    for number in range(max(2, round(wanted / template.stat().st_size))):
        path = folder / f"s{number:04d}.h5"
        shutil.copyfile(template, path)
        with h5py.File(path, "r+") as file:
            file["trials"].move("s-1", f"s{number:04d}-1")
            file[f"trials/s{number:04d}-1"].attrs["subject"] = f"s{number:04d}"
    template.unlink()
    os.sync()
    yield folder
    shutil.rmtree(folder)


def forget(folder):
    """Drop the files of a folder from the page cache."""
    for path in folder.glob("*.h5"):
        descriptor = os.open(path, os.O_RDONLY)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)


def measure(folder, reader, order, trials=None):
    forget(folder)
    command = [sys.executable, __file__, str(folder), reader, order, str(trials or "")]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def test_the_loader_beside_h5py(shards, capsys):
    size = sum(path.stat().st_size for path in shards.glob("*.h5"))
    trials = len(list(shards.glob("*.h5")))
    few = measure(shards, "radarkit", "sequential", 2)
    found = {
        (reader, order): measure(shards, reader, order)
        for order in ("sequential", "shuffled")
        for reader in ("h5py", "radarkit")
    }
    live = measure(shards, "live", "shuffled")
    with capsys.disabled():
        print(f"\n{trials} trials, {size / 1e9:.1f} GB of shards, page cache dropped")
        for (reader, order), row in found.items():
            times = found["h5py", order]["windows_per_s"] / row["windows_per_s"]
            print(
                f"  {order:10s} {reader:8s} {row['windows_per_s']:7.0f} windows/s, "
                f"{times:.2f} times the time of h5py, {row['cpu_ms']:.2f} ms of CPU a window, "
                f"peak {row['peak_mb']:.0f} MB"
            )
        print(
            f"  shuffled   noise in the signal {live['windows_per_s']:.1f} windows/s, "
            f"peak {live['peak_mb']:.0f} MB; 2 trials in order: peak {few['peak_mb']:.0f} MB"
        )
    for order in ("sequential", "shuffled"):
        # the memory of a data set of two trials, labels and headers, and what 128 files keep
        grown = found["radarkit", order]["peak_mb"] - few["peak_mb"]
        assert grown < 2 * trials * LABEL_BYTES / 1e6 + 200


def windows_by_h5py(folder, grid):
    """Read the frames of each (trial, first sample) and nothing else."""
    files, last = {}, (None, None)
    paths = sorted(folder.glob("*.h5"))
    for trial, start in grid:
        if trial not in files:
            files[trial] = h5py.File(paths[trial], "r", rdcc_nbytes=32 * 2**20)
        if last[0] != trial:
            last = trial, files[trial][f"trials/{paths[trial].stem}-1/spectrogram"]
        first = start * 30 // 200
        last[1][:, :, first : first + 120]


def main(folder, reader, order, trials):
    from radarkit.datasets.live_noise import LiveNoise
    from radarkit.datasets.loading import WindowDataset
    from radarkit.datasets.reader import Dataset
    from radarkit.datasets.windows import WindowConfig
    from radarkit.simulate.noise import AbruptNoise, ConstantNoise

    dataset = Dataset(Path(folder))
    subjects = dataset.subjects[: int(trials) if trials else None]
    noise = None
    if reader == "live":
        subjects = subjects[:4]
        noises = (ConstantNoise(snr_db=0), AbruptNoise(snr_db=-9, length_s=2))
        noise = LiveNoise(noises=noises)
    windows = WindowDataset(dataset, subjects, WindowConfig(), noise=noise)
    numbers = np.arange(len(windows))
    if order == "shuffled":
        count = LIVE if reader == "live" else SHUFFLED
        numbers = np.random.default_rng(0).permutation(numbers)[:count]
    forget(Path(folder))  # what was read to make the list of windows
    if reader == "live":
        windows[0]  # compiles
    began, busy = time.perf_counter(), time.process_time()
    if reader == "h5py":
        windows_by_h5py(Path(folder), windows._grid[numbers].tolist())
    else:
        for number in numbers:
            windows[int(number)]
    rate = len(numbers) / (time.perf_counter() - began)
    cpu_ms = 1e3 * (time.process_time() - busy) / len(numbers)
    # not getrusage, whose peak a process inherits from the one that started it
    (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    print(json.dumps({"windows_per_s": rate, "cpu_ms": cpu_ms, "peak_mb": int(peak) * 1024 / 1e6}))


if __name__ == "__main__":
    main(*sys.argv[1:])
