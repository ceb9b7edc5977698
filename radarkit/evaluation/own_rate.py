"""The heart rate that the chest's motion shows by itself, whatever a network drew.

It comes from the displacement, in which the pulse lies below the frequencies of a spectrogram, and
by a method that knows "no heart that shows" as an answer (`radarkit.extract.heart`). So it can bear
a network out, or fail to.
"""

from collections.abc import Callable

from radarkit.datasets.reader import Dataset
from radarkit.datasets.trial_header import TrialHeader
from radarkit.extract.heart import HeartRate, heart_rate
from radarkit.extract.rates import breathing_rate
from radarkit.recording import Quantity

OwnRate = Callable[[int, int], HeartRate]
"""Gives the rate of a part of a trial, from its first sample and the one behind its last."""

UNKNOWN = HeartRate(per_min=None, confidence=0.0, method="")


def own_rate(dataset: Dataset, header: TrialHeader) -> OwnRate:
    """Tell how to find the heart rate of parts of a trial.

    Parameters
    ----------
    dataset : Dataset
        Where the trial is.
    header : TrialHeader
        Which trial. Of one without displacement no rate is known.
    """
    if header.quantity is not Quantity.DISPLACEMENT:
        return lambda _first, _last: UNKNOWN
    valid = dataset.valid(header)

    def rate_of(first: int, last: int) -> HeartRate:
        motion_m = dataset.radar(header, first, last)
        believed = valid[first:last]
        breathing = breathing_rate(motion_m, header.sample_rate_hz, believed)
        return heart_rate(motion_m, header.sample_rate_hz, breathing, believed)

    return rate_of
