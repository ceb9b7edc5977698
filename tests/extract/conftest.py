"""A chest made here, so that extraction is not judged by the package's own simulator of hearts."""

from pathlib import Path

import numpy as np
import pytest

from radarkit.capture import Capture
from radarkit.simulate.fmcw import simulate_capture

RESPIRATION = (1.0, 0.3, 0.12, 0.05, 0.03, 0.015, 0.01, 0.006)  # amplitudes of its harmonics


def chest(
    rng,
    *,
    seconds=60.0,
    rate_hz=200.0,
    breathing_per_min=15.0,
    heart_per_min=70.0,
    breathing_mm=5.0,
    heart_mm=0.2,
    variability=0.04,
):
    """Displacement (samples,) in m, and the mean heart rate of its beats per minute."""
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    rate = breathing_per_min / 60 * (1 + 0.02 * np.sin(2 * np.pi * time_s / 40))
    turn = 2 * np.pi * np.cumsum(rate) / rate_hz
    respiration = sum(
        height * np.cos(order * turn + rng.uniform(0, 2 * np.pi))
        for order, height in enumerate(RESPIRATION, 1)
    )
    beats_s = [-60 / heart_per_min]
    while beats_s[-1] < seconds + 1:
        jitter = variability * rng.standard_normal()
        slow = variability / 2 * np.sin(2 * np.pi * 0.1 * beats_s[-1])
        beats_s.append(beats_s[-1] + 60 / heart_per_min * (1 + jitter + slow))
    beats_s = np.array(beats_s)
    heart = np.zeros_like(time_s)
    for beat_s in beats_s:
        after_s = time_s - beat_s
        heart += np.exp(-(((after_s - 0.12) / 0.06) ** 2))  # systole
        heart -= 0.6 * np.exp(-(((after_s - 0.38) / 0.09) ** 2))  # diastole
        burst = np.exp(-(((after_s - 0.11) / 0.04) ** 2))  # whose carrier differs from beat to beat
        heart += 0.06 * burst * np.cos(2 * np.pi * 12 * after_s + rng.uniform(0, 2 * np.pi))
    displacement_mm = breathing_mm * respiration / np.ptp(respiration)
    displacement_mm = displacement_mm + heart_mm * heart / np.ptp(heart)
    inside = beats_s[(beats_s >= 0) & (beats_s < seconds)]
    return 1e-3 * displacement_mm, 60 / np.mean(np.diff(inside))


@pytest.fixture(name="chest")
def chest_fixture():
    return chest


class InMemory:
    """Frames that are an array."""

    def __init__(self, cube):
        self.cube = cube

    def read(self, start, stop):
        return self.cube[start:stop]


@pytest.fixture
def capture_of():
    """Make a capture of an array (frame, loop, tx, rx, sample), as if it had been recorded."""

    def make(cube, config, valid=None):
        return Capture(Path("capture.bin"), config, len(cube), InMemory(cube), valid)

    return make


@pytest.fixture
def capture_of_chest(capture_of):
    """Make a capture of a chest that moves as one, rounded as an ADC does."""

    def make(motion_m, radar, front_end, *, rate_hz=200.0, points=5, seed=0, valid=None):
        rng = np.random.default_rng(seed)
        blocks = simulate_capture(np.tile(motion_m, (points, 1)), rate_hz, radar, front_end, rng)
        cube = np.concatenate(list(blocks))
        return capture_of(np.rint(cube.view(np.float32)).view(cube.dtype), radar, valid)

    return make
