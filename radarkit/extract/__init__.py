"""From a capture to the motion of the chest; `radarkit.extract.pipeline` puts the steps together.

Where the chest is: `survey`, `Chest`. Echoes: `range_profiles`, `compensate_tdm`, `follow_range`,
`remove_static`. Places: `voxels` or `range_channels`, `focus`. Motion: `fit_circle`,
`arctangent_phase` or `dacm_phase`, `phase_to_displacement`. What it shows: `breathing_rate`,
`heart_rate`, `motion_segments`, `vibration`. What speaks against it: `wrong_timing`, `absence`,
`somebody_else`.
"""

from radarkit.extract.beamform import (
    beams,
    capon_weights,
    conventional_weights,
    range_weights,
    steering,
    voxel_grid,
)
from radarkit.extract.candidates import Candidates, range_channels, voxels
from radarkit.extract.chest import Chest
from radarkit.extract.circle import Circle, choose_centre, fit_circle, refine_centre
from radarkit.extract.clutter import remove_static
from radarkit.extract.extraction import Extraction
from radarkit.extract.focus import Focus, focus, quietest
from radarkit.extract.follow import follow_range
from radarkit.extract.heart import HeartRate, heart_rate
from radarkit.extract.movement import Segment, motion_segments
from radarkit.extract.periodicity import Periodicity, periodicity
from radarkit.extract.phase import (
    ambiguous_steps,
    arctangent_phase,
    dacm_phase,
    phase_noise_m,
    phase_to_displacement,
    usable_samples,
)
from radarkit.extract.pipeline import ExtractConfig, extract
from radarkit.extract.points import Points, measure
from radarkit.extract.presence import absence, somebody_else
from radarkit.extract.range import RangeProfiles, range_gate, range_profiles, range_transform
from radarkit.extract.rates import Rate, breathing_rate
from radarkit.extract.report import ExtractionReport
from radarkit.extract.resample import resample
from radarkit.extract.survey import Survey, survey
from radarkit.extract.tdm import compensate_tdm, tdm_delays_s
from radarkit.extract.timing import wrong_timing
from radarkit.extract.vibration import band_limit, vibration

__all__ = [
    "Candidates",
    "Chest",
    "Circle",
    "ExtractConfig",
    "Extraction",
    "ExtractionReport",
    "Focus",
    "HeartRate",
    "Periodicity",
    "Points",
    "RangeProfiles",
    "Rate",
    "Segment",
    "Survey",
    "absence",
    "ambiguous_steps",
    "arctangent_phase",
    "band_limit",
    "beams",
    "breathing_rate",
    "capon_weights",
    "choose_centre",
    "compensate_tdm",
    "conventional_weights",
    "dacm_phase",
    "extract",
    "fit_circle",
    "focus",
    "follow_range",
    "heart_rate",
    "measure",
    "motion_segments",
    "periodicity",
    "phase_noise_m",
    "phase_to_displacement",
    "quietest",
    "range_channels",
    "range_gate",
    "range_profiles",
    "range_transform",
    "range_weights",
    "refine_centre",
    "remove_static",
    "resample",
    "somebody_else",
    "steering",
    "survey",
    "tdm_delays_s",
    "usable_samples",
    "vibration",
    "voxel_grid",
    "voxels",
    "wrong_timing",
]
