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
    """

    start_s: float
    end_s: float
    heartbeat: bool
    probability: float
    confidence: float
    beats: int
    interpolated: int
    heart_rate_per_min: float | None


def judge(made: Reconstruction) -> tuple[Stretch, ...]:
    """Judge each stretch of a trial.

    Parameters
    ----------
    made : Reconstruction
        With confidences.
    """
    bounds = stretch_bounds(made.ecg_mv.size)
    return tuple(_stretch(made, first, last) for first, last in bounds)


def only_heartbeats(made: Reconstruction, stretches: Sequence[Stretch]) -> Reconstruction:
    """Take out beats and ECG where there is no heartbeat; the ECG is NaN there.

    The anchor curve stays: it is what the decision was made from.
    """
    drawn = _drawn(made.ecg_mv.size, stretches)
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


def variability(kept: Reconstruction, valid: NDArray[np.bool_] | None = None) -> Hrv:
    """Heart rate and variability of what `only_heartbeats` kept.

    Parameters
    ----------
    kept : Reconstruction
    valid : (samples,) bool, optional
        Samples that the radar did not lose; all by default.

    Returns
    -------
    Hrv
        Of intervals between found beats that the network is `SURE` of, whole within stretches with
        a heartbeat and on valid samples.
    """
    bad = ~np.isfinite(kept.ecg_mv)
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


def _stretch(made: Reconstruction, first: int, last: int) -> Stretch:
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
    )


def _drawn(samples: int, stretches: Sequence[Stretch]) -> NDArray[np.bool_]:
    """Mark the samples of the stretches with a heartbeat."""
    drawn = np.zeros(samples, np.bool_)
    for stretch in stretches:
        first, last = (round(at_s * TARGET_RATE_HZ) for at_s in (stretch.start_s, stretch.end_s))
        drawn[first:last] = stretch.heartbeat
    return drawn
