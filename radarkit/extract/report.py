"""ExtractionReport: what was found in a capture and how far it can be trusted, ready for JSON."""

import math
from collections.abc import Callable
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, computed_field, model_validator

from radarkit.extract.movement import Segment

Grade = Literal["good", "fair", "poor"]


def _known(value: Any) -> Any:
    """JSON knows neither NaN nor infinity: what is not a number is not known."""
    return value if value is None or math.isfinite(value) else None


Measured = Annotated[float | None, BeforeValidator(_known)]
Share = Annotated[float, Field(ge=0, le=1)]

_FROZEN = ConfigDict(frozen=True, extra="forbid")


class CaptureFacts(BaseModel):
    """How much was recorded and what got lost.

    Attributes
    ----------
    name : str
        Of the file or folder.
    frames, frames_invalid, frames_dropped : int
        Whole frames; those among them of which a part was lost; frames cut off at the end.
    bytes_left_over : int
        Bytes behind the last whole frame.
    duration_s, frame_rate_hz : float
        Length and pace of the capture.
    notes : tuple of str
        What was repaired on opening.
    """

    model_config = _FROZEN

    name: str
    frames: int
    frames_invalid: int
    frames_dropped: int
    bytes_left_over: int
    duration_s: float
    frame_rate_hz: float
    notes: tuple[str, ...] = ()


class HealthFacts(BaseModel):
    """What `radarkit.capture.HealthMeter` found.

    Attributes
    ----------
    clipped_fraction : float or None
        None where the limits of the ADC are not known.
    dead_receivers : tuple of int
        Receivers without a signal.
    dc : tuple of (float, float)
        Mean of I and Q of each receiver, in ADC counts.
    negative_half_db : float or None
        Energy of the negative over the positive beat frequencies; None where samples are real.
    """

    model_config = _FROZEN

    clipped_fraction: Measured
    dead_receivers: tuple[int, ...]
    dc: tuple[tuple[float, float], ...]
    negative_half_db: Measured


class PointFacts(BaseModel):
    """A point of the chest.

    Attributes
    ----------
    range_m : float
        Distance from the radar.
    azimuth_deg, elevation_deg : float or None
        Direction, where the antennas of the radar are known.
    position_m : (float, float, float) or None
        x to the right, y up, z ahead.
    tx, rx : int or None
        Transmitter and receiver that see it, where the antennas are not known.
    score : float or None
        How clearly it repeats from beat to beat, 0 to 1.
    noise_um : float or None
        Noise of its displacement in one frame, rms.
    arc_turns : float or None
        Turns of the circle that its echo draws.
    circle_resolved : bool
        Whether the static clutter could be told from that circle.
    faded_fraction : float or None
        Share of the samples that were too weak and are interpolated.
    """

    model_config = _FROZEN

    range_m: float
    azimuth_deg: Measured = None
    elevation_deg: Measured = None
    position_m: tuple[float, float, float] | None = None
    tx: int | None = None
    rx: int | None = None
    score: Measured
    noise_um: Measured
    arc_turns: Measured
    circle_resolved: bool
    faded_fraction: Measured


class Quality(BaseModel):
    """One word for each thing that matters.

    ===========  =======================================  =========  ========
    item         what counts                              good       fair
    ===========  =======================================  =========  ========
    samples      clipped share of the samples             0          1e-3
    frames       lost share of the frames                 1e-3       0.02
    points       points whose circle is resolved, share   0.7        0.3
    phase        median noise of the points, um           10         40
    fading       median share of faded samples            0.02       0.1
    stillness    share of the time without a movement     0.95       0.8
    breathing    confidence of the rate                   0.5        0.25
    heart        confidence of the rate                   0.5        0.25
    ===========  =======================================  =========  ========

    What is beyond "fair", or should be known and is not, is poor; clipping that cannot be known is
    left out.
    """

    model_config = _FROZEN

    samples: Grade | None = Field(description="clipped share of the samples")
    frames: Grade = Field(description="lost share of the frames")
    points: Grade = Field(description="share of the points whose circle is resolved")
    phase: Grade = Field(description="noise of the displacement, median of the points")
    fading: Grade = Field(description="share of samples too weak to use, median of the points")
    stillness: Grade = Field(description="share of the time without a movement of the body")
    breathing: Grade = Field(description="confidence of the breathing rate")
    heart: Grade = Field(description="confidence of the heart rate")


