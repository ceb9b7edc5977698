"""Reports and pictures as an extraction makes them, without one."""

import numpy as np

from radarkit.extract.report import ExtractionReport
from radarkit.extract.report_pictures import Pictures, decibels

WARNINGS = ["receivers without a signal: 2 of 4", "a <b>bold</b> & late one"]


def point(number=0, *, known=True, **change):
    place = {"azimuth_deg": 3.0, "elevation_deg": -2.0, "position_m": [0.01 * number, 0.02, 0.7]}
    pair = {"tx": 0, "rx": number % 4}
    return {
        "range_m": 0.7 + 0.01 * number,
        "score": 0.5,
        "noise_um": 4.0,
        "arc_turns": 1.5,
        "circle_resolved": True,
        "faded_fraction": 0.0,
        **(place if known else pair),
        **change,
    }


def report(count=8, *, known=True, **change):
    found = {
        "capture": {
            "name": "s01-1.bin",
            "frames": 4000,
            "frames_invalid": 3,
            "frames_dropped": 1,
            "bytes_left_over": 924,
            "duration_s": 20.0,
            "frame_rate_hz": 200.0,
            "notes": ["3 of 900 packets lost"],
        },
        "health": {
            "clipped_fraction": 0.0,
            "dead_receivers": [2],
            "dc": [[1.0, -2.0]],
            "negative_half_db": float("nan"),
        },
        "range_m": 0.7,
        "breathing_rate_per_min": 15.2,
        "breathing_confidence": 0.9,
        "heart_rate_per_min": 69.6,
        "heart_confidence": 0.4,
        "heart_method": "bursts",
        "points": [point(number, known=known) for number in range(count)],
        "motion_segments": [{"start_s": 2.0, "stop_s": 4.0}],
        "warnings": WARNINGS,
        "versions": {"radarkit": "0"},
        "config": {"extract": {"channels": 50}, "radar": {"path": "</pre><script>"}},
    }
    return ExtractionReport.model_validate({**found, **change})


def pictures(seconds=20.0, rate_hz=200.0, **change):
    rng = np.random.default_rng(0)
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    motion_m = 2e-3 * np.sin(2 * np.pi * 0.25 * time_s) + 1e-4 * np.sin(2 * np.pi * 1.2 * time_s)
    ranges_m, times_s = np.linspace(0.2, 2.5, 40), np.linspace(0, seconds, 30)
    power = rng.exponential(1.0, (30, 40))
    return Pictures(
        **{
            "ranges_m": ranges_m,
            "profile_times_s": times_s,
            "profile_db": decibels(power),
            "static_db": decibels(power.mean(axis=0)),
            "moving_db": decibels(power.var(axis=0)),
            "best_iq": 5 + 3j + np.exp(4j * np.pi * motion_m / 4e-3),
            "centre": 5 + 3j,
            "radius": 1.0,
            "displacement_m": motion_m,
            "sample_rate_hz": rate_hz,
            "valid": np.arange(time_s.size) >= 100,
            **change,
        }
    )
