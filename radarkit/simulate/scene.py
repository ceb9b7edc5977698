"""The scene in front of a simulated radar: a chest, what stands around it, and the antennas.

Coordinates are those of the array: x to the right, y up and z straight ahead, from the middle of
its virtual antennas. The chest is a surface of scatterers parallel to the array; each of them moves
along its own line of sight, and things around it do not move.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from pydantic import BaseModel, ConfigDict, Field

from radarkit.capture import RadarConfig
from radarkit.errors import UserError
from radarkit.recording import Float64
from radarkit.simulate.impairments import Leakage, Mixers
from radarkit.simulate.multipath import Mirror, direction

_SPREAD = (0.7548776662466927, 0.5698402909980532)  # 1 / g and 1 / g^2 with g^3 = g + 1


class Reflector(BaseModel):
    """Something that does not move.

    Attributes
    ----------
    range_m : float
        Distance from the array.
    level_db : float
        Echo power over that of the chest.
    azimuth_deg, elevation_deg : float
        Direction, right and up; 0 is straight ahead.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    range_m: float = Field(ge=0)
    level_db: float
    azimuth_deg: float = Field(default=0.0, ge=-90, le=90)
    elevation_deg: float = Field(default=0.0, ge=-90, le=90)


class FrontEndConfig(BaseModel):
    """The scene and the noise.

    Attributes
    ----------
    chest_range_m : float
        Distance from the array to the middle of the chest.
    chest_azimuth_deg, chest_elevation_deg : float
        Direction of the middle of the chest.
    chest_width_m, chest_height_m : float
        Over which the scatterers spread where their positions are not given; without a height they
        are a row.
    chest_counts : float
        Rms amplitude of the chest's echo at the ADC. 32767 is full scale with 16 bits and 2047 with
        12: what exceeds it is clipped when the capture is written.
    snr_db : float
        Power of the chest's echo over thermal noise, in each ADC sample.
    clutter : tuple of Reflector
        By default leakage between the antennas, a chair's back and a wall.
    mirrors : tuple of Mirror
        Planes over which the chest is seen again.
    leakage : Leakage, optional
        Leakage whose phase and level differ from pair to pair of antennas, unlike that in the
        default clutter.
    phase_noise_dbc_hz : float, optional
        Phase noise of the oscillator in 1 Hz at 1 MHz from the carrier, falling with the square of
        the distance; some -92 is usual for 60 and 77 GHz chips.
    mixers : Mixers
        Errors of I and Q.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    chest_range_m: float = Field(default=0.7, gt=0)
    chest_azimuth_deg: float = Field(default=0.0, gt=-90, lt=90)
    chest_elevation_deg: float = Field(default=0.0, gt=-90, lt=90)
    chest_width_m: float = Field(default=0.1, ge=0)
    chest_height_m: float = Field(default=0.0, ge=0)
    chest_counts: float = Field(default=300.0, gt=0)
    snr_db: float = 10.0
    clutter: tuple[Reflector, ...] = (
        Reflector(range_m=0.05, level_db=25),
        Reflector(range_m=0.95, level_db=3, azimuth_deg=15),
        Reflector(range_m=1.4, level_db=10, azimuth_deg=-20),
    )
    mirrors: tuple[Mirror, ...] = ()
    leakage: Leakage | None = None
    phase_noise_dbc_hz: float | None = Field(default=None, le=-40)
    mixers: Mixers = Mixers()


REALISTIC = FrontEndConfig(
    chest_counts=450.0,
    snr_db=36.0,
    clutter=(
        Reflector(range_m=0.95, level_db=-13, azimuth_deg=15),
        Reflector(range_m=1.4, level_db=-20, azimuth_deg=-20),
    ),
    mirrors=(
        Mirror(distance_m=1.2, loss_db=18, azimuth_deg=90),
        Mirror(distance_m=0.9, loss_db=24, elevation_deg=-90),
    ),
    leakage=Leakage(level_db=-4, range_m=0.12, spread_db=1),
    phase_noise_dbc_hz=-92.0,
    mixers=Mixers(gain_db=0.02, phase_deg=0.15, dc_i_counts=10, dc_q_counts=10, alike=False),
)
"""A person 0.7 m from a radar on a board; docs/front_end.md says where the figures come from."""


class Scatterers(NamedTuple):
    """Points that reflect.

    Attributes
    ----------
    rest_m : (scatterer, 3) float64
        Where each rests.
    amplitudes : (scatterer,) float64
        Amplitude of each echo; the chest's rms is 1.
    """

    rest_m: Float64
    amplitudes: Float64


def chest_of(
    front_end: FrontEndConfig, points: int, positions_m: ArrayLike | None = None
) -> Scatterers:
    """Put a chest of equal scatterers where the scene has it.

    Parameters
    ----------
    front_end : FrontEndConfig
        The scene.
    points : int
        How many scatterers.
    positions_m : (points, 3) array_like, optional
        Where each lies from the middle of the chest, as `Recording.positions_m`: right, up and
        away from the radar. Without them they spread evenly over width and height.

    Raises
    ------
    UserError
        When there are more or fewer positions than points, or one is not finite.
    """
    if positions_m is None:
        offsets_m = _spread(front_end, points)
    else:
        offsets_m = np.asarray(positions_m, np.float64)
        if offsets_m.shape != (points, 3):
            raise UserError(
                f"positions of shape {offsets_m.shape}", expected=f"{(points, 3)}, one for a point"
            )
        if not np.isfinite(offsets_m).all():
            raise UserError("a position that is not finite", expected="metres from the sternum")
    middle_m = front_end.chest_range_m * direction(
        front_end.chest_azimuth_deg, front_end.chest_elevation_deg
    )
    return Scatterers(middle_m + offsets_m, np.ones(points))


def clutter_of(front_end: FrontEndConfig) -> Scatterers:
    """Gather what does not move."""
    rest_m = [
        each.range_m * direction(each.azimuth_deg, each.elevation_deg) for each in front_end.clutter
    ]
    levels_db = np.array([each.level_db for each in front_end.clutter])
    return Scatterers(np.reshape(rest_m, (-1, 3)), 10 ** (levels_db / 20))


def antennas_of(config: RadarConfig) -> tuple[Float64, Float64]:
    """Where the antennas stand, from the middle of the virtual ones.

    Where the array is not known, receivers stand half a wavelength apart in a row, and each
    transmitter continues the row of virtual antennas where the one before ends.

    Returns
    -------
    (tx, 3) float64, (rx, 3) float64
        In metres; tx in firing order.
    """
    array = config.array
    if array.known:
        tx_m, rx_m = array.positions_m(config.transmitters, config.wavelength_m)
    else:
        step_m = np.array([config.wavelength_m / 2, 0.0, 0.0])
        tx_m = np.outer(config.transmitters, array.rx * step_m)
        rx_m = np.outer(np.arange(array.rx), step_m)
    middle_m = (tx_m.mean(axis=0) + rx_m.mean(axis=0)) / 2
    fired = np.searchsorted(config.transmitters, config.frame.tx_order)
    return tx_m[fired] - middle_m, rx_m - middle_m


def _spread(front_end: FrontEndConfig, points: int) -> Float64:
    """Places over the chest: a row, or the R2 sequence, whose points keep clear of each other."""
    if points == 1:
        return np.zeros((1, 3))
    index = np.arange(points)
    across = index / (points - 1) if front_end.chest_height_m == 0 else index * _SPREAD[0] % 1
    up = index * _SPREAD[1] % 1
    return np.column_stack(
        [
            (across - 0.5) * front_end.chest_width_m,
            (up - 0.5) * front_end.chest_height_m,
            np.zeros(points),
        ]
    )
