"""The heart as the chest shows it: two vibrations a beat (seed, "Signal Model").

    v_i^k(t) = a_i^k cos(2 pi f_i^k (t - T_i^k) + phi_i^k) exp(-((t - T_i^k) / b_i)^2),   i in 1, 2

v1 when the ventricles contract and the aortic valve opens, v2 when it closes. T1 follows R by the
electromechanical delay; T2 follows T1 by the ejection time, which goes with the square root of the
interval. On real chests the bursts above 5 Hz come at the same time in each beat but their carrier
does not repeat, so the phase phi is drawn anew for every beat. It spreads over the chest as a wave:
a point lags by its distance to the heart, and differs from its neighbours by a phase of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from radarkit.recording import Float64


class Vibration(BaseModel):
    """One of the two vibrations at one point.

    Attributes
    ----------
    amplitude_m, width_s, frequency_hz : float
        The seed's a, b and f.
    lag_s : float
        How long the wave takes to this point.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    amplitude_m: float = Field(ge=0)
    width_s: float = Field(gt=0)
    frequency_hz: float = Field(gt=0)
    lag_s: float = Field(default=0.0, ge=0)


class Mechanics(BaseModel):
    """How one person's heart moves the chest after each R peak.

    Attributes
    ----------
    delay_s : float
        R peak to v1, the electromechanical delay.
    ejection_s : float
        v1 to v2 at an interval of 1 s.
    delay_spread_s : float
        Standard deviation of either time from beat to beat.
    amplitude_spread : float
        Relative standard deviation of an amplitude from beat to beat.
    phase_spread_rad : float
        Standard deviation of the carrier's phase from point to point, within a beat.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    delay_s: float
    ejection_s: float = Field(gt=0)
    delay_spread_s: float = Field(default=0.003, ge=0)
    amplitude_spread: float = Field(default=0.1, ge=0)
    phase_spread_rad: float = Field(default=0.7, ge=0)


@dataclass(frozen=True)
class BeatTimes:
    """The truth of each beat: ``t1_s`` and ``t2_s``, both (beats,) float64."""

    t1_s: Float64
    t2_s: Float64


def draw_beat_times(
    mechanics: Mechanics, r_times_s: Float64, rng: np.random.Generator
) -> BeatTimes:
    """Draw when each beat's two vibrations come."""
    rr_s = np.diff(r_times_s, append=2 * r_times_s[-1] - r_times_s[-2])
    spread = rng.normal(0, mechanics.delay_spread_s, (2, r_times_s.size))
    t1 = r_times_s + mechanics.delay_s + spread[0]
    return BeatTimes(t1, t1 + mechanics.ejection_s * np.sqrt(rr_s) + spread[1])


def draw_vibration(
    points: Sequence[Vibration],
    times_s: Float64,
    samples: int,
    sample_rate_hz: float,
    mechanics: Mechanics,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Displacement of one of the two vibrations at every point.

    Parameters
    ----------
    points : sequence of Vibration
        One a channel.
    times_s : (beats,) float64
        T of each beat.
    samples, sample_rate_hz : int, float
        Grid of the result, which starts at time 0.
    mechanics : Mechanics
        How much amplitudes and phases vary.
    rng : numpy.random.Generator
        Source of carrier phases and amplitudes.

    Returns
    -------
    (channels, samples) float64
        In metres.
    """
    out = np.zeros((len(points), samples))
    heights = rng.normal(1, mechanics.amplitude_spread, (times_s.size, 1))
    phases = rng.uniform(0, 2 * np.pi, (times_s.size, 1)) + rng.normal(
        0, mechanics.phase_spread_rad, (times_s.size, len(points))
    )
    a = np.array([p.amplitude_m for p in points])[:, None]
    b = np.array([p.width_s for p in points])[:, None]
    f = np.array([p.frequency_hz for p in points])[:, None]
    lag_s = np.array([p.lag_s for p in points])[:, None]
    reach_s = 4 * b.max() + lag_s.max()  # exp(-16) of the height
    for time_s, phase, height in zip(times_s, phases, heights, strict=True):
        around = np.rint((time_s + np.array([-reach_s, reach_s])) * sample_rate_hz).astype(int)
        low, high = np.clip(around, 0, samples)
        t = np.arange(low, high) / sample_rate_hz - time_s - lag_s
        carrier = np.cos(2 * np.pi * f * t + phase[:, None])
        out[:, low:high] += a * height * carrier * np.exp(-((t / b) ** 2))
    return out
