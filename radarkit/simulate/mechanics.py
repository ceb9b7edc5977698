"""When the heart moves the chest: electromechanical delay and systolic time intervals.

Weissler, Harris and Schoenfeld (Circulation 37, 1968) measured how the intervals from the onset of
Q follow the heart rate (per minute; mean of their men and women, in ms):

    pre-ejection period (aortic valve opens)              PEP = 132 - 0.4 HR
    electromechanical systole (aortic valve closes)       QS2 = 547.5 - 2.05 HR

and the ejection between them follows. Here HR is 60 over the interval before the beat. The first
vibration peaks `after_opening_s` after the valve opens, the second `after_closing_s` after it
closes. In healthy hearts the end of T and the closing go together (QT and QS2 agree); therefore
`t_end_share` of what a person's T ends later or earlier than usual moves the closing: it is how the
place of T can be seen in the motion of the chest.
"""

from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from radarkit.recording import Float64
from radarkit.simulate.heart import Heart
from radarkit.simulate.rhythm import at_beats, intervals_before

Q_TO_R_S = 0.040
_USUAL_T_END_S = 0.38  # after R at an interval of 1 s: a QT of 0.42 s (Fridericia)
_QUICKEST_EJECTION_S = 0.10


class Burst(BaseModel):
    """One vibration of a beat, at the point where it is strongest.

    Attributes
    ----------
    share : float
        Its amplitude over that of the first vibration.
    width_s, frequency_hz : float
        b and f of the signal model.
    steadiness : float
        Share of its power that is the same in every beat. The rest is drawn anew, so that its
        height follows Rice's law: from 0, many modes of the chest that add up as chance has it
        (Rayleigh), to 1, always alike.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    share: float = Field(ge=0)
    width_s: float = Field(gt=0, lt=1)
    frequency_hz: float = Field(gt=0, lt=50)
    steadiness: float = Field(ge=0, le=1)


class Mechanics(BaseModel):
    """How one person's heart moves the chest after each R peak.

    Attributes
    ----------
    after_opening_s, after_closing_s : float
        From the aortic valve to the two vibrations.
    delay_spread_s : float
        Standard deviation of either time from beat to beat.
    t_end_share : float
        How much of an unusual end of T the closing shares.
    amplitude_m : float
        Of the first vibration, root mean square over beats.
    beat_spread : float
        Relative standard deviation of a vibration's width and frequency from beat to beat.
    filling_exponent : float
        Amplitudes go with the interval before the beat, over the usual one, to this power
        (Frank-Starling): an early beat is weak, the one after its pause strong.
    breath_share : float
        How much weaker they are at one standard deviation of the breath: full lungs lie between.
    phase_spread_rad : float
        Standard deviation of the carrier's phase from point to point, within a beat.
    v1, v2 : Burst
        The two vibrations.
    recoil : Burst
        What real chests show beside the two: a broad rise of 5-10 Hz between them.
    recoil_after_s : float
        From the first vibration to its middle.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    after_opening_s: float = Field(ge=-0.05, le=0.2)
    after_closing_s: float = Field(ge=-0.1, le=0.2)
    delay_spread_s: float = Field(ge=0, lt=0.1)
    t_end_share: float = Field(ge=0, le=1)
    amplitude_m: float = Field(ge=0)
    beat_spread: float = Field(ge=0, lt=0.2)
    filling_exponent: float = Field(ge=0)
    breath_share: float = Field(ge=0, lt=0.5)
    phase_spread_rad: float = Field(ge=0)
    v1: Burst
    v2: Burst
    recoil: Burst
    recoil_after_s: float = Field(ge=0, le=0.3)


@dataclass(frozen=True, eq=False)
class BeatTimes:
    """The truth of each beat: ``t1_s`` and ``t2_s``, both (beats,) float64."""

    t1_s: Float64
    t2_s: Float64


def draw_beat_times(mechanics: Mechanics, heart: Heart, rng: np.random.Generator) -> BeatTimes:
    """Draw when each beat's two vibrations come."""
    r_s = heart.r_times_s
    rr_s = intervals_before(r_s)
    per_min = 60 / rr_s
    spread = rng.normal(0, mechanics.delay_spread_s, (2, r_s.size))
    opening = r_s - Q_TO_R_S + (132 - 0.4 * per_min) / 1000
    closing = r_s - Q_TO_R_S + (547.5 - 2.05 * per_min) / 1000
    unusual = heart.t_end_s - (r_s + _USUAL_T_END_S * np.cbrt(rr_s))
    closing += mechanics.t_end_share * np.clip(np.nan_to_num(unusual), -0.1, 0.1)
    t1 = opening + mechanics.after_opening_s + spread[0]
    t2 = closing + mechanics.after_closing_s + spread[1]
    return BeatTimes(t1, np.maximum(t2, t1 + _QUICKEST_EJECTION_S))


def beat_strengths(
    mechanics: Mechanics, heart: Heart, breath: Float64, sample_rate_hz: float
) -> Float64:
    """Relative amplitude of each beat by filling and breath, (beats,)."""
    rr_s = intervals_before(heart.r_times_s)
    filling = (rr_s / np.median(rr_s)) ** mechanics.filling_exponent
    full = at_beats(breath, heart.r_times_s, sample_rate_hz)
    return np.asarray(filling * np.clip(1 - mechanics.breath_share * full, 0.2, None))
