"""Extraction beside the bare FFT of the same samples, within one run: `make bench`."""

import subprocess
import sys
import timeit
from functools import partial

import numpy as np
import pytest
import scipy.fft
from threadpoolctl import threadpool_limits

from radarkit.capture import open_capture, write_dca1000, write_toml
from radarkit.extract import extract
from radarkit.simulate.fmcw import MMECG_RADAR, simulate_capture
from radarkit.simulate.scene import FrontEndConfig

pytestmark = pytest.mark.slow

SECONDS = 180
MOST_BYTES = 1.5e9


@pytest.fixture(scope="module")
def capture(tmp_path_factory):
    """Three minutes of the MMECG radar, 442 MB."""
    folder = tmp_path_factory.mktemp("speed")
    rng = np.random.default_rng(0)
    time_s = np.arange(SECONDS * 200) / 200
    breath_m = 2.5e-3 * np.sin(2 * np.pi * 0.25 * time_s)
    heart_m = 5e-5 * np.sin(2 * np.pi * 1.2 * time_s) ** 8 * np.sin(2 * np.pi * 12 * time_s)
    scene = FrontEndConfig(chest_range_m=0.45, chest_height_m=0.2, chest_width_m=0.2, snr_db=0)
    motion_m = np.tile(breath_m + heart_m, (50, 1))
    blocks = simulate_capture(motion_m, 200.0, MMECG_RADAR, scene, rng)
    write_dca1000(folder / "capture.bin", blocks, MMECG_RADAR)
    write_toml(MMECG_RADAR, folder / "radar.toml")
    assert (folder / "capture.bin").stat().st_size == 442_368_000
    return folder / "capture.bin"


@pytest.mark.parametrize("threads", [1, 2])
def test_three_minutes_to_fifty_channels_beside_the_bare_fft(
    benchmark, capsys, capture, monkeypatch, threads
):
    monkeypatch.setenv("NUMBA_NUM_THREADS", str(threads))
    samples = open_capture(capture, MMECG_RADAR).read()
    transform = partial(scipy.fft.fft, samples, workers=threads)
    fft_s = min(timeit.repeat(transform, number=1, repeat=5))
    del samples, transform
    with threadpool_limits(threads):
        found = benchmark.pedantic(
            lambda: extract(open_capture(capture, MMECG_RADAR)), rounds=5, warmup_rounds=1
        )
    assert found.displacement_m.shape == (50, SECONDS * 200)
    if benchmark.stats is None:  # --benchmark-disable
        return
    ratio = benchmark.stats.stats.min / fft_s
    benchmark.extra_info.update(fft_s=fft_s, ratio=ratio)
    with capsys.disabled():
        print(
            f"\n{threads} thread(s): extraction {benchmark.stats.stats.min:.2f} s, "
            f"scipy.fft.fft of its samples {fft_s:.2f} s, ratio {ratio:.1f}"
        )


def test_three_minutes_need_less_than_1_5_gb(capsys, capture):
    code = (
        "import sys; from radarkit.capture import open_capture, read_config\n"
        "from radarkit.extract import extract\n"
        "extract(open_capture(sys.argv[1], read_config(sys.argv[2])))\n"
        "print(*(x.split()[1] for x in open('/proc/self/status') if x.startswith('VmHWM')))"
    )
    arguments = [sys.executable, "-c", code, capture, capture.with_name("radar.toml")]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    peak_bytes = 1024 * int(done.stdout)
    with capsys.disabled():
        print(f"\npeak memory {peak_bytes / 1e9:.2f} GB")
    assert peak_bytes < MOST_BYTES
