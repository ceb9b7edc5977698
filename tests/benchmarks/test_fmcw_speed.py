"""A simulated minute beside the bare FFT of its samples, within one run: `make bench`."""

import time
import timeit

import numpy as np
import pytest
import scipy.fft

from radarkit.capture import open_capture, write_dca1000
from radarkit.simulate.fmcw import MMECG_RADAR, simulate_capture
from radarkit.simulate.scene import REALISTIC, FrontEndConfig

pytestmark = pytest.mark.slow

POINTS = 50
SECONDS = 60


@pytest.mark.parametrize("name", ["plain", "realistic"])
def test_a_minute_of_the_mmecg_radar_beside_the_bare_fft(capsys, monkeypatch, tmp_path, name):
    monkeypatch.setenv("NUMBA_NUM_THREADS", "2")
    scene = {"plain": FrontEndConfig(), "realistic": REALISTIC}[name]
    scene = scene.model_copy(update={"chest_height_m": 0.2, "chest_width_m": 0.2})
    time_s = np.arange(SECONDS * 200) / 200
    motion_m = np.tile(2e-3 * np.sin(2 * np.pi * 0.25 * time_s), (POINTS, 1))

    def blocks(motion_m):
        return simulate_capture(motion_m, 200.0, MMECG_RADAR, scene, np.random.default_rng(0))

    next(blocks(motion_m[:, :200]))  # compiles
    start = time.perf_counter()
    frames = write_dca1000(tmp_path / "capture.bin", blocks(motion_m), MMECG_RADAR)
    took_s = time.perf_counter() - start
    assert frames == SECONDS * 200
    samples = open_capture(tmp_path / "capture.bin", MMECG_RADAR).read()
    assert samples.size == frames * 12 * 256
    fft_s = min(timeit.repeat(lambda: scipy.fft.fft(samples, workers=2), number=1, repeat=3))
    with capsys.disabled():
        print(
            f"\n{name}: {took_s:.1f} s for a minute of {POINTS} points and 12 virtual channels, "
            f"scipy.fft.fft of its samples {fft_s:.2f} s, ratio {took_s / fft_s:.0f}"
        )
