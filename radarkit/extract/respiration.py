"""A model of respiration, so that its harmonics can be told from the heart.

Respiration is a sum of harmonics of one phase, ``sum_k a_k cos(k phi(t)) + b_k sin(k phi(t))``,
where phi is the phase of the fundamental as it really runs, not that of a constant rate: at the
eighth harmonic, a breath that wanders by 2 % would spread over a tenth of a hertz. The amplitudes
are fitted by least squares within one window at a time, so they may change from window to window;
those below the rates of hearts may change within it.

A heartbeat on a harmonic of respiration would be taken away with it. Its harmonics, however, fall
off smoothly with their order, so that none of them is much higher than both its neighbours: from
the third on, each is taken away only as far as the higher of its neighbours reaches.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lstsq

from radarkit.extract.bands import Motion, cut, transform

Float64 = NDArray[np.float64]

_HARMONICS = 12
_NOISE_FROM = 6  # harmonics from the seventh on are mostly noise
_TINY = 1e-150
_POWER_STEPS = 5
_CERTAIN = 2  # harmonics taken away whole
_BELOW_HEART_HZ = 0.85  # harmonics here may change their heights within a window, too
_LARGEST_STEP = 0.25  # of the phase, rad: a movement must not pass for a change of pace
_REFINEMENTS = 2  # of the phase; what one leaves of a strong harmonic can pass for a heart
_FASTEST_CHANGE = 0.6  # of the phase, in rates of breathing; faster ones would fit the heart, too
_RCOND = 1e-6
_TREND = 4  # terms of the polynomial that takes the drift of posture


class Remainder(NamedTuple):
    """A motion without drift and respiration.

    Attributes
    ----------
    motion : (channels, samples) float64
        What is left.
    taken : (samples, terms) float64
        The terms that were taken away, together with whatever else looked like them.
    """

    motion: Float64
    taken: Float64


def segment_starts(samples: int, length: int) -> list[int]:
    """Place segments that overlap by half or a little more and cover all samples: their starts."""
    segments = 1 - (-2 * (samples - length) // length)
    return [round(start) for start in np.linspace(0, samples - length, segments)]


def breathing_phase(slow: NDArray[np.floating], rate_hz: float, breathing_hz: float) -> Float64:
    """Phase of respiration.

    Parameters
    ----------
    slow : (channels, samples) float
        Motion of the chest.
    rate_hz : float
        Its rate.
    breathing_hz : float
        Mean rate of breathing.

    Returns
    -------
    (samples,) float64
        In rad, of the motion that the channels have in common, around `breathing_hz`.
    """
    motion: Motion = transform(_common(slow)[None], rate_hz)

    def around(frequencies_hz: Float64) -> Float64:
        distance = np.abs(frequencies_hz / breathing_hz - 1)
        return np.asarray(np.cos(np.pi / 2 * np.clip((distance - 0.3) / 0.3, 0, 1)) ** 2)

    course = cut(motion, around, rate_hz, analytic=True).values[0, : slow.shape[1]]
    return np.asarray(np.unwrap(np.angle(course)), np.float64)


def without_respiration(
    slow: NDArray[np.floating], rate_hz: float, phase: Float64 | None, window: Float64
) -> Remainder:
    """Take drift and respiration out of one window of a motion.

    Parameters
    ----------
    slow : (channels, samples) float
        Motion of the chest.
    rate_hz : float
        Its rate.
    phase : (samples,) float64 or None
        From `breathing_phase`; None takes away the drift alone.
    window : (samples,) float64
        Weight of each sample.

    Returns
    -------
    Remainder
    """
    root = np.sqrt(window)[:, None]
    if phase is None:
        design = _design(slow.shape[1], rate_hz, None)
        fitted = _least_squares(design * root, slow.T * root)
        return Remainder(np.asarray(slow - (design @ fitted).T), design)
    common = _common(slow)
    for _ in range(_REFINEMENTS):
        phase = _refined(common, rate_hz, phase, root)
    design = _design(slow.shape[1], rate_hz, phase)
    fitted = _least_squares(design * root, slow.T * root)
    harmonics = fitted[: 2 * _HARMONICS].reshape(_HARMONICS, 2, -1)
    share = _share_of_respiration(np.sqrt((harmonics**2).sum(axis=1)))
    harmonics *= share[:, None]
    taken = np.ones(design.shape[1], bool)
    taken[: 2 * _HARMONICS] = np.repeat(share.mean(axis=1) > 0.5, 2)
    return Remainder(np.asarray(slow - (design @ fitted).T), design[:, taken])


def _common(slow: NDArray[np.floating]) -> Float64:
    """First principal component of the channels, by power iteration: (samples,)."""
    centred = slow - slow.mean(axis=1, keepdims=True)
    common = np.asarray(centred[centred.var(axis=1).argmax()], np.float64)
    for _ in range(_POWER_STEPS):
        common = np.asarray((centred @ common) @ centred, np.float64)
        common = common / max(float(np.linalg.norm(common)), _TINY)
    return common


def _design(samples: int, rate_hz: float, phase: Float64 | None) -> Float64:
    """Terms of the model: (samples, terms), cosine and sine of each harmonic first."""
    time = np.linspace(-1, 1, samples)
    trend = [time**power for power in range(_TREND)]
    if phase is None:
        return np.asarray(trend).T
    waves = [f(order * phase) for order in range(1, _HARMONICS + 1) for f in (np.cos, np.sin)]
    changing = 2 * max(1, int(_BELOW_HEART_HZ / _mean_rate_hz(phase, rate_hz)))
    terms = waves + trend + [wave * time**power for wave in waves[:changing] for power in (1, 2)]
    return np.asarray(np.array(terms).T)


def _mean_rate_hz(phase: Float64, rate_hz: float) -> float:
    return float((phase[-1] - phase[0]) / (2 * np.pi * (len(phase) - 1)) * rate_hz)


def _refined(common: Float64, rate_hz: float, phase: Float64, root: Float64) -> Float64:
    """Phase with which the model fits better: a Gauss-Newton step in a smooth change of it."""
    seconds = len(common) / rate_hz
    time = np.linspace(0, np.pi, len(common))[:, None]
    fastest = 1 + int(2 * seconds * _FASTEST_CHANGE * _mean_rate_hz(phase, rate_hz))
    changes = np.cos(time * np.arange(1, fastest + 1))
    orders = np.arange(1, _HARMONICS + 1)
    design = _design(len(common), rate_hz, phase)
    fitted = _least_squares(design * root, common * root[:, 0])
    cosine, sine = fitted[0 : 2 * _HARMONICS : 2], fitted[1 : 2 * _HARMONICS : 2]
    cosines, sines = design[:, 0 : 2 * _HARMONICS : 2], design[:, 1 : 2 * _HARMONICS : 2]
    slope = cosines @ (orders * sine) - sines @ (orders * cosine)
    both = np.hstack([design, slope[:, None] * changes])
    step = _least_squares(both * root, common * root[:, 0])
    change = changes @ step[design.shape[1] :]
    return np.asarray(phase + np.clip(change, -_LARGEST_STEP, _LARGEST_STEP))


def _least_squares(terms: Float64, values: NDArray[np.floating]) -> Float64:
    """Coefficients of the terms; by QR with pivoting, which is faster than the SVD."""
    return np.asarray(
        lstsq(terms, values, cond=_RCOND, lapack_driver="gelsy", check_finite=False)[0], np.float64
    )


def _share_of_respiration(height: Float64) -> Float64:
    """How much of each harmonic's height is respiration: (harmonics, channels), 0 to 1.

    What its neighbours expect, less the noise: the higher of the two next to it, or the geometric
    mean of the two beside those, since a breath that rises as it falls has odd harmonics only.
    """
    # a quarter of Rayleigh-distributed heights lies below 0.54 of their rms
    noise = np.quantile(height[_NOISE_FROM:], 0.25, axis=0) / 0.54
    share = np.ones_like(height)
    last = len(height) - 1
    for order in range(_CERTAIN, len(height)):
        beside = np.maximum(height[order - 1], height[min(order + 1, last)])
        beyond = np.sqrt(height[order - 2] * height[min(order + 2, last)])
        expected = np.maximum(np.maximum(beside, beyond) ** 2 - noise**2, 0)
        share[order] = np.sqrt(np.minimum(1, expected / np.maximum(height[order], _TINY) ** 2))
    return share
