"""The chest: where its points lie and how each of them shows the heart.

Vibrations spread from the apex as a shear wave, with a lag that grows and an amplitude that fades
with distance. Beside that each point has an amplitude, a polarity and a pitch of its own, as ribs
and tissue differ.
"""

from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from radarkit.recording import Float64

_APEX_M = np.array([-0.04, -0.06, 0.0])  # the heart's apex beats left of and below the sternum
_REACH_M = np.array([0.12, 0.12, 0.01])  # points lie no farther from the sternum


class Chest(BaseModel):
    """What one person's chest does to vibrations.

    Attributes
    ----------
    fade_m : float
        Distance over which they fall to 37 %.
    wave_m_per_s : float
        How fast they spread.
    amplitude_spread : float
        Factor that one standard deviation makes from point to point.
    pitch_spread : float
        Relative standard deviation of the carrier's frequency from point to point.
    reversed_share : float
        Share of points that move against the others.
    breath_spread : float
        Relative standard deviation of the breath's motion from point to point.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    fade_m: float = Field(gt=0)
    wave_m_per_s: float = Field(gt=0)
    amplitude_spread: float = Field(ge=1)
    pitch_spread: float = Field(ge=0, lt=0.2)
    reversed_share: float = Field(ge=0, le=1)
    breath_spread: float = Field(ge=0, lt=0.5)


@dataclass(frozen=True, eq=False)
class Points:
    """The points of a chest that a radar sees, one a channel.

    Attributes
    ----------
    positions_m : (channels, 3) float64
        Right, up, and away from the radar, relative to the sternum.
    gain, lag_s, polarity, pitch, breath : (channels,) float64
        Relative amplitude, delay, sign and relative frequency of vibrations; relative motion by
        breathing.
    """

    positions_m: Float64
    gain: Float64
    lag_s: Float64
    polarity: Float64
    pitch: Float64
    breath: Float64


def draw_points(chest: Chest, channels: int, rng: np.random.Generator) -> Points:
    """Draw the points of a chest."""
    positions_m = rng.uniform(-_REACH_M, _REACH_M, (channels, 3))
    distance_m = np.linalg.norm(positions_m - _APEX_M, axis=1)
    own = rng.standard_normal((3, channels))
    return Points(
        positions_m,
        gain=np.exp(-distance_m / chest.fade_m) * chest.amplitude_spread ** own[0],
        lag_s=distance_m / chest.wave_m_per_s,
        polarity=np.where(rng.uniform(size=channels) < chest.reversed_share, -1.0, 1.0),
        pitch=1 + chest.pitch_spread * np.clip(own[1], -3, 3),
        breath=1 + chest.breath_spread * np.clip(own[2], -2, 2),
    )
