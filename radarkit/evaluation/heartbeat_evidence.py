"""Whether what a network drew looks like a heartbeat.

A network draws beats into anything, so it has to be doubted. Four things tell a heart from noise,
and none of them knows the truth:

- *confidence*: how high the averaged anchor curve stands at the found beats (median). Windows that
  overlap disagree about beats that are not there;
- *agreement*: the share of found beats whose predicted cycle is as long as the distance to the next
  one, within 10 %. Both heads read the same window, but only a heart makes them say the same;
- *steadiness*: the share of distances within 20 % of their median;
- *rate*: how sure the motion of the chest is, without any network (`radarkit.evaluation.own_rate`),
  of a heart rate, if it is that of the beats within 5 per minute. Many a clear beat shows no rate
  by itself, but noise hardly ever shows one.

They are weighted to the logarithm of the odds that there is a heart (logistic regression). The
weights are fitted by `docs/heartbeat.py` to simulated people, clean and noisy, seen by radars of
many and few frames and channels, people whose heart does not show, and noises of several kinds;
`docs/reconstruct.md` has the rates of error on others.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import expit

from radarkit.datasets.windows import TARGET_RATE_HZ
from radarkit.evaluation.assemble import Reconstruction
from radarkit.evaluation.own_rate import UNKNOWN
from radarkit.extract.heart import HeartRate

LIKELY = 0.5  # probability from which a stretch is taken for a heartbeat
FEWEST = 6  # distances between beats; fewer tell nothing
_AGREES, _STEADY, _SAME_PER_MIN = 0.1, 0.2, 5.0
# of confidence, agreement, steadiness and rate; last, of none of them
_WEIGHTS = np.array([7.2, 5.88, 7.2, 3.0, -12.77])


class Evidence(NamedTuple):
    """What speaks for a heart, each from 0 to 1.

    Attributes
    ----------
    confidence, agreement, steadiness, rate : float
        See the module.
    """

    confidence: float
    agreement: float
    steadiness: float
    rate: float


NONE = Evidence(confidence=0.0, agreement=0.0, steadiness=0.0, rate=0.0)


def evidence_in(made: Reconstruction, first: int, last: int, own: HeartRate = UNKNOWN) -> Evidence:
    """Gather the evidence in a part of a trial.

    Parameters
    ----------
    made : Reconstruction
        Of the whole trial, with confidences.
    first, last : int
        The first sample of the part, and the one behind its last.
    own : HeartRate
        That the motion of the part shows by itself.

    Returns
    -------
    Evidence
        `NONE` with fewer than `FEWEST` distances between found beats.
    """
    assert made.confidence is not None  # of a framework that knows one
    found = (made.r_peaks >= first) & (made.r_peaks < last)
    if made.interpolated is not None:
        found &= ~made.interpolated
    r_peaks, lengths = made.r_peaks[found], made.lengths[found]
    distances = np.diff(r_peaks)
    if distances.size < FEWEST:
        return NONE
    usual = float(np.median(distances))
    rate_per_min = 60 * TARGET_RATE_HZ / usual
    same = own.per_min is not None and abs(own.per_min - rate_per_min) <= _SAME_PER_MIN
    return Evidence(
        confidence=float(np.median(made.confidence[found])),
        agreement=float(np.mean(np.abs(lengths[:-1] - distances) <= _AGREES * distances)),
        steadiness=float(np.mean(np.abs(distances - usual) <= _STEADY * usual)),
        rate=own.confidence if same else 0.0,
    )


def probability(evidence: Evidence) -> float:
    """Weigh evidence: how likely there is a heart, where there is one as often as not."""
    if evidence == NONE:
        return 0.0
    return float(expit(_WEIGHTS[:-1] @ np.array(evidence) + _WEIGHTS[-1]))
