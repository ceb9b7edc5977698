"""Cycles of an ECG, each found in a window of its own, set side by side again.

Cycle j was cut w samples before its R peak and is as long as the distance to the next R peak, with
one w in a trial. So it starts at R_j - w, and cycle j + 1 starts where it ends.
"""

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from radarkit.errors import UserError
from radarkit.recording import Float64

_MOST_ODD = 0.05  # of the cycles; more of them mean that the layout is another one
_REACH = 200  # samples; an R peak further from where a cycle is looked for is not its own


class Beats(NamedTuple):
    """R peaks of a trial.

    Attributes
    ----------
    r_peaks : (beats,) int64
        Increasing samples.
    tolerance : int
        How far they may be off, in samples.
    """

    r_peaks: NDArray[np.int64]
    tolerance: int

    @classmethod
    def of(cls, seen: Sequence[NDArray[np.int64]], step: int) -> Self:
        """Put together what several windows have seen, to `step` samples each."""
        every = np.sort(np.concatenate(seen))
        if every.size == 0:
            return cls(every, step)
        groups = np.split(every, np.flatnonzero(np.diff(every) > 2 * step) + 1)
        return cls(np.array([round(float(np.median(group))) for group in groups]), step)


def ecg_of_cycles(
    cycles: Sequence[Float64], near: NDArray[np.int64], beats: Beats, samples: int, where: str
) -> tuple[Float64, NDArray[np.bool_], NDArray[np.int64]]:
    """Put an ECG together from cycles.

    Parameters
    ----------
    cycles : sequence of (samples,) float64
        One a window, in mV; several may be the same.
    near : (cycles,) int64
        Sample that the R peak of each is nearest to, among those that are as far from the next one
        as the cycle is long.
    beats : Beats
        R peaks of the trial.
    samples : int
        Length of the ECG.
    where : str
        What the cycles are of, for the message.

    Returns
    -------
    ecg_mv : (samples,) float64
        With straight lines where there is no cycle.
    known : (samples,) bool
        Where there is one.
    r_peaks : (beats,) int64
        As exact among each other as the lengths of the cycles.

    Raises
    ------
    UserError
        When many cycles belong to no R peak, or to one that has another cycle already.
    """
    r_peaks, tolerance = beats
    gaps = np.diff(r_peaks)
    lead = round(float(np.median([int(cycle.argmax()) for cycle in cycles])))
    placed: dict[int, Float64] = {}
    odd = 0
    for cycle, place in zip(cycles, near, strict=True):
        alike = np.abs(gaps - cycle.size) <= 2 * tolerance
        fitting = np.flatnonzero(alike & (np.abs(r_peaks[:-1] - place) <= _REACH))
        if fitting.size == 0:
            odd += 1
            continue
        beat = int(fitting[np.abs(r_peaks[fitting] - place).argmin()])
        there = placed.setdefault(beat, cycle)
        odd += not np.array_equal(there, cycle)
    if odd > _MOST_ODD * len(cycles) + 1:
        raise UserError(
            f"{odd} of {len(cycles)} cycles in {where} belong to no R peak of their own",
            expected="cycles from an R peak to the next, as released",
        )
    r_peaks = _refined(r_peaks, placed)
    ecg, known = np.zeros(samples), np.zeros(samples, np.bool_)
    for beat, cycle in placed.items():
        start = int(r_peaks[beat]) - lead
        first, last = max(start, 0), min(start + cycle.size, samples)
        if last > first:
            ecg[first:last] = cycle[first - start : last - start]
            known[first:last] = True
    if not known.any():
        raise UserError(f"no cycle of {where} lies in its windows", expected="released windows")
    time = np.arange(samples)
    ecg[~known] = np.interp(time[~known], time[known], ecg[known])
    return ecg, known, r_peaks


def _refined(r_peaks: NDArray[np.int64], placed: dict[int, Float64]) -> NDArray[np.int64]:
    """Move R peaks to be as far apart as the cycles between them are long, run by run."""
    refined = r_peaks.copy()
    beat = 0
    while beat < r_peaks.size:
        last = beat
        while last in placed:
            last += 1
        lengths = [placed[index].size for index in range(beat, last)]
        along = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        run = slice(beat, last + 1)
        refined[run] = along + round(float(np.mean(r_peaks[run] - along)))
        beat = last + 1
    return refined
