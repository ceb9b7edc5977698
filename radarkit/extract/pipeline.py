"""extract: from a raw capture to the motion of the chest, step by step.

capture -> survey: where is the chest -> range profiles around it, transmitters brought to one time
and the chest followed through range -> points that beat most clearly -> their echoes -> circles ->
phase -> metres -> rates. Each step is a function of its own.
"""

from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from radarkit.capture import Capture, HealthMeter, RadarConfig
from radarkit.errors import UserError
from radarkit.extract.candidates import Candidates, range_channels, voxels
from radarkit.extract.chest import HALF_DEPTH_M, Chest
from radarkit.extract.extraction import Extraction, describe
from radarkit.extract.focus import focus, quietest
from radarkit.extract.heart import heart_rate
from radarkit.extract.images import has_images
from radarkit.extract.movement import during, motion_segments
from radarkit.extract.points import measure
from radarkit.extract.presence import absence, somebody_else
from radarkit.extract.range import RangeProfiles, range_gate
from radarkit.extract.rates import breathing_rate
from radarkit.extract.resample import resample, resample_valid
from radarkit.extract.survey import Survey, survey
from radarkit.extract.timing import wrong_timing

_SHORTEST_S = 8.0  # two slow breaths
_SLOWEST_FRAMES_HZ = 10.0  # below, neither the heart's harmonics nor the noise floor are seen


class ExtractConfig(BaseModel):
    """How to extract.

    Attributes
    ----------
    channels : int
        How many points of the chest to keep.
    sample_rate_hz : float
        Rate of the displacement.
    min_range_m, max_range_m : float
        Where the chest may be.
    beamformer : str
        ``"conventional"`` or ``"capon"``, for arrays whose antennas are known.
    capon_loading : float
        Loading of Capon's weights, relative to the mean power of the channels. The parts of one
        chest move nearly alike and cancel each other with less.
    phase : str
        ``"arctangent"`` or ``"dacm"``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    channels: int = Field(default=50, ge=1)
    sample_rate_hz: float = Field(default=200.0, gt=0)
    min_range_m: float = Field(default=0.2, ge=0)
    max_range_m: float = Field(default=2.5, gt=0)
    beamformer: Literal["conventional", "capon"] = "conventional"
    capon_loading: float = Field(default=1.0, gt=0)
    phase: Literal["arctangent", "dacm"] = "arctangent"


def extract(capture: Capture, config: ExtractConfig | None = None) -> Extraction:
    """Extract the motion of the chest from a capture.

    Parameters
    ----------
    capture : Capture
        From `radarkit.capture.open_capture`.
    config : ExtractConfig, optional
        How to extract.

    Raises
    ------
    UserError
        When the capture is too short or too slow, the range gate is empty, or nothing in it moves
        like a chest.
    """
    config = config or ExtractConfig()
    radar = capture.config
    _check(capture)
    health = HealthMeter(radar, capture.limits)
    found = survey(capture, range_gate(radar, config.min_range_m, config.max_range_m))
    chest = _chest(capture, found, health)
    rate_hz = radar.frame_rate_hz
    minute = quietest(found, capture.frames, rate_hz)
    profiles = chest.profiles(minute.start, minute.stop)
    candidates = _candidates(profiles, radar, chest.range_m, config)
    chosen = focus(profiles, candidates, radar.wavelength_m, rate_hz, config.channels)
    places = candidates.take(chosen.places)
    echo = chest.listen(places, health)
    points = measure(
        echo, capture.valid, places, chosen.score, radar.wavelength_m, rate_hz, config.phase
    )
    motion_m = points.displacement_m
    movements = motion_segments(motion_m, rate_hz)
    calm = capture.valid & ~during(movements, capture.frames, rate_hz)
    breathing = breathing_rate(motion_m, rate_hz, calm)
    bin_of_chest = round(found.chest_range_m / radar.range_bin_m)
    doubts = (
        wrong_timing(capture, bin_of_chest),
        absence(points, capture.valid, rate_hz),
        somebody_else(found, radar),
    )
    report = describe(
        capture,
        {"radar": radar.model_dump(mode="json"), "extract": config.model_dump(mode="json")},
        health,
        points,
        range_m=chest.range_m,
        breathing=breathing,
        heart=heart_rate(motion_m, rate_hz, breathing, calm),
        movements=movements,
        wanted=config.channels,
        misread=has_images(capture, bin_of_chest),
        doubts=[one for one in doubts if one],
    )
    late_s = float(radar.chirp_times_s.mean())  # an echo of a frame is the mean of its chirps
    rates_hz = (rate_hz, config.sample_rate_hz)
    return Extraction(
        resample(motion_m, *rates_hz, late_s).astype(np.float32),
        config.sample_rate_hz,
        resample_valid(capture.valid, *rates_hz, late_s),
        points.places.positions_m,
        report,
        found,
        points,
        capture.path.name,
    )


def _chest(capture: Capture, found: Survey, health: HealthMeter) -> Chest:
    """Look around the chest; what the samples look like may explain that there is none."""
    try:
        return Chest.of(capture, found)
    except UserError as error:
        start = 0
        for block in capture.blocks():
            health.add(block, capture.valid[start : start + len(block)])
            start += len(block)
        hints = "; ".join(health.warnings)
        raise UserError(error.found, expected=error.expected, do=hints or error.do) from None


def _candidates(
    profiles: RangeProfiles, radar: RadarConfig, chest_m: float, config: ExtractConfig
) -> Candidates:
    """Places that may be looked at."""
    if radar.array.known and radar.virtual_channels > 1:
        loading = config.capon_loading if config.beamformer == "capon" else None
        return voxels(profiles, radar, chest_m, HALF_DEPTH_M, capon_loading=loading)
    return range_channels(profiles, radar, chest_m, HALF_DEPTH_M, 2 * config.channels)


def _check(capture: Capture) -> None:
    if capture.duration_s < _SHORTEST_S:
        raise UserError(
            f"{capture.path} lasts {capture.duration_s:.3g} s ({capture.frames} frames)",
            expected=f"{_SHORTEST_S:g} s or more",
        )
    if capture.config.frame_rate_hz < _SLOWEST_FRAMES_HZ:
        raise UserError(
            f"{capture.config.frame_rate_hz:.3g} frames per second",
            expected=f"{_SLOWEST_FRAMES_HZ:g} or more: a chest moves faster than that can follow",
        )
