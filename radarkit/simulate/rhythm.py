"""When the heart beats: R times with heart-rate variability, trends, early beats and pauses.

    RR(t) = 60 / HR(t) + s_lf n_lf(t) - s_hf r(t),    HR(t) = HR + recovery exp(-t / tau)

n_lf is unit noise around 0.1 Hz (Mayer waves) and r(t) the unit breath, positive with full lungs:
breathing in shortens the interval (respiratory sinus arrhythmia). The two bands are those of
McSharry et al., IEEE TBME 50 (2003), but the upper one follows the very breath that moves the
chest. Each beat follows the last by the interval at its time.

An atrial early beat resets the rhythm; a ventricular one does not, so that the pause after it makes
up for the time it came early (compensatory pause).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from radarkit.recording import Float64
from radarkit.simulate.heart import SAMPLE_RATE_HZ
from radarkit.simulate.slow_noise import band_noise

_SHORTEST_RR_S, _LONGEST_RR_S = 0.33, 1.28  # of ordinary beats: 180 to 47 per minute
_MARGIN_S = 2 * _LONGEST_RR_S  # beats before the trial, as their ECG and motion reach into it
_MAYER_HZ = (0.07, 0.13)
_EARLY = (0.6, 0.78)  # of the interval, where an early beat comes
_PAUSE = (1.6, 2.2)  # of the interval, how long a pause lasts

NORMAL, ATRIAL, VENTRICULAR = 0, 1, 2
"""Kinds of beats."""


class Rhythm(BaseModel):
    """Heart rate and its variability.

    Attributes
    ----------
    heart_rate_per_min : float
        Mean rate at rest. Intervals end at 0.33 and 1.28 s, as cycle lengths are told to 1.3 s.
    lf_s, hf_s : float
        Standard deviation of the interval around 0.1 Hz, and with the breath.
    recovery_per_min, recovery_s : float
        How much faster the heart beats at the start of the trial, and the time after which 37 % of
        that is left: recovery from exercise.
    atrial_per_min, ventricular_per_min, pause_per_min : float
        How often an early beat of either kind, or a pause, comes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    heart_rate_per_min: float = Field(ge=47, le=180)
    lf_s: float = Field(ge=0)
    hf_s: float = Field(ge=0)
    recovery_per_min: float = Field(default=0.0, ge=0)
    recovery_s: float = Field(default=60.0, gt=0)
    atrial_per_min: float = Field(default=0.0, ge=0)
    ventricular_per_min: float = Field(default=0.0, ge=0)
    pause_per_min: float = Field(default=0.0, ge=0)


@dataclass(frozen=True, eq=False)
class Beats:
    """The beats of a trial and around it.

    Attributes
    ----------
    r_times_s : (beats,) float64
        From before 0 to after the end, so that the trial's ends hold whole beats.
    kinds : (beats,) int8
        `NORMAL`, `ATRIAL` or `VENTRICULAR`.
    """

    r_times_s: Float64
    kinds: NDArray[np.int8]


def draw_beats(rhythm: Rhythm, breath: Float64, rng: np.random.Generator) -> Beats:
    """Draw the beats of a trial.

    Parameters
    ----------
    rhythm : Rhythm
        Rate and variability.
    breath : (samples,) float64
        The unit breath of the trial at `SAMPLE_RATE_HZ`, which sets its length.
    rng : numpy.random.Generator
        Source of all else.
    """
    duration_s = breath.size / SAMPLE_RATE_HZ
    margin = round(_MARGIN_S * SAMPLE_RATE_HZ)
    breath = np.pad(breath, margin, "edge")
    time_s = np.arange(breath.size) / SAMPLE_RATE_HZ - _MARGIN_S
    low = band_noise(breath.shape, SAMPLE_RATE_HZ, *_MAYER_HZ, rng)
    excess = rhythm.recovery_per_min * np.exp(-np.maximum(time_s, 0) / rhythm.recovery_s)
    rr_s = 60 / (rhythm.heart_rate_per_min + excess) + rhythm.lf_s * low - rhythm.hf_s * breath
    rr_s = np.clip(rr_s, _SHORTEST_RR_S, _LONGEST_RR_S)

    def interval_at(at_s: float) -> float:
        return float(rr_s[min(rr_s.size - 1, max(0, round((at_s + _MARGIN_S) * SAMPLE_RATE_HZ)))])

    times, kinds = [-_MARGIN_S + rng.uniform(0, _SHORTEST_RR_S)], [NORMAL]
    per_min = np.array([rhythm.atrial_per_min, rhythm.ventricular_per_min, rhythm.pause_per_min])
    while times[-1] < duration_s + _LONGEST_RR_S:
        step_s, kind = interval_at(times[-1]), NORMAL
        chance, early, longer = rng.uniform(), rng.uniform(*_EARLY), rng.uniform(*_PAUSE)
        which = int(np.searchsorted(np.cumsum(per_min * step_s / 60), chance, side="right"))
        if kinds[-1] == VENTRICULAR:  # the beat that would have come after the early one
            step_s = 2 * step_s - (times[-1] - times[-2])
        elif which == 2:
            step_s *= longer
        elif which < 2 and kinds[-1] == NORMAL:
            step_s, kind = step_s * early, (ATRIAL, VENTRICULAR)[which]
        times.append(times[-1] + step_s)
        kinds.append(kind)
    return Beats(np.array(times), np.array(kinds, np.int8))


def at_beats(course: Float64, r_times_s: Float64, sample_rate_hz: float) -> Float64:
    """Value of a course at each R peak, (beats,); that of its ends for beats beyond them."""
    at = np.clip(np.rint(r_times_s * sample_rate_hz).astype(int), 0, course.size - 1)
    return np.asarray(course[at])


def intervals_before(r_times_s: Float64) -> Float64:
    """Interval from the beat before to each beat, (beats,) in s; the first takes the next."""
    return np.diff(r_times_s, prepend=2 * r_times_s[0] - r_times_s[1])
