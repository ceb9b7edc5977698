"""Whether an imported radar looks like that of a chest."""

from pathlib import Path

import numpy as np

from radarkit.errors import UserError
from radarkit.recording import Float64

_NAMED = 5  # channels that a remark lists
_FURTHEST_M = 3.0  # from the origin of the places on a chest
_SMALLEST_M, _LARGEST_M = 1e-6, 0.3  # that a chest moves in a recording; 1 to 12 mm is breathing


def still_remark(radar: Float64, what: str) -> tuple[str, ...]:
    """Say which channels do not change at all.

    Parameters
    ----------
    radar : (channels, samples) float64
        In any unit.
    what : str
        What it is called, for messages.

    Raises
    ------
    UserError
        When none of them does.
    """
    still = np.flatnonzero(np.ptp(radar, axis=1) == 0)
    if still.size == radar.shape[0]:
        raise UserError(
            f"{what} does not change in any of {radar.shape[0]} channel(s)",
            expected="the motion of a chest",
            do="check which array is the radar",
        )
    if not still.size:
        return ()
    which = ", ".join(str(number + 1) for number in still[:_NAMED])
    more = f" and {still.size - _NAMED} more" if still.size > _NAMED else ""
    return (f"of {radar.shape[0]} channels of {what}, {which}{more} do not change at all",)


def span_remark(displacement_m: Float64) -> tuple[str, ...]:
    """Say so where a chest would have moved too far or too little: its unit may be another.

    Parameters
    ----------
    displacement_m : (channels, samples) float64
    """
    span_m = float(np.median(np.ptp(displacement_m, axis=1)))
    if _SMALLEST_M <= span_m <= _LARGEST_M:
        return ()
    return (f"a chest that moves by {span_m:.2g} m: are unit and rate of the radar right?",)


def finite_places(places: Float64, what: str, path: Path) -> Float64:
    """Return the places of channels if all are known.

    Raises
    ------
    UserError
        When one is NaN or infinite.
    """
    lost = int((~np.isfinite(places)).sum())
    if lost:
        raise UserError(
            f"{lost} of {places.size} numbers of {what} in {path.name} are NaN or infinite",
            expected="the place of every channel",
        )
    return places


def places_remark(places_m: Float64) -> tuple[str, ...]:
    """Say so where the places are further off than a person: their unit may be another.

    Parameters
    ----------
    places_m : (channels, 3) float64
    """
    furthest_m = float(np.abs(places_m).max())
    if furthest_m <= _FURTHEST_M:
        return ()
    return (f"places up to {furthest_m:.3g} m from their origin: are they in m?",)
