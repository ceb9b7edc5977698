"""Chirps and frames that did not come when the configuration says."""

import numpy as np
import pytest

from radarkit.capture import ArrayConfig, ChirpConfig, FrameConfig, RadarConfig
from radarkit.capture.config import SPEED_OF_LIGHT_M_PER_S as C
from radarkit.extract.timing import wrong_timing

CHIRP = ChirpConfig(start_frequency_hz=60e9, slope_hz_per_s=60e12, samples=64, sample_rate_hz=4e6)
CHIRP_S, FRAME_S, FRAMES = 100e-6, 0.02, 1500
BIN = 5


def radar(loops=1, tx_order=(0,), period_s=FRAME_S, chirp_period_s=CHIRP_S):
    return RadarConfig(
        chirp=CHIRP,
        frame=FrameConfig(
            loops=loops, tx_order=tx_order, period_s=period_s, chirp_period_s=chirp_period_s
        ),
        array=ArrayConfig(rx=2),
    )


def recorded(config, rng, *, noise=2.0, still=False):
    """Beats of a chest and a wall, in closed form, each chirp at its own time."""
    start_s = np.arange(FRAMES) * config.frame.period_s
    at_s = start_s[:, None, None] + config.chirp_times_s
    range_m = BIN * config.range_bin_m + 2e-3 * np.sin(2 * np.pi * 0.25 * at_s + 0.3)
    range_m = range_m + 1e-4 * np.sin(2 * np.pi * 1.2 * at_s)
    sample_s = np.arange(CHIRP.samples) / CHIRP.sample_rate_hz
    sweep_hz = CHIRP.start_frequency_hz + CHIRP.slope_hz_per_s * sample_s
    chest = np.exp(4j * np.pi / C * sweep_hz * range_m[..., None]) * (0 if still else 100)
    wall = 300 * np.exp(4j * np.pi / C * sweep_hz * 1.9)
    antennas = np.exp(1j * rng.uniform(0, 6, (len(config.frame.tx_order), 2))) * [1, 0.7]
    antennas = antennas[np.asarray(config.frame.tx_order) - min(config.frame.tx_order)]
    cube = (chest + wall)[..., None, :] * antennas[..., None]
    parts = rng.standard_normal((*cube.shape, 2)) @ [1, 1j]
    return (cube + noise * parts).astype(np.complex64)


def read_as(cube, config):
    """Read the samples of one configuration by another one: both are the same bytes."""
    whole = cube.size // np.prod(config.frame_shape) * np.prod(config.frame_shape)
    return cube.reshape(-1)[:whole].reshape(-1, *config.frame_shape)


RIGHT = [
    radar(),
    radar(loops=4),
    radar(tx_order=(0, 1)),
    radar(loops=2, tx_order=(1, 0)),
    radar(loops=16, chirp_period_s=1.2e-3),  # nearly the whole frame
    radar(period_s=0.05),
    radar(loops=2, period_s=0.001),
]


@pytest.mark.parametrize("noise", [2.0, 200.0])
@pytest.mark.parametrize("config", RIGHT)
def test_a_chest_that_moves_as_told_says_nothing(capture_of, config, noise):
    cube = recorded(config, np.random.default_rng(1), noise=noise)
    assert wrong_timing(capture_of(cube, config), BIN) is None


@pytest.mark.parametrize("config", [radar(loops=2), radar(tx_order=(0, 1))])
def test_without_motion_there_is_no_clock(capture_of, config):
    cube = recorded(radar(), np.random.default_rng(2), still=True)
    assert wrong_timing(capture_of(read_as(cube, config), config), BIN) is None


@pytest.mark.parametrize(
    ("true", "told"),
    [
        (radar(), radar(loops=2)),
        (radar(), radar(loops=3)),
        (radar(), radar(tx_order=(0, 1))),
        (radar(loops=2), radar(loops=4)),
        (radar(loops=2), radar(loops=2, tx_order=(0, 1))),
        (radar(loops=16, chirp_period_s=1.2e-3), radar(loops=16)),
        (radar(loops=16), radar(loops=16, chirp_period_s=1.2e-3)),
    ],
)
def test_frames_put_together_from_several_are_said(capture_of, true, told):
    cube = read_as(recorded(true, np.random.default_rng(3)), told)
    said = wrong_timing(capture_of(cube, told), BIN)
    assert said is not None and "from the first chirp of a frame to the last" in said
    assert "frame.loops, frame.tx_order and frame.chirp_period_s" in said


@pytest.mark.parametrize(
    ("true", "told", "frames"),
    [
        (radar(loops=2), radar(), 2),
        (radar(loops=4), radar(), 2),
        (radar(loops=4), radar(loops=2), 2),
        (radar(loops=3), radar(), 3),
    ],
)
@pytest.mark.parametrize("first", [0, 1])
def test_frames_taken_apart_are_said(capture_of, true, told, frames, first):
    cube = read_as(recorded(true, np.random.default_rng(4)), told)[first:]
    said = wrong_timing(capture_of(cube, told), BIN)
    assert said is not None and f"hardly moves within {frames} frames" in said
