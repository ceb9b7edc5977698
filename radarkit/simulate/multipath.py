"""Multipath: a chest that is seen in mirrors as well, such as walls, floor and ceiling.

A flat surface sends a wave on as if it came from the mirror image of where it came from. So a way
between an antenna and a point over the surface is as long as the straight line to the image of the
point, and the image moves as the point does, mirrored. Every way out joins every way back: with one
mirror a point has four echoes, namely the direct one, two over the mirror one way, and one both
ways. All of this is exact for plane mirrors that are seen from everywhere; what is left out is
waves that bounce more than once between antenna and chest.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from radarkit.capture.config import SPEED_OF_LIGHT_M_PER_S
from radarkit.errors import UserError
from radarkit.recording import Float64


class Mirror(BaseModel):
    """A plane over which the radar sees the chest a second time.

    Attributes
    ----------
    distance_m : float
        From the array to the plane, along its normal.
    loss_db : float
        What a way over the mirror loses against the direct way: by its length, by reflection and
        by leaving the beam of the antenna. An echo over it both ways loses twice as much.
    azimuth_deg, elevation_deg : float
        Direction of the normal, right and up: 90 and 0 for a wall to the right, 0 and -90 for the
        floor, 0 and 0 for a wall behind the chest.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    distance_m: float = Field(gt=0)
    loss_db: float = Field(ge=0)
    azimuth_deg: float = Field(default=0.0, ge=-180, le=180)
    elevation_deg: float = Field(default=0.0, ge=-90, le=90)

    @property
    def normal(self) -> Float64:
        """Unit vector from the array to the plane, (3,)."""
        return direction(self.azimuth_deg, self.elevation_deg)


class Echoes(NamedTuple):
    """Ways of waves from transmitter to receiver, by the places where they seem to turn.

    Attributes
    ----------
    out_m, back_m : (echo, 3) float64
        Where the point, or its mirror image, rests as the transmitter and as the receiver see it.
    out_sight, back_sight : (echo, 3) float64
        Unit vectors along which that place moves with the motion of the point.
    amplitudes : (echo,) float64
        Amplitude of each echo.
    points : (echo,) int64
        Number of the point whose motion it has.
    """

    out_m: Float64
    back_m: Float64
    out_sight: Float64
    back_sight: Float64
    amplitudes: Float64
    points: NDArray[np.int64]

    @property
    def delays_s(self) -> Float64:
        """Time that each echo takes at rest, from the middle of the array and back, (echo,)."""
        return 2 * self.ranges_m / SPEED_OF_LIGHT_M_PER_S

    @property
    def ranges_m(self) -> Float64:
        """Distance at which each echo is seen: half its way at rest, (echo,)."""
        ways_m = np.linalg.norm(self.out_m, axis=1) + np.linalg.norm(self.back_m, axis=1)
        return np.asarray(ways_m / 2)


def echoes_of(rest_m: Float64, amplitudes: Float64, mirrors: Sequence[Mirror] = ()) -> Echoes:
    """List the echoes of points: first the direct ones, then those over mirrors.

    Parameters
    ----------
    rest_m : (point, 3) float64
        Where each point rests; it moves along its line of sight, away from the array.
    amplitudes : (point,) float64
        Amplitude of its direct echo.
    mirrors : sequence of Mirror
        What sends waves on.
    """
    ways = [(rest_m, _sight(rest_m), 1.0)]
    for mirror in mirrors:
        normal = mirror.normal
        across_m = rest_m @ normal - mirror.distance_m
        sight = ways[0][1]
        ways.append(
            (
                rest_m - 2 * across_m[:, None] * normal,
                sight - 2 * (sight @ normal)[:, None] * normal,
                10 ** (-mirror.loss_db / 20),
            )
        )
    pairs = [(out, back) for out in ways for back in ways]
    return Echoes(
        out_m=np.concatenate([out[0] for out, _ in pairs]),
        back_m=np.concatenate([back[0] for _, back in pairs]),
        out_sight=np.concatenate([out[1] for out, _ in pairs]),
        back_sight=np.concatenate([back[1] for _, back in pairs]),
        amplitudes=np.concatenate([amplitudes * out[2] * back[2] for out, back in pairs]),
        points=np.tile(np.arange(len(rest_m)), len(pairs)),
    )


def check_mirrors(rest_m: Float64, farthest_m: Float64, mirrors: Sequence[Mirror]) -> None:
    """Refuse a chest that stands in or behind a mirror.

    Parameters
    ----------
    rest_m : (point, 3) float64
        Where each point rests.
    farthest_m : (point,) float64
        How far it moves away from there, along its line of sight.
    mirrors : sequence of Mirror
        The planes.

    Raises
    ------
    UserError
        With the mirror and the distance.
    """
    reach_m = rest_m + farthest_m[:, None] * _sight(rest_m)
    for mirror in mirrors:
        beyond_m = float(max((rest_m @ mirror.normal).max(), (reach_m @ mirror.normal).max()))
        if beyond_m >= mirror.distance_m:
            raise UserError(
                f"a chest that reaches {beyond_m:.3g} m towards a mirror {mirror.distance_m:.3g} m "
                "away",
                expected="a chest between the radar and the mirror",
                do="move the mirror away",
            )


def direction(azimuth_deg: float, elevation_deg: float) -> Float64:
    """Turn angles to the right and up into a unit vector, (3,)."""
    azimuth, elevation = np.deg2rad(azimuth_deg), np.deg2rad(elevation_deg)
    return np.array(
        [
            np.sin(azimuth) * np.cos(elevation),
            np.sin(elevation),
            np.cos(azimuth) * np.cos(elevation),
        ]
    )


def _sight(rest_m: Float64) -> Float64:
    """Line of sight to each place, (point, 3) unit vectors away from the array."""
    distance_m = np.linalg.norm(rest_m, axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):
        return np.where(distance_m > 0, rest_m / distance_m, [0.0, 0.0, 1.0])
