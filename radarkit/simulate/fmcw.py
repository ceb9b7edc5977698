"""FMCW front end: from the motion of a chest to the samples of a radar's ADC.

A chirp ``f(t) = f0 + S t`` that comes back after the delay ``tau = 2 R / c`` and is mixed with the
outgoing one leaves the beat

    exp(j 2 pi (f0 tau + S tau t - S tau^2 / 2)),   t = 0 at the first ADC sample,

the difference of the two phases ``2 pi (f0 t + S t^2 / 2)``. A receding target raises the phase.
The chest is a row of scatterers across its width, each moving along its own line of sight; static
reflectors do not move; thermal noise is white. Receivers stand half a wavelength apart, and each
transmitter continues the row of virtual receivers where the one before ends.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from scipy.interpolate import CubicSpline

from radarkit.capture import ArrayConfig, ChirpConfig, FrameConfig, RadarConfig
from radarkit.capture.config import SPEED_OF_LIGHT_M_PER_S
from radarkit.errors import UserError

_BLOCK_SAMPLES = 2**20  # beats computed at a time, over all scatterers: bounds the memory

DEFAULT_RADAR = RadarConfig(
    chirp=ChirpConfig(
        start_frequency_hz=60.4e9, slope_hz_per_s=100e12, samples=64, sample_rate_hz=2e6
    ),
    frame=FrameConfig(loops=1, tx_order=(0,), period_s=0.005),
    array=ArrayConfig(rx=4),
)
"""A 60 GHz radar with 3.2 GHz of bandwidth, four receivers and 200 frames per second."""


class Reflector(BaseModel):
    """Something that does not move.

    Attributes
    ----------
    range_m : float
        Distance from the array.
    level_db : float
        Echo power over that of the chest.
    azimuth_deg : float
        Direction; 0 is straight ahead.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    range_m: float = Field(ge=0)
    level_db: float
    azimuth_deg: float = Field(default=0.0, ge=-90, le=90)


