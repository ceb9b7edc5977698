"""Extraction: the motion of a chest, how it was found, and what a person should know about it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radarkit.capture import Capture, HealthMeter
from radarkit.extract.heart import HeartRate
from radarkit.extract.movement import Segment
from radarkit.extract.phase import ambiguous_steps
from radarkit.extract.points import Points
from radarkit.extract.rates import Rate
from radarkit.extract.report import CaptureFacts, ExtractionReport, HealthFacts, PointFacts
from radarkit.extract.survey import Survey
from radarkit.recording import Float32, Float64, Recording
from radarkit.versions import versions_of

_MISREAD = (
    "the chest is seen at several ranges at once, as when real samples are read as complex or "
    "groups of I and Q as pairs: check adc.format, adc.iq_order and adc.lanes"
)
_FULL_BAND_HZ = 25.0  # what the spectrograms reach up to


@dataclass(frozen=True, eq=False)
class Extraction:
    """The motion of a chest and how it was found.

    Attributes
    ----------
    displacement_m : (channels, samples) float32
        Motion of each point of the chest, best first; away from the radar is positive.
    sample_rate_hz : float
        Its rate.
    valid : (samples,) bool
        False where frames were lost.
    positions_m : (channels, 3) float64, optional
        x, y, z of each point, where the antennas of the radar are known.
    report : ExtractionReport
        Numbers and warnings.
    survey : Survey
        Where echoes move and where they stand still.
    points : Points
        Echoes, circles and motion at the rate of the frames.
    source : str
        Name of the capture.
    """

    displacement_m: Float32
    sample_rate_hz: float
    valid: NDArray[np.bool_]
    positions_m: Float64 | None
    report: ExtractionReport
    survey: Survey
    points: Points
    source: str

    def recording(self, subject: str, trial: str, *, status: str = "") -> Recording:
        """Make a `Recording` without ECG of it."""
        return Recording(
            radar=self.displacement_m,
            sample_rate_hz=self.sample_rate_hz,
            subject=subject,
            trial=trial,
            positions_m=None if self.positions_m is None else self.positions_m.astype(np.float32),
            valid=self.valid,
            status=status,
            source=self.source,
        )


def describe(
    capture: Capture,
    config: dict[str, Any],
    health: HealthMeter,
    points: Points,
    *,
    range_m: float,
    breathing: Rate,
    heart: HeartRate,
    movements: list[Segment],
    wanted: int,
    misread: bool,
    doubts: list[str],
) -> ExtractionReport:
    """Put together what a person should know.

    Parameters
    ----------
    capture : Capture
        What was read.
    config : dict
        ``radar`` and ``extract``, ready for JSON.
    health : HealthMeter
        Which has seen all of it.
    points : Points
        What was measured.
    range_m : float
        Distance of the chest.
    breathing, heart : Rate, HeartRate
        Found in the points.
    movements : list of Segment
        When the body moved.
    wanted : int
        How many points were asked for.
    misread : bool
        Whether the words seem to be put together the wrong way; see `radarkit.extract.images`.
    doubts : list of str
        What else a person should know, from `radarkit.extract.timing` and
        `radarkit.extract.presence`.
    """
    radar = capture.config
    return ExtractionReport(
        capture=CaptureFacts(
            name=capture.path.name,
            frames=capture.frames,
            frames_invalid=capture.frames_invalid,
            frames_dropped=capture.frames_dropped,
            bytes_left_over=capture.bytes_left_over,
            duration_s=capture.duration_s,
            frame_rate_hz=radar.frame_rate_hz,
            notes=capture.notes,
        ),
        health=HealthFacts(
            clipped_fraction=health.clipped_fraction,
            dead_receivers=tuple(health.dead_receivers),
            dc=tuple((float(mean.real), float(mean.imag)) for mean in health.dc),
            negative_half_db=health.negative_half_db,
        ),
        range_m=range_m,
        breathing_rate_per_min=breathing.per_min,
        breathing_confidence=breathing.confidence,
        heart_rate_per_min=heart.per_min,
        heart_confidence=heart.confidence,
        heart_method=heart.method,
        points=tuple(PointFacts(**row) for row in points.describe()),
        motion_segments=tuple(movements),
        warnings=tuple(
            health.warnings
            + ([_MISREAD] if misread else [])
            + doubts
            + _warnings(capture, points, wanted)
            + ([] if breathing.per_min else ["no clear breathing rate"])
            + ([] if heart.per_min else ["no clear heart rate"])
        ),
        versions=versions_of("numpy", "scipy", "numba"),
        config=config,
    )


def _warnings(capture: Capture, points: Points, wanted: int) -> list[str]:
    """Say what a person should know about the result, one line each."""
    radar = capture.config
    found: list[str] = []
    if capture.bytes_left_over:
        found.append(
            f"the capture ends within a frame: {capture.frames} whole frames read, "
            f"{capture.bytes_left_over} bytes left over"
        )
    if capture.frames_invalid:
        found.append(
            f"{capture.frames_invalid} of {capture.frames} frames lost samples: motion is "
            "interpolated there and marked invalid"
        )
    if radar.frame_rate_hz / 2 < _FULL_BAND_HZ:
        found.append(
            f"{radar.frame_rate_hz:.3g} frames per second: no vibration above "
            f"{radar.frame_rate_hz / 2:.3g} Hz was recorded"
        )
    many = len(points.score)
    if many < wanted:
        found.append(f"only {many} of {wanted} points: the grid around the chest has no more")
    unresolved = int((~points.circle.resolved).sum())
    if unresolved:
        found.append(
            f"static clutter could not be told from the chest in {unresolved} of {many} points: "
            "their waveform may be distorted"
        )
    ambiguous = float(ambiguous_steps(points.displacement_m, radar.wavelength_m).mean())
    if ambiguous > 0:
        found.append(
            f"{100 * ambiguous:.2g} % of the phase steps are too large to follow safely: the chest "
            "moves too fast for this frame rate, or its echo fades"
        )
    return found
