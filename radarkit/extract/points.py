"""Points: the echoes of places on the chest, measured in metres."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radarkit.capture import RadarConfig
from radarkit.extract.candidates import Candidates
from radarkit.extract.circle import Circle, choose_centre, fit_circle, refine_centre
from radarkit.extract.focus import Focus
from radarkit.extract.phase import (
    arctangent_phase,
    dacm_phase,
    phase_noise_m,
    phase_to_displacement,
    usable_samples,
)
from radarkit.extract.range import RangeProfiles
from radarkit.recording import Float64

_FITTED_SAMPLES = 6000  # a circle needs no more; means over some frames, which have less noise


@dataclass(frozen=True, eq=False)
class Points:
    """Points of the chest and what they saw.

    Attributes
    ----------
    places : Candidates
        Where they are.
    score : (points,) float64
        How clearly each repeats from beat to beat, 0 to 1.
    displacement_m : (points, frames) float64
        Motion along the line of sight; away from the radar is positive.
    echo : (points, frames) complex64
        What the radar heard from each.
    centre : (points,) complex128
        Static clutter of each.
    circle : Circle
        The fit.
    faded : (points,) float64
        Share of the samples that were too weak and are interpolated.
    noise_m : (points,) float64
        Noise of the displacement of one frame, rms.
    """

    places: Candidates
    score: Float64
    displacement_m: Float64
    echo: NDArray[np.complex64]
    centre: NDArray[np.complex128]
    circle: Circle
    faded: Float64
    noise_m: Float64

    def describe(self) -> list[dict[str, Any]]:
        """One row a point, ready for JSON."""
        places = self.places
        rows: list[dict[str, Any]] = []
        for index in range(len(self.score)):
            at = places.positions_m[index] if places.positions_m is not None else None
            pair = places.channels[index] if places.channels is not None else (None, None)
            rows.append(
                {
                    "range_m": float(places.ranges_m[index]),
                    "azimuth_deg": None if at is None else _degrees(at[0], at[2]),
                    "elevation_deg": None if at is None else _degrees(at[1], at[2]),
                    "position_m": None if at is None else [float(x) for x in at],
                    "tx": None if pair[0] is None else int(pair[0]),
                    "rx": None if pair[1] is None else int(pair[1]),
                    "score": float(self.score[index]),
                    "noise_um": float(1e6 * self.noise_m[index]),
                    "arc_turns": float(self.circle.arc_rad[index] / (2 * np.pi)),
                    "circle_resolved": bool(self.circle.resolved[index]),
                    "faded_fraction": float(self.faded[index]),
                }
            )
        return rows


def measure(
    profiles: RangeProfiles, places: Candidates, chosen: Focus, config: RadarConfig, phase: str
) -> Points:
    """Measure the motion of places.

    Parameters
    ----------
    profiles : RangeProfiles
        Around the chest.
    places : Candidates
        Where to look.
    chosen : Focus
        Their scores.
    config : RadarConfig
        The radar.
    phase : str
        ``"arctangent"`` or ``"dacm"``.
    """
    echo = places.listen(profiles.values)
    group = max(1, -(-int(profiles.valid.sum()) // _FITTED_SAMPLES))
    fitted = echo[:, profiles.valid]
    fitted = fitted[:, : fitted.shape[1] // group * group]
    fitted = fitted.reshape(len(echo), -1, group).mean(axis=2)
    circle = fit_circle(fitted)
    centre = choose_centre(fitted, circle)
    turning = circle.resolved & (circle.arc_rad > 2 * np.pi)
    centre[turning] = refine_centre(fitted[turning], centre[turning])
    usable = usable_samples(echo, centre, profiles.valid)
    to_phase = arctangent_phase if phase == "arctangent" else dacm_phase
    motion_m = phase_to_displacement(to_phase(echo, centre, usable), config.wavelength_m)
    return Points(
        places=places,
        score=chosen.score,
        displacement_m=motion_m,
        echo=echo,
        centre=centre,
        circle=circle,
        faded=np.asarray(1 - usable[:, profiles.valid].mean(axis=1)),
        noise_m=phase_noise_m(motion_m),
    )


def _degrees(across_m: float, ahead_m: float) -> float:
    return float(np.degrees(np.arctan2(across_m, ahead_m)))
