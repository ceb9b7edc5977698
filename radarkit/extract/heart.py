"""Heart rate from all the evidence there is, with how sure it is.

The evidence for each rate (`radarkit.extract.evidence`) is weighted and added up to the logarithm
of how much more likely that rate is than another; "no heart that shows" is one more answer. This is
a conditional logit model (McFadden, "Conditional logit analysis of qualitative choice behavior",
1974). Frames that are too slow for the bursts have weights of their own. Both sets are fitted to
simulated recordings, half of them without a heart, by `docs/heart_rate.py`, which tells how far
they hold for other people. The confidence is what the model gives to the rates within 3 per minute
of its best.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.signal import argrelmax
from scipy.special import softmax

from radarkit.extract.bands import Motion, between, cut, transform
from radarkit.extract.beats import SLOWEST_RATE_HZ
from radarkit.extract.bursts import burst_course
from radarkit.extract.evidence import RATES_PER_MIN, of_bursts, of_spectrum
from radarkit.extract.rates import CHANNELS, Rate
from radarkit.extract.respiration import breathing_phase
from radarkit.extract.steps import without_steps
from radarkit.peaks import between_samples

Float64 = NDArray[np.float64]

_LEAST_CONFIDENCE = 0.5
_SHORTEST_S = 6.0  # four beats of the slowest heart
_SLOW_HZ = 8.5
_SLOW_RATE_HZ = 20.0
_NEAR_PER_MIN = 3.0
_SEARCHED_PER_MIN = 5.0
_SOURCES = {"harmonics": 0, "waveform": 1, "bursts": 4}  # rows of the evidence

# of a rate: the lesser of harmonics and waveform; waveform at the period, its half (where positive)
# and its double; bursts likewise; last, of no heart. `python docs/heart_rate.py --fit` prints them.
_SLOW_WEIGHTS = np.array([1.29, 0.56, -0.34, 0.81, 8.63])
_FAST_WEIGHTS = np.array([1.78, 0.17, -0.41, 0.64, 0.74, -0.68, 0.42, 8.09])


class HeartRate(NamedTuple):
    """A heart rate, how sure it is and what it rests on.

    Attributes
    ----------
    per_min : float or None
        None where the evidence is not clear.
    confidence : float
        0 to 1; below 0.5 no rate is given.
    method : str
        Which evidence by itself says the same, such as ``"harmonics, bursts"``.
    """

    per_min: float | None
    confidence: float
    method: str


def heart_rate(
    displacement_m: NDArray[np.floating],
    sample_rate_hz: float,
    breathing: Rate,
    valid: NDArray[np.bool_] | None = None,
) -> HeartRate:
    """Heart beats per minute.

    Parameters
    ----------
    displacement_m : (channels, samples) float
        Motion of the chest, best channels first.
    sample_rate_hz : float
        Its rate.
    breathing : Rate
        Of the same motion; the harmonics of breathing are not taken for a heart.
    valid : (samples,) bool, optional
        Which samples to believe; all by default.

    Returns
    -------
    HeartRate
        Between 45 and 150 per minute.
    """
    displacement_m = without_steps(displacement_m[:CHANNELS], valid)
    displacement_m = displacement_m[np.ptp(displacement_m, axis=1) > 0]
    if len(displacement_m) == 0 or displacement_m.shape[1] < _SHORTEST_S * sample_rate_hz:
        return HeartRate(None, 0.0, "")
    evidence = evidence_of(transform(displacement_m, sample_rate_hz), breathing, valid)
    rate_per_min, confidence = weigh(evidence)
    if confidence < _LEAST_CONFIDENCE:
        return HeartRate(None, confidence, "")
    agreeing = [
        name
        for name, row in _SOURCES.items()
        if row < len(evidence)
        and abs(RATES_PER_MIN[evidence[row].argmax()] - rate_per_min) <= _SEARCHED_PER_MIN
    ]
    return HeartRate(rate_per_min, confidence, ", ".join(agreeing) or "all together")


def evidence_of(motion: Motion, breathing: Rate, valid: NDArray[np.bool_] | None = None) -> Float64:
    """Evidence of every kind: (7, rates), or (4, rates) where frames are too slow for bursts."""
    slow = cut(motion, between(0, _SLOW_HZ), _SLOW_RATE_HZ)
    phase = None
    if breathing.per_min is not None:
        phase = breathing_phase(slow.values.real, slow.rate_hz, breathing.per_min / 60)
    of_slow = of_spectrum(slow.values.real.astype(np.float64), slow.rate_hz, phase)
    if motion.rate_hz < SLOWEST_RATE_HZ:
        return of_slow
    return np.vstack([of_slow, of_bursts(*burst_course(motion, valid))])


def terms_of(evidence: Float64) -> Float64:
    """Evidence as the model takes it, of the same shape.

    Harmonics count as far as the waveform repeats, too: what is left of a breath mostly shows in
    one of them. A rate whose double is even clearer is doubted; one whose double is absent is not
    believed the more.
    """
    terms = evidence.copy()
    terms[0] = np.minimum(evidence[0], evidence[1])
    halves = [2, 5] if len(evidence) > 4 else [2]
    terms[halves] = np.maximum(terms[halves], 0)
    return terms


def weigh(evidence: Float64) -> tuple[float, float]:
    """Most likely rate per minute and the confidence in it, from evidence (4 or 7, rates)."""
    weights = _FAST_WEIGHTS if len(evidence) > 4 else _SLOW_WEIGHTS
    chances = softmax(np.append(weights[:-1] @ terms_of(evidence), weights[-1]))[:-1]
    distance = np.abs(RATES_PER_MIN[:, None] - RATES_PER_MIN)
    near = (distance <= _NEAR_PER_MIN) @ chances
    best = int(near.argmax())
    # the multiples of a period settle which rate it is, the period itself where within its peak:
    # a rate that changed meanwhile would move them apart
    exact = evidence[0] + 0.5 * evidence[1] + (evidence[4] if len(evidence) > 4 else 0)
    sharp = int(np.where(distance[best] <= _SEARCHED_PER_MIN, exact, -np.inf).argmax())
    rate_per_min = float(RATES_PER_MIN[sharp])
    if sharp in argrelmax(exact)[0]:
        place = between_samples(exact, np.array([sharp]))
        rate_per_min = float(np.interp(place, np.arange(exact.size), RATES_PER_MIN)[0])
    return rate_per_min, min(float(near[best]), 1.0)  # rounding
