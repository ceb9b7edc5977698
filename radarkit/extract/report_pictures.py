"""Pictures: what the pictures of an extraction are drawn from."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from radarkit.capture import RadarConfig
from radarkit.recording import Float64

if TYPE_CHECKING:
    from radarkit.extract.extraction import Extraction


@dataclass(frozen=True, eq=False)
class Pictures:
    """What the pictures of an extraction are drawn from; None leaves a picture out.

    Attributes
    ----------
    ranges_m : (bin,) float64, optional
        Distances of the bins of the range gate.
    profile_times_s : (time,) float64, optional
    profile_db : (time, bin) float64, optional
        Moving power over time.
    static_db, moving_db : (bin,) float64, optional
        Power of what stands still and of what moves.
    best_iq : (frames,) complex64, optional
        Echo of the best point.
    centre : complex, optional
        Its static clutter.
    radius : float, optional
        Of the circle that it draws.
    displacement_m : (samples,) float, optional
        Motion of the best point.
    sample_rate_hz : float
        Its rate.
    valid : (samples,) bool, optional
        False where frames were lost.
    beam_m : (2,) float64, optional
        Width and height of a beam at the chest where the antennas are known; infinite where they
        tell no directions apart.
    """

    ranges_m: Float64 | None = None
    profile_times_s: Float64 | None = None
    profile_db: Float64 | None = None
    static_db: Float64 | None = None
    moving_db: Float64 | None = None
    best_iq: NDArray[np.complexfloating] | None = None
    centre: complex | None = None
    radius: float | None = None
    displacement_m: NDArray[np.floating] | None = None
    sample_rate_hz: float = 200.0
    valid: NDArray[np.bool_] | None = None
    beam_m: Float64 | None = None

    @classmethod
    def of(cls, extraction: "Extraction") -> "Pictures":
        """Take what an extraction found."""
        survey, points = extraction.survey, extraction.points
        return cls(
            ranges_m=survey.ranges_m,
            profile_times_s=survey.times_s,
            profile_db=decibels(survey.power),
            static_db=decibels(survey.static),
            moving_db=decibels(survey.moving.mean(axis=(0, 1))),
            best_iq=points.echo[0],
            centre=complex(points.centre[0]),
            radius=float(points.circle.radius[0]),
            displacement_m=extraction.displacement_m[0],
            sample_rate_hz=extraction.sample_rate_hz,
            valid=extraction.valid,
            beam_m=beam_m(
                RadarConfig.model_validate(extraction.report.config["radar"]),
                extraction.report.range_m,
            ),
        )


def beam_m(radar: RadarConfig, range_m: float) -> Float64 | None:
    """Width and height of a beam: wavelength over the extent of the virtual antennas.

    Parameters
    ----------
    radar : RadarConfig
        The radar.
    range_m : float
        Where the beam is measured.

    Returns
    -------
    (2,) float64 or None
        In metres, infinite along an axis on which the antennas do not spread; None where their
        positions are not known.
    """
    if not radar.array.known:
        return None
    tx_m, rx_m = radar.array.positions_m(radar.transmitters, radar.wavelength_m)
    extent_m = (np.ptp(tx_m, axis=0) + np.ptp(rx_m, axis=0))[:2]
    with np.errstate(divide="ignore"):
        return np.asarray(range_m * radar.wavelength_m / extent_m, np.float64)


def decibels(power: NDArray[np.floating]) -> Float64:
    """Ten times the logarithm of a power; at most 120 dB below the highest, where nothing is."""
    highest = float(np.max(power, initial=0.0))
    floor = max(1e-12 * highest, 1e-300)
    return np.asarray(10 * np.log10(np.maximum(power, floor)), np.float64)
