"""extract: from a raw capture to the motion of the chest, step by step.

capture -> range profiles -> channels on the chest -> displacement -> rates -> `Extraction`
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from scipy.signal import firwin, resample_poly

from radarkit.capture import Capture, HealthMeter
from radarkit.errors import UserError
from radarkit.extract.beats import heart_rate_of_bursts
from radarkit.extract.focus import Channel, Focus, focus
from radarkit.extract.phase import ambiguous_steps
from radarkit.extract.range import range_profiles
from radarkit.extract.rates import breathing_rate_per_min, heart_rate_per_min
from radarkit.recording import Float32, Recording

_SHORTEST_S = 8.0  # two slow breaths
_SLOWEST_FRAMES_HZ = 10.0  # below, neither the heart's harmonics nor the noise floor are seen
_FULL_BAND_HZ = 25.0  # what the spectrograms reach up to
_FEW_HEART_SPECTRA_S = 45.0  # two half-overlapping segments of 30 s


class ExtractConfig(BaseModel):
    """How to extract.

    Attributes
    ----------
    channels : int
        How many pairs of a range bin and a virtual receiver to keep at most.
    sample_rate_hz : float
        Rate of the displacement.
    min_range_m, max_range_m : float
        Where the chest may be.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    channels: int = Field(default=8, ge=1)
    sample_rate_hz: float = Field(default=200.0, gt=0)
    min_range_m: float = Field(default=0.2, ge=0)
    max_range_m: float = Field(default=2.5, gt=0)


@dataclass(frozen=True, eq=False)
class Extraction:
    """The motion of a chest and how it was found.

    Attributes
    ----------
    displacement_m : (channels, samples) float32
        Motion of the chest in each channel; away from the radar is positive.
    sample_rate_hz : float
        Its rate.
    channels : list of Channel
        Where each channel looks, best first.
    report : dict
        Numbers and warnings, ready for JSON.
    source : str
        Name of the capture.
    """

    displacement_m: Float32
    sample_rate_hz: float
    channels: list[Channel]
    report: dict[str, Any]
    source: str

    def recording(self, subject: str, trial: str, *, status: str = "") -> Recording:
        """Make a `Recording` without ECG of it."""
        return Recording(
            radar=self.displacement_m,
            sample_rate_hz=self.sample_rate_hz,
            subject=subject,
            trial=trial,
            status=status,
            source=self.source,
        )


def extract(capture: Capture, config: ExtractConfig | None = None) -> Extraction:
    """Extract the motion of the chest from a capture.

    Parameters
    ----------
    capture : Capture
        From `radarkit.capture.open_capture`.
    config : ExtractConfig, optional
        How to extract.

    Returns
    -------
    Extraction

    Raises
    ------
    UserError
        When the capture is too short or too slow, the range gate is empty, or nothing in it moves
        like a chest.
    """
    config = config or ExtractConfig()
    radar = capture.config
    _check(capture)
    health = HealthMeter(radar)
    profiles = range_profiles(capture, config.min_range_m, config.max_range_m, health=health)
    try:
        chest = focus(
            profiles, radar.transmitters, radar.wavelength_m, radar.frame_rate_hz, config.channels
        )
    except UserError as error:  # what the samples look like may explain it
        hints = "; ".join(health.warnings)
        raise UserError(error.found, expected=error.expected, do=hints or error.do) from None
    breathing = breathing_rate_per_min(chest.displacement_m, radar.frame_rate_hz)
    of_bursts = heart_rate_of_bursts(chest.displacement_m, radar.frame_rate_hz)
    heart = of_bursts or heart_rate_per_min(chest.displacement_m, radar.frame_rate_hz, breathing)
    report = {
        "range_m": chest.range_m,
        "breathing_rate_per_min": breathing,
        "heart_rate_per_min": heart,
        "frames": capture.frames,
        "frames_dropped": capture.frames_dropped,
        "bytes_left_over": capture.bytes_left_over,
        "clipped_fraction": health.clipped_fraction,
        "duration_s": capture.duration_s,
        "frame_rate_hz": radar.frame_rate_hz,
        "sample_rate_hz": config.sample_rate_hz,
        "dead_receivers": health.dead_receivers,
        "channels": [channel._asdict() for channel in chest.channels],
        "warnings": health.warnings
        + _warnings(capture, config, chest, breathing, heart, of_bursts=of_bursts is not None),
    }
    displacement_m = resample(chest.displacement_m, radar.frame_rate_hz, config.sample_rate_hz)
    return Extraction(
        displacement_m.astype(np.float32),
        config.sample_rate_hz,
        chest.channels,
        report,
        capture.path.name,
    )


