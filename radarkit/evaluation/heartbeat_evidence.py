"""Whether what a network drew looks like a heartbeat.

A network draws beats into anything, so it has to be doubted. Three things tell a heart from noise,
and none of them knows the truth:

- *confidence*: how high the averaged anchor curve stands at the found beats (median). Windows that
  overlap disagree about beats that are not there;
- *agreement*: the share of found beats whose predicted cycle is as long as the distance to the next
  one, within 10 %. Both heads read the same window, but only a heart makes them say the same;
- *steadiness*: the share of distances within 20 % of their median.

A fourth, a heart rate that the motion shows by itself (`radarkit.evaluation.own_rate`), was tried
and adds nothing: hearts that show one are found without, and machines show one, too.

They are weighted to the logarithm of the odds that there is a heart (logistic regression). The
weights are fitted by `docs/heartbeat.py` to simulated people, clean and noisy, seen by radars of
many and few frames and channels, people whose heart does not show, and noises of several kinds;
`docs/reconstruct.md` has the rates of error on others.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import expit

from radarkit.evaluation.assemble import Reconstruction

LIKELY = 0.5  # probability from which a stretch is taken for a heartbeat
FEWEST = 6  # distances between beats; fewer tell nothing
_AGREES, _STEADY = 0.1, 0.2
# of confidence, agreement and steadiness; last, of none of them
_WEIGHTS = np.array([6.07, 2.47, 8.41, -10.33])


class Evidence(NamedTuple):
    """What speaks for a heart, each from 0 to 1.

    Attributes
    ----------
    confidence, agreement, steadiness : float
        See the module.
    """

    confidence: float
    agreement: float
    steadiness: float


NONE = Evidence(confidence=0.0, agreement=0.0, steadiness=0.0)


def evidence_in(made: Reconstruction, first: int, last: int) -> Evidence:
    """Gather the evidence in a part of a trial.

    Parameters
    ----------
    made : Reconstruction
        Of the whole trial, with confidences.
    first, last : int
        The first sample of the part, and the one behind its last.

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
    return Evidence(
        confidence=float(np.median(made.confidence[found])),
        agreement=float(np.mean(np.abs(lengths[:-1] - distances) <= _AGREES * distances)),
        steadiness=float(np.mean(np.abs(distances - usual) <= _STEADY * usual)),
    )


def probability(evidence: Evidence) -> float:
    """Weigh evidence: how likely there is a heart, where there is one as often as not."""
    if evidence == NONE:
        return 0.0
    return float(expit(_WEIGHTS[:-1] @ np.array(evidence) + _WEIGHTS[-1]))
