"""Heart rate from all the evidence there is, with how sure it is.

The evidence for each rate (`radarkit.extract.evidence`) is weighted and added up to the logarithm
of how much more likely that rate is than another; "no heart that shows" is one more answer. This is
a conditional logit model (McFadden, "Conditional logit analysis of qualitative choice behavior",
1974). Its weights are fitted to 1600 simulated recordings, 40 % of them without a heart: smooth,
triangular and lopsided breaths of 8 to 24 per minute, in four of ten cases with the heart near a
harmonic; hearts of 50 to 110 per minute with 10 to 65 ms of variability; 1 to 8 channels, noise of
2 to 100 um, 20 to 60 s, frames of 20 to 200 Hz. Recordings without a heart count four times: a rate
that is not there is worse than one that is not found. The confidence is what the model gives to
the rates within 3 per minute of its best.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from radarkit.extract.bands import Motion, between, cut, transform
from radarkit.extract.beats import SLOWEST_RATE_HZ
from radarkit.extract.bursts import burst_course
from radarkit.extract.evidence import RATES_PER_MIN, of_bursts, of_spectrum
from radarkit.extract.rates import CHANNELS, Rate
from radarkit.extract.respiration import breathing_phase
from radarkit.extract.steps import without_steps

Float64 = NDArray[np.float64]

_LEAST_CONFIDENCE = 0.5
_SHORTEST_S = 6.0  # four beats of the slowest heart
_SLOW_HZ = 8.5
_SLOW_RATE_HZ = 20.0
_NEAR_PER_MIN = 3.0
_SEARCHED_PER_MIN = 5.0

# harmonics; waveform at the period, its half (where positive) and its double; bursts, the same
_WEIGHTS = np.array([1.03, 1.10, -0.29, 1.01, 0.23, 0.42, -0.03])
_NO_HEART = 11.43


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
    evidence = evidence_of(transform(displacement_m, sample_rate_hz), breathing)
    rate_per_min, confidence = weigh(evidence)
    if confidence < _LEAST_CONFIDENCE:
        return HeartRate(None, confidence, "")
    sources = {"harmonics": evidence[0], "waveform": evidence[1], "bursts": evidence[4]}
    agreeing = [
        name
        for name, curve in sources.items()
        if curve.any() and abs(RATES_PER_MIN[curve.argmax()] - rate_per_min) <= _SEARCHED_PER_MIN
    ]
    return HeartRate(rate_per_min, confidence, ", ".join(agreeing) or "all together")


def evidence_of(motion: Motion, breathing: Rate) -> Float64:
    """Evidence of every kind: (7, rates)."""
    slow = cut(motion, between(0, _SLOW_HZ), _SLOW_RATE_HZ)
    phase = None
    if breathing.per_min is not None:
        phase = breathing_phase(slow.values.real, slow.rate_hz, breathing.per_min / 60)
    of_slow = of_spectrum(slow.values.real.astype(np.float64), slow.rate_hz, phase)
    fast = np.zeros((3, RATES_PER_MIN.size))
    if motion.rate_hz >= SLOWEST_RATE_HZ:
        course, rate_hz = burst_course(motion)
        fast = of_bursts(course, rate_hz)
    return np.vstack([of_slow, fast])


def weigh(evidence: Float64) -> tuple[float, float]:
    """Most likely rate per minute and the confidence in it, from evidence (7, rates)."""
    terms = evidence.copy()
    terms[[2, 5]] = np.maximum(terms[[2, 5]], 0)
    chances = softmax(np.append(_WEIGHTS @ terms, _NO_HEART))[:-1]
    distance = np.abs(RATES_PER_MIN[:, None] - RATES_PER_MIN)
    near = (distance <= _NEAR_PER_MIN) @ chances
    best = int(near.argmax())
    # the multiples of a period settle which rate it is, the period itself where within its peak:
    # a rate that changed meanwhile would move them apart
    exact = evidence[0] + 0.5 * evidence[1] + evidence[4]
    sharp = np.where(distance[best] <= _SEARCHED_PER_MIN, exact, -np.inf)
    return float(RATES_PER_MIN[sharp.argmax()]), min(float(near[best]), 1.0)  # rounding
