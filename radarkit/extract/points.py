"""Points: the echoes of places on the chest, measured in metres."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radarkit.extract.candidates import Candidates
from radarkit.extract.circle import Circle, choose_centre, fit_circle, refine_centre
from radarkit.extract.phase import (
    arctangent_phase,
    dacm_phase,
    phase_noise_m,
    phase_to_displacement,
    usable_samples,
)
from radarkit.recording import Float64

_AT_ONCE = 8
_AVERAGED_S = 0.02


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
    echo: NDArray[np.complex64],
    valid: NDArray[np.bool_],
    places: Candidates,
    score: Float64,
    wavelength_m: float,
    rate_hz: float,
    phase: str = "arctangent",
) -> Points:
    """Measure the motion of places.

    Parameters
    ----------
    echo : (points, frames) complex64
        What the radar heard from each.
    valid : (frames,) bool
        False where a part of the frame was lost.
    places : Candidates
        Where they are.
    score : (points,) float64
        How clearly each repeats from beat to beat.
    wavelength_m, rate_hz : float
        Of the capture.
    phase : str
        ``"arctangent"`` or ``"dacm"``.
    """
    to_phase = arctangent_phase if phase == "arctangent" else dacm_phase
    motion_m = np.empty(echo.shape)
    circles, centres, faded = [], [], []
    for start in range(0, len(echo), _AT_ONCE):  # keeps the intermediate arrays small
        some = echo[start : start + _AT_ONCE]
        fitted = _averaged(some if valid.all() else some[:, valid], rate_hz)
        circle = fit_circle(fitted)
        centre = choose_centre(fitted, circle)
        turning = circle.resolved & (circle.arc_rad > 2 * np.pi)
        centre[turning] = refine_centre(fitted[turning], centre[turning])
        usable = usable_samples(some, centre, valid)
        angle = to_phase(some, centre, usable)
        motion_m[start : start + _AT_ONCE] = phase_to_displacement(angle, wavelength_m)
        circles.append(circle)
        centres.append(centre)
        faded.append(1 - usable[:, valid].mean(axis=1))
    return Points(
        places=places,
        score=score,
        displacement_m=motion_m,
        echo=echo,
        centre=np.concatenate(centres),
        circle=Circle(*(np.concatenate(each) for each in zip(*circles, strict=True))),
        faded=np.concatenate(faded),
        noise_m=phase_noise_m(motion_m),
    )


def _averaged(echo: NDArray[np.complex64], rate_hz: float) -> NDArray[np.complex64]:
    """Means over a few frames, in which a chest hardly moves: a fit needs less noise, not more."""
    together = max(1, round(_AVERAGED_S * rate_hz))
    whole = echo.shape[1] // together * together
    return np.asarray(echo[:, :whole].reshape(len(echo), -1, together).mean(axis=2))


def _degrees(across_m: float, ahead_m: float) -> float:
    return float(np.degrees(np.arctan2(across_m, ahead_m)))
