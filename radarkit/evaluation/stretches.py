"""A trial in stretches of about half a minute: in each there is a heartbeat, or nothing is drawn.

A long recording is not all alike: a sleeper turns over, leaves the bed and comes back. So whether
there is a heartbeat is decided stretch by stretch, and where there is none, beats and ECG are taken
out, however well drawn they were.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from radarkit.datasets.windows import TARGET_RATE_HZ
from radarkit.evaluation.assemble import Reconstruction
from radarkit.evaluation.heartbeat_evidence import LIKELY, evidence_in, probability
from radarkit.evaluation.hrv import Hrv, heart_rate_variability
from radarkit.evaluation.stretch_bounds import stretch_bounds

NO_HEARTBEAT = "no heartbeat found"
SURE = 0.5  # confidence from which a beat counts in the variability; see docs/reconstruct.md


class Stretch(NamedTuple):
    """A part of a trial and what was found in it.

    Attributes
    ----------
    start_s, end_s : float
        From the start of the trial.
    heartbeat : bool
        Whether it looks like one.
    probability : float
        Of a heartbeat, 0 to 1; see `radarkit.evaluation.heartbeat_evidence`.
    confidence : float
        Median of the found beats, 0 to 1; 0 without a heartbeat.
    beats, interpolated : int
        How many were kept, and how many of them were put between their neighbours.
    heart_rate_per_min : float or None
        Where enough beats were found.
    guided_per_min : float or None
        The heart rate of the motion by which beats were chosen where the network was unsure; None
        where it was left alone. See `radarkit.evaluation.guided_beats`.
    """

    start_s: float
    end_s: float
    heartbeat: bool
    probability: float
    confidence: float
    beats: int
    interpolated: int
    heart_rate_per_min: float | None
    guided_per_min: float | None = None

    @property
    def remark(self) -> str | None:
        """What to know of all its beats, or of there being none."""
        if not self.heartbeat:
            return NO_HEARTBEAT
        if self.guided_per_min is None:
            return None
        return f"beats guided by the rate of the motion, {self.guided_per_min:.1f} per minute"


def judge(
    made: Reconstruction, guided_per_min: Sequence[float | None] | None = None
) -> tuple[Stretch, ...]:
    """Judge each stretch of a trial.

    Parameters
    ----------
    made : Reconstruction
        With confidences.
    guided_per_min : sequence of float or None, optional
        What guided each stretch; nothing by default.
    """
    bounds = stretch_bounds(made.ecg_mv.size)
    guides = [None] * len(bounds) if guided_per_min is None else guided_per_min
    return tuple(_stretch(made, *bound, guide) for bound, guide in zip(bounds, guides, strict=True))


def only_heartbeats(made: Reconstruction, stretches: Sequence[Stretch]) -> Reconstruction:
    """Take out beats and ECG where there is no heartbeat; the ECG is NaN there.

    The anchor curve stays: it is what the decision was made from.
    """
    drawn = _marked(made.ecg_mv.size, [each for each in stretches if each.heartbeat])
    at = np.clip(np.rint(made.r_peaks).astype(np.int64), 0, max(drawn.size - 1, 0))
    kept = drawn[at]
    sure = made.ecg_confidence
    return replace(
        made,
        r_peaks=made.r_peaks[kept],
        lengths=made.lengths[kept],
        shapes=made.shapes[kept],
        ecg_mv=np.where(drawn, made.ecg_mv, np.float32(np.nan)),
        confidence=None if made.confidence is None else made.confidence[kept],
        ecg_confidence=None if sure is None else np.where(drawn, sure, np.float32(0)),
        interpolated=None if made.interpolated is None else made.interpolated[kept],
    )


def variability(
    kept: Reconstruction,
    valid: NDArray[np.bool_] | None = None,
    stretches: Sequence[Stretch] = (),
) -> Hrv:
    """Heart rate and variability of what `only_heartbeats` kept.

    Parameters
    ----------
    kept : Reconstruction
    valid : (samples,) bool, optional
        Samples that the radar did not lose; all by default.
    stretches : sequence of Stretch, optional
        Which of them were guided: distances that a rate chose say nothing of how they vary.

    Returns
    -------
    Hrv
        Of intervals between found beats that the network is `SURE` of, whole within stretches with
        a heartbeat that nothing guided, and on valid samples.
    """
    guided = [each for each in stretches if each.guided_per_min is not None]
    bad = ~np.isfinite(kept.ecg_mv) | _marked(kept.ecg_mv.size, guided)
    if valid is not None:
        bad |= ~valid
    so_far = np.concatenate([[0], np.cumsum(bad)])
    at = np.clip(np.rint(kept.r_peaks).astype(np.int64), 0, bad.size)
    broken = np.diff(so_far[at]) > 0
    doubtful = np.zeros(kept.r_peaks.size, np.bool_)
    if kept.interpolated is not None:
        doubtful |= kept.interpolated
    if kept.confidence is not None:
        doubtful |= kept.confidence < SURE
    return heart_rate_variability(kept.r_peaks, broken=broken | doubtful[1:] | doubtful[:-1])


def _stretch(made: Reconstruction, first: int, last: int, guide: float | None) -> Stretch:
    evidence = evidence_in(made, first, last)
    likely = probability(evidence)
    heartbeat = likely >= LIKELY
    inside = (made.r_peaks >= first) & (made.r_peaks < last) & heartbeat
    interpolated = np.zeros(inside.size, np.bool_)
    if made.interpolated is not None:
        interpolated = made.interpolated & inside
    broken = interpolated[1:] | interpolated[:-1] | ~inside[1:] | ~inside[:-1]
    return Stretch(
        start_s=first / TARGET_RATE_HZ,
        end_s=last / TARGET_RATE_HZ,
        heartbeat=heartbeat,
        probability=likely,
        confidence=evidence.confidence if heartbeat else 0.0,
        beats=int(inside.sum()),
        interpolated=int(interpolated.sum()),
        heart_rate_per_min=heart_rate_variability(made.r_peaks, broken=broken).heart_rate_per_min,
        guided_per_min=guide,
    )


def _marked(samples: int, stretches: Sequence[Stretch]) -> NDArray[np.bool_]:
    """Mark the samples of some stretches."""
    marked = np.zeros(samples, np.bool_)
    for stretch in stretches:
        first, last = (round(at_s * TARGET_RATE_HZ) for at_s in (stretch.start_s, stretch.end_s))
        marked[first:last] = True
    return marked
