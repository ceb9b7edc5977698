"""Beats lost to noise, put back between their neighbours.

A gap between two found R peaks holds a lost beat when three things agree:

- the gap is two or three times the cycle around it (the median of up to four cycles on either
  side), each part within `TOLERANCE` of that cycle;
- the anchor curve rises near every missing place, if only by `TRACE` of a typical beat: too little
  to be found, but more than it does where there is no beat;
- there are at least `FEWEST` other cycles to tell from.

Without the second a heart that pauses for a whole beat would be given one. Between beats the curve
of a trained network is flat to 1 % of a beat, with noise of -3 dB in the signal, too; where a beat
was lost it rises by 10 % in the median. So a beat that left no trace stays lost, a gap of another
length stays a gap, and four cycles without a beat are never filled. What is put back is marked as
interpolated and has no confidence. Source: seed, "Noise Robustness", the peak "can be compensated
from the adjacent cardiac cycles"; the rule is this project's own.
"""

import numpy as np
from numpy.typing import NDArray

from radarkit.recording import Float32, Float64

TOLERANCE = 0.1
TRACE = 0.01
FEWEST = 2
_MOST_CYCLES = 3
_SIDE = 4  # cycles on either side of a gap that say how long one is


def bridge(r_peaks: Float64, curve: Float32) -> tuple[Float64, NDArray[np.bool_]]:
    """Put lost beats back at equal distances between the found ones.

    Parameters
    ----------
    r_peaks : (found,) float64
        Increasing sample positions, picked from `curve`.
    curve : (samples,) float32
        Anchor curve of the trial.

    Returns
    -------
    r_peaks : (beats,) float64
        All of them, increasing.
    interpolated : (beats,) bool
        Which were put back.
    """
    gaps = np.diff(r_peaks)
    height = np.nan_to_num(np.asarray(curve, np.float64), nan=0.0, posinf=0.0, neginf=0.0)
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
        if _leave_a_trace(places, TOLERANCE * cycle, height, r_peaks):
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


def _leave_a_trace(places: Float64, reach: float, height: Float64, r_peaks: Float64) -> bool:
    """Whether the curve rises near all of some places."""
    floor = float(np.median(height))
    beat = float(np.median(np.interp(r_peaks, np.arange(height.size), height))) - floor
    for place in places:
        near = height[max(0, round(place - reach)) : round(place + reach) + 1]
        if near.max() - floor < TRACE * beat:
            return False
    return True
