"""Beats lost to noise, put back between their neighbours, and pauses left alone.

A gap between two found R peaks holds lost beats when three things agree:

- the gap is two or three times the cycle around it (the median of up to four cycles on either
  side), each part within `TOLERANCE` of that cycle;
- there are at least `FEWEST` other cycles to tell from;
- the radar is at least as loud after every missing R peak as after the found ones (median): a
  heart that pauses is quiet, so something was there, a beat or what drowned it.

What is put back is marked as interpolated and has no confidence. Everything else stays a gap. The
rhythm alone does not do: hearts pause for whole cycles, too. Nor does what a network says there,
which draws a little of a beat into pauses (docs/evaluation.md has F1 with and without). Source:
radarODE-MTL, "Noise Robustness", the peak "can be compensated from the adjacent cardiac cycles";
the rule is this project's own.
"""

import numpy as np
from numpy.typing import NDArray

from radarkit.datasets.windows import TARGET_RATE_HZ
from radarkit.recording import Float32, Float64

TOLERANCE = 0.1
FEWEST = 2
_MOST_CYCLES = 3
_SIDE = 4  # cycles on either side of a gap that say how long one is
_BEAT_S = (0.02, 0.45)  # after the R peak, when a chest shows a beat: both vibrations and recoil


def bridge(r_peaks: Float64, vibration: Float64 | None) -> tuple[Float64, NDArray[np.bool_]]:
    """Put lost beats back at equal distances between the found ones.

    Parameters
    ----------
    r_peaks : (found,) float64
        Increasing sample positions.
    vibration : (channels, samples) float64, optional
        Acceleration of the chest in any unit, as noisy as it was; without it nothing is put back.

    Returns
    -------
    r_peaks : (beats,) float64
        All of them, increasing.
    interpolated : (beats,) bool
        Which were put back.
    """
    if vibration is None or r_peaks.size == 0:
        return r_peaks, np.zeros(r_peaks.size, np.bool_)
    loudness = _loudness(vibration)
    usual = np.median(_after(r_peaks, loudness))
    gaps = np.diff(r_peaks)
    lost: list[Float64] = []
    for index, gap in enumerate(gaps):
        around = np.concatenate([gaps[max(0, index - _SIDE) : index], gaps[index + 1 :][:_SIDE]])
        if around.size < FEWEST:
            continue
        cycle = float(np.median(around))
        parts = round(gap / cycle)
        if not 2 <= parts <= _MOST_CYCLES or abs(gap / parts - cycle) > TOLERANCE * cycle:
            continue
        places = r_peaks[index] + gap * np.arange(1, parts) / parts
        if (_after(places, loudness) >= usual).all():
            lost.append(places)
    put_back = np.concatenate(lost) if lost else np.empty(0)
    every = np.concatenate([r_peaks, put_back])
    order = np.argsort(every)
    return every[order], order >= r_peaks.size


def between_neighbours(
    lengths: Float64, shapes: Float32, r_peaks: Float64, interpolated: NDArray[np.bool_]
) -> tuple[Float64, Float32]:
    """Give interpolated beats their share of the gap, and the mean of both neighbours for a shape.

    Parameters
    ----------
    lengths : (beats,) float64
        Cycle lengths in samples.
    shapes : (beats, points) float32
        Cycles.
    r_peaks, interpolated
        What `bridge` gave.

    Returns
    -------
    lengths : (beats,) float64
    shapes : (beats, points) float32
    """
    lengths, shapes = lengths.copy(), shapes.copy()
    found = np.flatnonzero(~interpolated)
    for beat in np.flatnonzero(interpolated):
        after = int(np.searchsorted(found, beat))
        lengths[beat] = r_peaks[beat + 1] - r_peaks[beat]
        shapes[beat] = shapes[found[after - 1 : after + 1]].mean(axis=0)
    return lengths, shapes


def _loudness(vibration: Float64) -> Float64:
    """Add up the power over the channels, each relative to its own, from the start."""
    together = np.zeros(vibration.shape[1])
    for channel in vibration:  # a night is as long as it is: no copy of all channels
        power = np.square(channel)
        usual = power.mean()
        together += power / (usual if usual > 0 else 1.0)
    return np.concatenate([[0.0], np.cumsum(together / len(vibration))])


def _after(r_peaks: Float64, loudness: Float64) -> Float64:
    """Mean power while a beat of each R peak would show."""
    first, last = (
        np.clip(np.rint(r_peaks + after_s * TARGET_RATE_HZ), 0, loudness.size - 1).astype(np.int64)
        for after_s in _BEAT_S
    )
    return np.asarray((loudness[last] - loudness[first]) / np.maximum(last - first, 1))
