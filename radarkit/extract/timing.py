"""Whether the chirps of a frame came when the configuration says: a moving chest is a clock.

With loops, transmitters or chirps too many or too few the bytes still make whole frames, but the
frame rate, and with it every rate, is off by a whole factor. What the chest has moved from the
first chirp of a frame to the last tells how much time lies between. With the moving part of the
echo of the first, ``a[k]`` in frame k, that of the last is

    b[k] = g (a[k] + delay a'[k]),    a'[k] = (a[k + m] - a[k - m]) / (2 m),

g the difference of two transmitters and the delay in frames; least squares give both. The same
holds for the frames themselves, which are evenly spaced unless two or three of them are one.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from radarkit.capture import Capture
from radarkit.extract.range import range_transform

_RUNS = 8
_RUN_S = 4.0
_SLOPE_S = 0.05  # what a slope is taken over, on either side
_LEAST_SLOPE = 10.0  # its power over that of its noise: less would seem to stand still
_SURE = 0.04  # of a period; standard error of a delay that may speak
_OFF = 0.2  # of a period; a factor of two or more in the frames leaves no less than a quarter
_TOGETHER = (2, 3)  # frames that may be one

Echoes = NDArray[np.complexfloating]


class _Delay(NamedTuple):
    """Of the last chirp behind the first, and its standard error, in periods of a frame."""

    periods: float
    error: float


def wrong_timing(capture: Capture, bin_of_chest: int) -> str | None:
    """Say what speaks against the chirps and frames of a configuration, None if nothing does.

    Parameters
    ----------
    capture : Capture
        From `radarkit.capture.open_capture`.
    bin_of_chest : int
        Number of its range bin, counted from distance 0.
    """
    config = capture.config
    runs = _runs(capture, bin_of_chest)
    reach = max(1, round(_SLOPE_S * config.frame_rate_hz))
    chirps = config.chirps_per_frame
    if chirps > 1:
        found = _delay([(run[:, 0], run[:, -1]) for run in runs], reach)
        told = (chirps - 1) * config.chirp_period_s / config.frame.period_s
        periods = min(found.periods, 1.0)  # fast motion is steeper than its slope
        if found.error < _SURE and abs(periods - told) > _OFF:
            return (
                f"the chest moves from the first chirp of a frame to the last as in "
                f"{100 * periods:.0f} % of its period, not {100 * told:.2g} %: "
                "check frame.loops, frame.tx_order and frame.chirp_period_s, rates may be wrong"
            )
    for together in _TOGETHER:
        for offset in range(together):
            pairs = [_grouped(run[offset:, 0], together) for run in runs]
            found = _delay(pairs, max(1, reach // together))
            if found.error < _SURE and found.periods < 1 - 1 / together - _OFF:
                return (
                    f"the chest hardly moves within {together} frames, then there is a pause: "
                    "check frame.loops and frame.tx_order, rates may be wrong"
                )
    return None


def _runs(capture: Capture, bin_of_chest: int) -> list[Echoes]:
    """Echoes of the chest in runs of frames without a loss: (frame, chirp, rx) complex each."""
    config = capture.config
    transform = range_transform(config, np.array([bin_of_chest]))
    frames = min(capture.frames, max(3, round(_RUN_S * config.frame_rate_hz)))
    alike = math.lcm(*_TOGETHER)  # frames of a group stand at the same place in every run
    starts = np.linspace(0, capture.frames - frames, _RUNS).astype(int)
    starts = np.unique(starts // alike * alike)
    runs = []
    for start in starts:
        if capture.valid[start : start + frames].all():
            step = capture.frames_per_block
            blocks = [
                capture.read(at, min(at + step, start + frames)) @ transform
                for at in range(start, start + frames, step)
            ]
            runs.append(np.concatenate(blocks).reshape(frames, -1, config.array.rx))
    return runs


def _grouped(first: Echoes, together: int) -> tuple[Echoes, Echoes]:
    """First and last of each group of frames."""
    whole = len(first) // together * together
    groups = first[:whole].reshape(-1, together, first.shape[1])
    return groups[:, 0], groups[:, -1]


def _delay(pairs: list[tuple[Echoes, Echoes]], reach: int) -> _Delay:
    """Delay between echoes (frame, rx) of two kinds, all receivers of all runs together."""
    times, weights = [], []
    for first, last in pairs:
        if len(first) < 4 * reach + 4:
            continue
        moving, later = first - first.mean(axis=0), last - last.mean(axis=0)
        slope = (moving[2 * reach :] - moving[: -2 * reach]) / (2 * reach)
        for rx in range(moving.shape[1]):
            known = np.stack([moving[reach:-reach, rx], slope[:, rx]], axis=1)
            told = later[reach:-reach, rx]
            inverse = np.linalg.pinv(known.conj().T @ known)
            gain, rate = inverse @ (known.conj().T @ told)
            left = told - known @ np.array([gain, rate])
            noise = float((np.abs(left) ** 2).mean())  # of both, first and last
            variance = noise * float(inverse[1, 1].real)
            clear = np.mean(np.abs(known[:, 1]) ** 2) > _LEAST_SLOPE * noise / (2 * reach) ** 2
            if clear and abs(gain) > 0 and variance > 0:
                times.append((rate / gain).real)
                weights.append(abs(gain) ** 2 / variance)
    if not times:
        return _Delay(0.0, np.inf)
    middle = float(np.average(times, weights=weights))
    spread = np.average((np.asarray(times) - middle) ** 2, weights=weights)
    # what runs differ by may exceed what their noise explains
    error = max(1 / np.sqrt(np.sum(weights)), np.sqrt(spread / max(len(times) - 1, 1)))
    return _Delay(middle, float(error))
