"""A small data set of chests that beat, for whatever makes spectrograms of its own."""

import numpy as np

from radarkit.datasets.build import spectrogram_of
from radarkit.datasets.store import create
from radarkit.recording import Quantity, Recording


def chest(subject, seed, quantity, seconds=48.0):
    """Bursts after each R peak on top of breathing."""
    rng = np.random.default_rng(seed)
    samples = round(200 * seconds)
    time_s = np.arange(samples) / 200
    peaks = np.cumsum(rng.integers(150, 190, samples // 150))
    peaks = peaks[peaks < samples - 1]
    radar = 1e-7 * rng.standard_normal((3, samples))
    for lag_s, height_m, f_hz in ((0.08, 2e-5, 9), (0.38, 1e-5, 14)):
        for peak in peaks:
            t = time_s - peak / 200 - lag_s
            wave = np.exp(-((t / 0.06) ** 2)) * height_m
            radar += wave * np.cos(2 * np.pi * f_hz * t + rng.uniform(0, 7, (3, 1)))
    if quantity is Quantity.DISPLACEMENT:
        radar = radar + 2e-3 * np.sin(2 * np.pi * 0.25 * time_s)
    return Recording(
        radar, 200.0, subject, "1", quantity, ecg=rng.standard_normal(samples), r_peaks=peaks
    )


def write_chests(path):
    """Two subjects, one of displacement and one of acceleration."""
    kinds = (Quantity.DISPLACEMENT, Quantity.ACCELERATION)
    with create(path, config={}, seed=0) as writer:
        for index, kind in enumerate(kinds):
            recording = chest(f"s{index}", index, kind)
            writer.add(recording, spectrogram_of(recording))
    return path
