"""Windows of a trial and the targets of the three tasks.

A window is 4 s of spectrogram. Its central beat is the one whose R peak lies nearest its centre.
The three targets (radarODE-MTL, "Task Deconstruction") are

- *shape*: the cardiac cycle of the central beat, resampled to 200 points and min-max normalised;
- *length*: the length of that cycle, R peak to next R peak, in samples at 200 Hz;
- *anchors*: a Gaussian bump at every R peak of the window, 800 points at 200 Hz.

A cycle starts `R_FRACTION` of its own length before its R peak, so that the R peak sits at the same
point of every normalised cycle and a reconstructed cycle can be placed by its anchor alone.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from radarkit.recording import Float32

TARGET_RATE_HZ = 200.0  # rate of ECG, anchors and cycle lengths
SHAPE_POINTS = 200
LENGTH_CLASSES = 260  # class c is a cycle of c + 1 samples; the longest lasts 1.3 s
R_FRACTION = 0.35  # share of the cycle before its R peak; where NeuroKit2 starts a heartbeat


class WindowConfig(BaseModel):
    """How windows are cut and how their anchors are drawn.

    Attributes
    ----------
    length_s : float
        Length of a window; the published networks read 4 s.
    hop_s : float
        Distance between the starts of successive windows of a trial.
    anchor_sigma_s : float
        Width of the Gaussian at each R peak; 0 draws the published impulse.
    few_channels_share : float
        Share of the windows of a training that show a few of their channels only, others in every
        epoch: for networks that are to read radars with fewer.
    tilt_db : float
        How much louder or softer bands are shown in the windows of a training, anew in each
        epoch: for networks that are to read chests unlike those they learn from.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    length_s: float = Field(default=4.0, gt=0)
    hop_s: float = Field(default=0.4, gt=0)
    anchor_sigma_s: float = Field(default=0.02, ge=0)
    few_channels_share: float = Field(default=0.0, ge=0, le=1)
    tilt_db: float = Field(default=0.0, ge=0, le=20)

    @property
    def samples(self) -> int:
        """Samples of the ECG, and points of the anchor target, in a window."""
        return round(self.length_s * TARGET_RATE_HZ)

    def frames(self, frame_rate_hz: float) -> int:
        """Spectrogram frames in a window."""
        return round(self.length_s * frame_rate_hz)


def aligned_step(frame_rate_hz: float) -> int:
    """Smallest number of samples at `TARGET_RATE_HZ` that is a whole number of frames.

    Windows start at its multiples only (every 0.1 s for 30 Hz frames), so that the spectrogram and
    the targets of a window begin at the same instant.
    """
    frames_per_sample = Fraction(frame_rate_hz).limit_denominator(1000) / Fraction(TARGET_RATE_HZ)
    return frames_per_sample.denominator


def window_starts(samples: int, frame_rate_hz: float, config: WindowConfig) -> NDArray[np.int64]:
    """List the starts of the windows of a trial, one every hop, none beyond its end.

    Returns
    -------
    (windows,) int64
        Multiples of `aligned_step`; empty when the trial is shorter than a window.
    """
    step = aligned_step(frame_rate_hz)
    hop = step * max(1, round(config.hop_s * TARGET_RATE_HZ / step))
    return np.arange(0, samples - config.samples + 1, hop, dtype=np.int64)


@dataclass(frozen=True)
class Targets:
    """What the three tasks should predict for one window.

    Attributes
    ----------
    shape : (200,) float32
        Central cycle in [0, 1].
    length : int
        Length class of the central cycle, its samples minus one.
    anchors : (samples,) float32
        Bumps of height 1 at the R peaks.
    """

    shape: Float32
    length: int
    anchors: Float32


def cut_cycle(ecg: Float32, r_peak: float, length: float, points: int = SHAPE_POINTS) -> Float32:
    """Resample the cycle around `r_peak` to `points` points, in mV.

    Parameters
    ----------
    ecg : (samples,) float32
        ECG in mV.
    r_peak, length : float
        R peak and length of the cycle, in samples.
    points : int
        Points of the result; the R peak falls at ``R_FRACTION * (points - 1)``.

    Returns
    -------
    (points,) float32
        Linear interpolation; beyond the ends of `ecg` its end values.
    """
    start = r_peak - R_FRACTION * length
    at = start + np.linspace(0.0, length, points)
    # only the samples near the beat: a night of ECG is long
    first = min(max(0, int(start)), ecg.size - 1)
    near = ecg[first : max(first, int(start + length)) + 2]
    return np.interp(at, np.arange(first, first + near.size), near).astype(np.float32)


def normalise_cycle(cycle: Float32) -> Float32:
    """Min-max normalise each row to [0, 1]; a constant row becomes zeros.

    Parameters
    ----------
    cycle : (..., points) float32
    """
    low = cycle.min(axis=-1, keepdims=True)
    span = cycle.max(axis=-1, keepdims=True) - low
    return np.asarray((cycle - low) / np.where(span > 0, span, 1), np.float32)


def draw_anchors(r_peaks: NDArray[np.int64], start: int, config: WindowConfig) -> Float32:
    """Draw a bump at every R peak in or near a window that starts at sample `start`.

    Returns
    -------
    (samples,) float32
        The highest of the bumps at each point, so that close beats do not add up.
    """
    at = np.arange(start, start + config.samples)
    sigma = config.anchor_sigma_s * TARGET_RATE_HZ
    if sigma == 0:
        return np.isin(at, r_peaks).astype(np.float32)
    reach = 5 * sigma
    near = r_peaks[(r_peaks > at[0] - reach) & (r_peaks < at[-1] + reach)]
    if near.size == 0:
        return np.zeros(config.samples, np.float32)
    distance = np.abs(at[:, None] - near[None, :]).min(axis=1)
    return np.asarray(np.exp(-0.5 * (distance / sigma) ** 2), np.float32)


def central_beat(r_peaks: NDArray[np.int64], start: int, config: WindowConfig) -> int | None:
    """Index of the beat nearest the centre of a window, if it can be a target.

    Returns
    -------
    int or None
        None when that beat has no successor in the trial, when its cycle is longer than
        `LENGTH_CLASSES` samples, or when it lies outside the window.
    """
    if r_peaks.size < 2:
        return None
    centre = start + config.samples / 2
    beat = int(np.abs(r_peaks - centre).argmin())
    if beat + 1 >= r_peaks.size or abs(r_peaks[beat] - centre) > config.samples / 2:
        return None
    return beat if r_peaks[beat + 1] - r_peaks[beat] <= LENGTH_CLASSES else None


def targets(
    ecg: Float32, r_peaks: NDArray[np.int64], start: int, config: WindowConfig
) -> Targets | None:
    """Targets of the window that starts at sample `start`, or None without a usable central beat.

    Parameters
    ----------
    ecg : (samples,) float32
        ECG of the trial at `TARGET_RATE_HZ`, in mV.
    r_peaks : (beats,) int64
        Its R peaks.
    """
    beat = central_beat(r_peaks, start, config)
    if beat is None:
        return None
    length = int(r_peaks[beat + 1] - r_peaks[beat])
    shape = normalise_cycle(cut_cycle(ecg, r_peaks[beat], length))
    return Targets(shape, length - 1, draw_anchors(r_peaks, start, config))