class FrontEndConfig(BaseModel):
    """The scene and the noise.

    Attributes
    ----------
    chest_range_m : float
        Distance from the array to the middle of the chest.
    chest_width_m : float
        The scatterers lie evenly over this width.
    chest_counts : float
        Rms amplitude of the chest's echo at the ADC; 32767 is full scale.
    snr_db : float
        Power of the chest's echo over thermal noise, in each ADC sample.
    clutter : tuple of Reflector
        By default leakage between the antennas, a chair's back and a wall.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    chest_range_m: float = Field(default=0.7, gt=0)
    chest_width_m: float = Field(default=0.1, ge=0)
    chest_counts: float = Field(default=300.0, gt=0)
    snr_db: float = 10.0
    clutter: tuple[Reflector, ...] = (
        Reflector(range_m=0.05, level_db=25),
        Reflector(range_m=0.95, level_db=3, azimuth_deg=15),
        Reflector(range_m=1.4, level_db=10, azimuth_deg=-20),
    )


def simulate_capture(
    displacement_m: NDArray[np.floating],
    sample_rate_hz: float,
    config: RadarConfig,
    front_end: FrontEndConfig,
    rng: np.random.Generator,
) -> Iterator[NDArray[np.complex64]]:
    """Sample the echoes of a moving chest.

    Parameters
    ----------
    displacement_m : (points, samples) float
        Motion of each scatterer; away from the radar is positive.
    sample_rate_hz : float
        Rate of `displacement_m`. Chirps fall between its samples and see a cubic spline, which is
        exact to a thousandth for motion below an eighth of the rate.
    config : RadarConfig
        The radar.
    front_end : FrontEndConfig
        The scene.
    rng : numpy.random.Generator
        Draws the thermal noise.

    Yields
    ------
    (frame, loop, tx, rx, sample) complex64
        In ADC counts, not rounded yet: give the blocks to `radarkit.capture.write_dca1000`, which
        rounds and clips.

    Raises
    ------
    UserError
        When the motion is shorter than a frame, the chirps do not fit into a frame, or something
        stands beyond the distance that the ADC rate resolves.
    """
    points, samples = displacement_m.shape
    frames = int(samples / sample_rate_hz * config.frame_rate_hz + 1e-6)
    _check(config, front_end, frames)
    ranges_m, directions = _chest(front_end, points)
    static = sum(
        10 ** (reflector.level_db / 20)
        * _beats(
            np.full((1, *config.frame_shape[:2], 1), reflector.range_m),
            np.array([np.sin(np.deg2rad(reflector.azimuth_deg))]),
            config,
        )
        for reflector in front_end.clutter
    )
    spline = CubicSpline(np.arange(samples) / sample_rate_hz, displacement_m, axis=1)
    noise = np.float32(10 ** (-front_end.snr_db / 20) / np.sqrt(2))  # of each of I and Q
    per_frame = int(np.prod(config.frame_shape)) * points
    step = max(1, _BLOCK_SAMPLES // per_frame)
    for start in range(0, frames, step):
        frame_s = np.arange(start, min(start + step, frames)) * config.frame.period_s
        time_s = frame_s[:, None, None] + config.chirp_times_s
        # the chirps of the last frame may lie behind the last sample: the chest holds still
        moved_m = np.moveaxis(spline(np.minimum(time_s, (samples - 1) / sample_rate_hz)), 0, -1)
        echo = _beats(ranges_m + moved_m, directions, config) / np.sqrt(points) + static
        thermal = rng.standard_normal((*echo.shape, 2), np.float32).view(np.complex64)[..., 0]
        yield np.asarray(front_end.chest_counts * (echo + noise * thermal), np.complex64)


def _beats(
    ranges_m: NDArray[np.float64], directions: NDArray[np.float64], config: RadarConfig
) -> NDArray[np.complex64]:
    """Sum the beats of scatterers of amplitude 1.

    Parameters
    ----------
    ranges_m : (frame, loop, tx, scatterer) float64
        Distance at each chirp.
    directions : (scatterer,) float64
        Sine of the azimuth.
    config : RadarConfig
        The radar.

    Returns
    -------
    (frame, loop, tx, rx, sample) complex64
    """
    delay_s = 2 * ranges_m / SPEED_OF_LIGHT_M_PER_S
    slope = config.chirp.slope_hz_per_s
    turns = config.chirp.start_frequency_hz * delay_s - slope * delay_s**2 / 2
    sample_s = np.arange(config.chirp.samples) / config.chirp.sample_rate_hz
    # hundreds of turns do not fit into single precision, their fractions do
    turns = (turns[..., None] + slope * delay_s[..., None] * sample_s) % 1.0
    beats = np.exp(np.complex64(2j * np.pi) * turns.astype(np.float32))
    place = (
        np.arange(config.array.rx) + np.asarray(config.frame.tx_order)[:, None] * config.array.rx
    )
    # a receiver on the side of the scatterer is nearer to it
    steering = np.exp(-1j * np.pi * place[..., None] * directions).astype(np.complex64)
    return np.asarray(steering @ beats)  # (tx, rx, scatterer) @ (..., tx, scatterer, sample)


def _chest(
    front_end: FrontEndConfig, points: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Distance and sine of the azimuth of each scatterer."""
    half = front_end.chest_width_m / 2
    across_m = np.linspace(-half, half, points) if points > 1 else np.zeros(1)
    ranges_m = np.hypot(front_end.chest_range_m, across_m)
    return ranges_m, across_m / ranges_m


def _check(config: RadarConfig, front_end: FrontEndConfig, frames: int) -> None:
    if frames == 0:
        raise UserError(
            "the motion is shorter than a frame", expected=f"{config.frame.period_s:g} s or more"
        )
    farthest_m = max([front_end.chest_range_m, *(each.range_m for each in front_end.clutter)])
    if farthest_m >= config.max_range_m:
        raise UserError(
            f"an echo from {farthest_m:g} m", expected=f"at most {config.max_range_m:.3g} m"
        )