def resample(
    displacement_m: NDArray[np.float64], rate_hz: float, new_rate_hz: float
) -> NDArray[np.float64]:
    """Resample motion, ends and drift unharmed.

    A polyphase filter 100 dB deep: breathing is 60 dB above the vibrations of interest and would
    show its images between them through a shallower one. Beyond its ends the motion is continued by
    point reflection.

    Parameters
    ----------
    displacement_m : (channels, samples) float64
        Motion at `rate_hz`.
    rate_hz, new_rate_hz : float
        Old and new rate; their ratio is taken as a fraction with a denominator up to 1000.

    Returns
    -------
    (channels, new samples) float64
        As long in time as the input. The first sample stays where it is.
    """
    ratio = Fraction(new_rate_hz / rate_hz).limit_denominator(1000)
    if ratio == 1:
        return displacement_m
    widest = max(ratio.numerator, ratio.denominator)
    # 64 samples of the slower rate: a transition of a fifth of its Nyquist frequency
    taps = firwin(64 * widest + 1, 1 / widest, window=("kaiser", 10.0))
    reach = min(displacement_m.shape[1] - 1, -(-64 * widest // ratio.numerator))
    reach -= reach % ratio.denominator  # so that the cut falls on a new sample
    continued = np.pad(displacement_m, ((0, 0), (reach, reach)), "reflect", reflect_type="odd")
    start = reach * ratio.numerator // ratio.denominator
    samples = int(displacement_m.shape[1] * ratio)
    resampled = resample_poly(continued, ratio.numerator, ratio.denominator, axis=1, window=taps)
    return np.asarray(resampled[:, start : start + samples])


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


def _warnings(
    capture: Capture,
    config: ExtractConfig,
    chest: Focus,
    breathing: float | None,
    heart: float | None,
    *,
    of_bursts: bool,
) -> list[str]:
    """Say what a person should know about the result, one line each."""
    radar = capture.config
    found: list[str] = []
    if capture.bytes_left_over:
        found.append(
            f"the capture ends within a frame: {capture.frames} whole frames read, "
            f"{capture.bytes_left_over} bytes left over"
        )
    if radar.frame_rate_hz / 2 < _FULL_BAND_HZ:
        found.append(
            f"{radar.frame_rate_hz:.3g} frames per second: no vibration above "
            f"{radar.frame_rate_hz / 2:.3g} Hz was recorded"
        )
    if len(chest.channels) < config.channels:
        found.append(
            f"only {len(chest.channels)} of {config.channels} channels see the chest clearly"
        )
    unresolved = sum(not channel.circle_resolved for channel in chest.channels)
    if unresolved:
        found.append(
            f"static clutter could not be told from the chest in {unresolved} of "
            f"{len(chest.channels)} channels: their waveform may be distorted"
        )
    ambiguous = float(ambiguous_steps(chest.displacement_m, radar.wavelength_m).mean())
    if ambiguous > 0:
        found.append(
            f"{100 * ambiguous:.2g} % of the phase steps are too large to follow safely: the chest "
            "moves too fast for this frame rate, or its echo fades"
        )
    if breathing is None:
        found.append("no clear breathing rate")
    if heart is None:
        found.append("no clear heart rate")
    elif not of_bursts and capture.duration_s < _FEW_HEART_SPECTRA_S:
        found.append(f"the heart rate rests on spectra of {capture.duration_s:.3g} s only")
    return found
