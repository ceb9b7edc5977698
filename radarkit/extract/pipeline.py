"""extract: from a raw capture to the motion of the chest, step by step.

capture -> survey: where is the chest -> range profiles around it -> transmitters brought to one
time, the chest followed through range -> points -> circles -> phase -> metres -> rates.
Each step is a function of its own.
"""

from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from radarkit.capture import Capture, HealthMeter, RadarConfig
from radarkit.errors import UserError
from radarkit.extract.candidates import Candidates, range_channels, voxels
from radarkit.extract.extraction import Extraction, describe
from radarkit.extract.focus import focus
from radarkit.extract.follow import follow_range
from radarkit.extract.heart import heart_rate
from radarkit.extract.images import has_images
from radarkit.extract.movement import motion_segments
from radarkit.extract.points import measure
from radarkit.extract.range import RangeProfiles, range_gate, range_profiles
from radarkit.extract.rates import breathing_rate
from radarkit.extract.resample import resample, resample_valid
from radarkit.extract.survey import Survey, survey
from radarkit.extract.tdm import compensate_tdm, tdm_delays_s

_SHORTEST_S = 8.0  # two slow breaths
_SLOWEST_FRAMES_HZ = 10.0  # below, neither the heart's harmonics nor the noise floor are seen
_HALF_CHEST_M = 0.12  # echoes farther than this from the chest's range are ghosts or somebody else
_MARGIN_BINS = 3  # what a range between bins is made of


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
    profiles = _around_chest(capture, found, health)
    candidates = _candidates(profiles, radar, found.chest_range_m, config)
    chosen = focus(profiles, candidates, radar.wavelength_m, radar.frame_rate_hz, config.channels)
    points = measure(profiles, candidates.take(chosen.places), chosen, radar, config.phase)
    motion_m, rate_hz = points.displacement_m, radar.frame_rate_hz
    breathing = breathing_rate(motion_m, rate_hz, profiles.valid)
    report = describe(
        capture,
        {"radar": radar.model_dump(mode="json"), "extract": config.model_dump(mode="json")},
        health,
        points,
        range_m=found.chest_range_m,
        breathing=breathing,
        heart=heart_rate(motion_m, rate_hz, breathing, profiles.valid),
        movements=motion_segments(motion_m, rate_hz),
        wanted=config.channels,
        misread=has_images(capture, round(found.chest_range_m / radar.range_bin_m)),
    )
    return Extraction(
        resample(motion_m, rate_hz, config.sample_rate_hz).astype(np.float32),
        config.sample_rate_hz,
        resample_valid(profiles.valid, rate_hz, config.sample_rate_hz),
        points.places.positions_m,
        report,
        found,
        points,
        capture.path.name,
    )


def _around_chest(capture: Capture, found: Survey, health: HealthMeter) -> RangeProfiles:
    """Range profiles around the chest, all transmitters at one time, the chest at one range."""
    radar = capture.config
    half_width_m = _HALF_CHEST_M + _MARGIN_BINS * radar.range_bin_m
    try:
        run_track_m = found.track_m()
        chest_m = found.chest_range_m
    except UserError as error:  # what the samples look like may explain it
        for block in capture.blocks():
            health.add(block)
        hints = "; ".join(health.warnings)
        raise UserError(error.found, expected=error.expected, do=hints or error.do) from None
    places_m = np.array([chest_m]) if run_track_m is None else run_track_m
    bins = range_gate(
        radar,
        max(0.0, float(places_m.min()) - half_width_m),
        min(radar.max_range_m, float(places_m.max()) + half_width_m),
    )
    profiles = range_profiles(capture, bins, health=health)
    values = compensate_tdm(profiles.values, tdm_delays_s(radar), radar.frame.period_s)
    profiles = RangeProfiles(_hold(values, profiles.valid), profiles.ranges_m, profiles.valid)
    if run_track_m is None:
        return profiles
    times_s = np.arange(capture.frames) * radar.frame.period_s
    return follow_range(profiles, np.interp(times_s, found.times_s, run_track_m), half_width_m)


def _hold(values: np.ndarray, valid: np.ndarray) -> np.ndarray:
    """Repeat the last whole frame where one was lost, so that the phase makes no jump there."""
    if valid.all() or not valid.any():
        return values
    last = np.maximum.accumulate(np.where(valid, np.arange(len(valid)), -1))
    return np.asarray(values[np.where(last < 0, int(valid.argmax()), last)])


def _candidates(
    profiles: RangeProfiles, radar: RadarConfig, chest_m: float, config: ExtractConfig
) -> Candidates:
    """Places that may be looked at."""
    if radar.array.known and radar.virtual_channels > 1:
        loading = config.capon_loading if config.beamformer == "capon" else None
        return voxels(profiles, radar, chest_m, _HALF_CHEST_M, capon_loading=loading)
    return range_channels(profiles, radar, chest_m, _HALF_CHEST_M, 2 * config.channels)


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
