"""Breaths that are harder than the fixture's, and what else a chest does."""

import numpy as np
from scipy.interpolate import CubicSpline


def breath(rng, seconds, rate_hz, per_min, shape, *, height_m=5e-3):
    """Breaths whose rate and height vary: (samples,) in m."""
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    wander = 0.03 * np.sin(2 * np.pi * time_s / rng.uniform(20, 40) + rng.uniform(0, 6))
    turn = np.cumsum(per_min / 60 * (1 + wander)) / rate_hz + rng.uniform()
    within = turn % 1
    heights = 1 + 0.1 * rng.standard_normal(int(turn[-1]) + 3)
    if shape == "triangular":
        course = 1 - np.abs(2 * within - 1)
    else:  # in fast, out slowly
        out = (within - 0.35) / 0.65
        course = np.where(
            within < 0.35,
            0.5 - 0.5 * np.cos(np.pi * within / 0.35),
            np.exp(-3 * out) - np.exp(-3) * out,
        )
    return height_m * course * np.interp(turn, np.arange(heights.size), heights)


def drift(rng, seconds, rate_hz, rms_m):
    """Drift of a posture, a random walk: (samples,) in m."""
    walk = np.cumsum(rng.standard_normal(int(4 * seconds) + 8))
    walk -= np.linspace(walk[0], walk[-1], walk.size)
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    return rms_m * CubicSpline(np.arange(walk.size) / 4, walk / walk.std())(time_s)


def seen(rng, motion_m, *, noise_m=1e-5, channels=4):
    """One motion in several channels, each with its own gain and noise."""
    gain = rng.uniform(0.7, 1.3, (channels, 1))
    return gain * motion_m + noise_m * rng.standard_normal((channels, motion_m.size))
