"""From a capture to the motion of the chest."""

from radarkit.extract.beats import (
    Period,
    beat_period,
    burst_envelope,
    heart_rate_of_bursts,
    mean_envelope,
)
from radarkit.extract.focus import Channel, Focus, focus, vital_energy_db
from radarkit.extract.phase import (
    Circle,
    ambiguous_steps,
    choose_centre,
    fit_circle,
    phase_to_displacement,
)
from radarkit.extract.pipeline import ExtractConfig, Extraction, extract, resample
from radarkit.extract.range import RangeProfiles, motion_to_noise_db, range_profiles
from radarkit.extract.rates import breathing_rate_per_min, heart_rate_per_min
from radarkit.extract.vibration import vibration

__all__ = [
    "Channel",
    "Circle",
    "ExtractConfig",
    "Extraction",
    "Focus",
    "Period",
    "RangeProfiles",
    "ambiguous_steps",
    "beat_period",
    "breathing_rate_per_min",
    "burst_envelope",
    "choose_centre",
    "extract",
    "fit_circle",
    "focus",
    "heart_rate_of_bursts",
    "heart_rate_per_min",
    "mean_envelope",
    "motion_to_noise_db",
    "phase_to_displacement",
    "range_profiles",
    "resample",
    "vibration",
    "vital_energy_db",
]
