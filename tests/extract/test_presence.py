"""A chest that is not there all the time, and one that is not alone."""

import numpy as np
import pytest

from radarkit.capture import ArrayConfig, ChirpConfig, FrameConfig, RadarConfig
from radarkit.capture.config import SPEED_OF_LIGHT_M_PER_S as C
from radarkit.extract import ExtractConfig, extract

RADAR = RadarConfig(
    chirp=ChirpConfig(
        start_frequency_hz=60e9, slope_hz_per_s=60e12, samples=128, sample_rate_hz=4e6
    ),
    frame=FrameConfig(loops=1, tx_order=(0,), period_s=0.02),
    array=ArrayConfig(rx=2),
)
TIME_S = np.arange(2000) * 0.02
FEW = ExtractConfig(channels=6)
MISSING = "the echo of the chest is missing"
ELSE = "something else moves"


def breathing(range_m, per_min=15.0, heart_per_min=70.0):
    """A chest at a distance: (frame,) in m."""
    breath_m = 2e-3 * np.sin(2 * np.pi * per_min / 60 * TIME_S)
    return range_m + breath_m + 1e-4 * np.sin(2 * np.pi * heart_per_min / 60 * TIME_S)


def echo(range_m, amplitude, angle):
    """Beats of a point in closed form: (frame, loop, tx, rx, sample)."""
    sample_s = np.arange(128) / 4e6
    sweep_hz = 60e9 + 60e12 * sample_s
    beat = np.exp(4j * np.pi / C * sweep_hz * np.broadcast_to(range_m, TIME_S.shape)[:, None])
    amplitude = np.broadcast_to(amplitude, TIME_S.shape)[:, None]
    return (amplitude * beat)[:, None, None, None] * np.exp(1j * angle * np.arange(2))[:, None]


def warnings(capture_of, *echoes, valid=None):
    rng = np.random.default_rng(0)
    room = echo(0.05, 900, 0.4) + echo(2.2, 200, 1.0) + sum(echoes)
    cube = room + 4 * (rng.standard_normal((*room.shape, 2)) @ [1, 1j])
    report = extract(capture_of(np.rint(cube.view(float)).view(complex), RADAR, valid), FEW).report
    return "; ".join(report.warnings), report


def test_one_chest_that_stays_is_not_warned_of(capture_of):
    said, report = warnings(capture_of, echo(breathing(0.8), 100, 0.2))
    assert said == "" and report.range_m == pytest.approx(0.8, abs=0.03)


@pytest.mark.parametrize(
    ("there", "says"),
    [
        (TIME_S > 15, "missing for 15 s of 40 s (0 to 15 s)"),
        (TIME_S < 30, "missing for 10 s of 40 s (30 to 40 s)"),
        (
            (TIME_S < 10) | ((TIME_S > 14) & (TIME_S < 32)),
            "missing for 11 s of 40 s (longest: 32 to 40 s)",
        ),
    ],
)
def test_a_chair_that_is_empty_for_a_while_is_said(capture_of, there, says):
    said, _ = warnings(capture_of, echo(breathing(0.8), 100 * there, 0.2))
    assert says in said


def test_lost_frames_are_not_called_an_empty_chair(capture_of):
    valid = np.abs(TIME_S - 20) > 3
    said, _ = warnings(capture_of, echo(breathing(0.8), 100 * valid, 0.2), valid=valid)
    assert "lost samples" in said and MISSING not in said


@pytest.mark.parametrize(
    ("nearer", "farther", "warned"),
    [(100, 95, True), (95, 100, True), (45, 100, True), (100, 45, False), (10, 100, False)],
)
def test_a_second_chest_is_said_unless_it_may_be_a_ghost_behind_the_first(
    capture_of, nearer, farther, warned
):
    chests = (
        echo(breathing(0.781), nearer, 0.2),
        echo(breathing(1.562, 20.0, 88.0), farther, -0.9),
    )
    said, report = warnings(capture_of, *chests)
    other_m = 1.56 if report.range_m < 1 else 0.78
    assert (f"{ELSE} at {other_m} m" in said) == warned
    assert (ELSE in said) == warned