class ExtractionReport(BaseModel):
    """What was found in a capture.

    Attributes
    ----------
    capture : CaptureFacts
    health : HealthFacts
    range_m : float
        Distance of the chest.
    breathing_rate_per_min, heart_rate_per_min : float or None
        None where no rate is clear.
    breathing_confidence, heart_confidence : float
        0 to 1.
    heart_method : str or None
        What the heart rate rests on.
    points : tuple of PointFacts
        Best first.
    motion_segments : tuple of Segment
        When the body moved.
    warnings : tuple of str
        What a person should know, one line each.
    versions : dict of str to str
        Package and version.
    config : dict
        ``radar`` and ``extract``, as they were used.
    """

    model_config = _FROZEN

    capture: CaptureFacts
    health: HealthFacts
    range_m: float
    breathing_rate_per_min: Measured
    breathing_confidence: Share
    heart_rate_per_min: Measured
    heart_confidence: Share
    heart_method: str | None = None
    points: tuple[PointFacts, ...]
    motion_segments: tuple[Segment, ...] = ()
    warnings: tuple[str, ...] = ()
    versions: dict[str, str]
    config: dict[str, Any]

    @model_validator(mode="before")
    @classmethod
    def _quality_is_derived(cls, found: Any) -> Any:
        if isinstance(found, dict):
            return {key: value for key, value in found.items() if key != "quality"}
        return found

    @property
    def moved_s(self) -> float:
        """Time in which the body moved, in s."""
        return sum(segment.stop_s - segment.start_s for segment in self.motion_segments)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def quality(self) -> Quality:
        """One word for each thing that matters."""
        resolved = [float(point.circle_resolved) for point in self.points]
        clipped = self.health.clipped_fraction
        return Quality(
            samples=None if clipped is None else _at_most(clipped, 0.0, 1e-3),
            frames=_at_most(self.capture.frames_invalid / max(self.capture.frames, 1), 1e-3, 0.02),
            points=_at_least(sum(resolved) / max(len(resolved), 1), 0.7, 0.3),
            phase=_at_most(self._median(lambda point: point.noise_um), 10.0, 40.0),
            fading=_at_most(self._median(lambda point: point.faded_fraction), 0.02, 0.1),
            stillness=_at_least(1 - self.moved_s / max(self.capture.duration_s, 1e-9), 0.95, 0.8),
            breathing=_confidence(self.breathing_rate_per_min, self.breathing_confidence),
            heart=_confidence(self.heart_rate_per_min, self.heart_confidence),
        )

    def _median(self, what: Callable[[PointFacts], float | None]) -> float:
        known = sorted(value for value in map(what, self.points) if value is not None)
        return known[len(known) // 2] if known else math.inf

    def as_json(self) -> dict[str, Any]:
        """Everything in types that `json.dumps` takes."""
        return self.model_dump(mode="json")

    @classmethod
    def of(cls, found: Self | dict[str, Any]) -> Self:
        """Take a report as it is or as `as_json` left it."""
        return found if isinstance(found, cls) else cls.model_validate(found)


def _at_most(value: float, good: float, fair: float) -> Grade:
    return "good" if value <= good else "fair" if value <= fair else "poor"


def _at_least(value: float, good: float, fair: float) -> Grade:
    return _at_most(-value, -good, -fair)


def _confidence(rate: float | None, confidence: float) -> Grade:
    return "poor" if rate is None else _at_least(confidence, 0.5, 0.25)
