"""People whose heart rate is known, for fitting and judging the weights of the heart rate.

Hearts are those of `radarkit.simulate`: pulse, two vibrations and a rate that varies. Breaths are
harder than the simulator's own, since it is the harmonics of breathing that look like a heart.
"""

import dataclasses
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from radarkit.datasets.recipes import load_recipe
from radarkit.simulate import Subject, draw_heart, draw_subject, simulate_trial
from radarkit.simulate.heart import SAMPLE_RATE_HZ
from radarkit.simulate.mechanics import Mechanics
from radarkit.simulate.motion import draw_sway
from radarkit.simulate.respiration import Respiration, breathing_motion, draw_breath
from radarkit.simulate.rhythm import Rhythm

Float64 = NDArray[np.float64]

SHAPES = ("plain", "rich", "triangular", "lopsided")
SECONDS = (20.0, 30.0, 60.0)
EVERY = (1, 2, 3, 10)  # frames of the 200 a second that a radar takes


class Person(NamedTuple):
    """A recording and what it should say.

    Attributes
    ----------
    channels_m : (channels, samples) float64
        Motion of the chest.
    rate_hz : float
        Its rate.
    heart_per_min : float
        Mean rate of the beats; NaN where there is no heart.
    sdnn_ms : float
        Standard deviation of their intervals; NaN where there is no heart.
    breathing_per_min : float
        Mean rate of the breaths.
    shape : str
        Of the breath.
    """

    channels_m: Float64
    rate_hz: float
    heart_per_min: float
    sdnn_ms: float
    breathing_per_min: float
    shape: str

    @property
    def seconds(self) -> float:
        """Length of the recording."""
        return float(self.channels_m.shape[1] / self.rate_hz)


def draw_person(
    rng: np.random.Generator,
    *,
    seconds: float,
    every: int,
    shape: str,
    channels: int,
    beating: bool = True,
) -> Person:
    """Draw one recording.

    In four of ten, a harmonic of breathing, the fourth to the eighth, lies within 3 per minute of
    the heart rate.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of all that varies.
    seconds : float
        Length.
    every : int
        Which of the 200 frames a second are seen: 10 leaves 20 a second.
    shape : str
        Of the breath, one of `SHAPES`.
    channels : int
        Points on the chest.
    beating : bool
        Whether there is a heart.
    """
    heart_per_min = rng.uniform(50, 105) if rng.random() < 0.8 else rng.uniform(105, 140)
    rhythm = Rhythm(
        heart_rate_per_min=heart_per_min,
        lf_s=rng.uniform(0.005, 0.045) * 60 / heart_per_min,
        hf_s=rng.uniform(0.005, 0.045) * 60 / heart_per_min,
    )
    breathing_per_min = rng.uniform(8, 24)
    if rng.random() < 0.4:
        beside = (rhythm.heart_rate_per_min + rng.uniform(-3, 3)) / rng.integers(4, 9)
        breathing_per_min = float(np.clip(beside, 8, 24))
    height_m = rng.uniform(3e-3, 8e-3)
    plain = Respiration(
        rate_per_min=breathing_per_min, amplitude_m=height_m / 2 if shape == "plain" else 0.0
    )
    seed = np.random.SeedSequence(int(rng.integers(2**63)))
    subject = draw_subject(load_recipe(), channels, seed)
    person = subject.person.model_copy(
        update={
            "rhythm": rhythm,
            "respiration": plain,
            "mechanics": _mechanics(subject.person.mechanics, rng),
        }
    )
    subject = dataclasses.replace(subject, person=person)
    samples = round(seconds * SAMPLE_RATE_HZ)
    motion_m, cycles_s = _cardiac(subject, seconds, rng) if beating else (0.0, np.full(1, np.nan))
    motion_m = motion_m + draw_sway(rng.uniform(0, 3e-4), samples, SAMPLE_RATE_HZ, rng)
    if shape == "plain":
        breath_m = breathing_motion(plain, draw_breath(plain, samples, SAMPLE_RATE_HZ, rng))
    else:
        breath_m = height_m * draw_hard_breath(
            shape, breathing_per_min, samples, SAMPLE_RATE_HZ, rng
        )
    motion_m = motion_m + rng.uniform(0.7, 1.3, (channels, 1)) * breath_m
    seen_m = motion_m[:, ::every]
    alone_m, shared_m = 10 ** rng.uniform(-6.5, -4.5), 10 ** rng.uniform(-7.5, -5.5)
    seen_m = seen_m + alone_m * rng.standard_normal(seen_m.shape)
    seen_m += shared_m * rng.standard_normal(seen_m.shape[1])
    return Person(
        seen_m,
        SAMPLE_RATE_HZ / every,
        60 / float(cycles_s.mean()),
        1000 * float(cycles_s.std()),
        breathing_per_min,
        shape,
    )


def draw_hard_breath(
    shape: str, per_min: float, samples: int, rate_hz: float, rng: np.random.Generator
) -> Float64:
    """Draw breaths whose rate and height vary.

    Parameters
    ----------
    shape : str
        ``"rich"`` has eight harmonics, ``"triangular"`` rises as it falls and ``"lopsided"`` goes
        in fast and out slowly, both with corners of some 50 ms.
    per_min : float
        Mean rate.
    samples, rate_hz : int, float
        Grid of the result.
    rng : numpy.random.Generator
        Source of all that varies.

    Returns
    -------
    (samples,) float64
        Of height 1 or so.
    """
    time_s = np.arange(samples) / rate_hz
    wander = 0.03 * np.sin(2 * np.pi * (time_s / rng.uniform(20, 40) + rng.uniform()))
    turn = np.cumsum(per_min / 60 * (1 + wander)) / rate_hz + rng.uniform()
    within = turn % 1
    if shape == "rich":
        order = np.arange(1, 9)
        fall = order ** -rng.uniform(1.8, 2.6) * rng.uniform(0.7, 1.3, order.size)
        phase = 2 * np.pi * (turn[:, None] * order + rng.uniform(size=order.size))
        return np.asarray(0.5 * np.cos(phase) @ fall)
    if shape == "triangular":
        course = 1 - np.abs(2 * within - 1)
    else:
        breathing_in = rng.uniform(0.3, 0.45)
        out = (within - breathing_in) / (1 - breathing_in)
        rise = 0.5 - 0.5 * np.cos(np.pi * within / breathing_in)
        fallen = np.exp(-3 * out) - np.exp(-3) * out
        course = np.where(within < breathing_in, rise, fallen)
    heights = 1 + 0.1 * rng.standard_normal(int(turn[-1]) + 3)
    course = course * np.interp(turn, np.arange(heights.size), heights)
    return np.asarray(gaussian_filter1d(course, rng.uniform(0.02, 0.05) * rate_hz))


def _mechanics(mechanics: Mechanics, rng: np.random.Generator) -> Mechanics:
    """Make bursts that are clear or hardly there, and all alike or as uneven as can be."""
    steadiness = rng.uniform()
    return mechanics.model_copy(
        update={
            "amplitude_m": 10 ** rng.uniform(-5.3, -4.4),
            "v1": mechanics.v1.model_copy(update={"steadiness": steadiness}),
            "v2": mechanics.v2.model_copy(update={"steadiness": steadiness}),
        }
    )


def _cardiac(subject: Subject, seconds: float, rng: np.random.Generator) -> tuple[Float64, Float64]:
    """Motion (channels, samples) of the chest by the heart alone, in m, and its cycles in s."""
    heart = draw_heart(subject, seconds, rng)
    still = subject.person.respiration.model_copy(update={"amplitude_m": 0.0})
    none = subject.person.pulse.model_copy(update={"height_m": 0.0})
    person = subject.person.model_copy(update={"respiration": still, "pulse": none})
    shaken = dataclasses.replace(subject, person=person)
    trial = simulate_trial(shaken, heart, rng, name=("person", "1"))
    time_s = np.arange(trial.recording.samples) / SAMPLE_RATE_HZ
    pulse = np.zeros(time_s.size)
    lobes = (  # after R, sigma, height
        (rng.uniform(0.09, 0.15), rng.uniform(0.03, 0.07), 1.0),
        (rng.uniform(0.35, 0.45), rng.uniform(0.05, 0.1), rng.uniform(-0.8, 0.8)),
    )
    for beat_s in heart.r_times_s:
        for after_s, width_s, height in lobes:
            pulse += height * np.exp(-0.5 * ((time_s - beat_s - after_s) / width_s) ** 2)
    strength = subject.points.gain * subject.points.polarity
    heights_m = 10 ** rng.uniform(-4.4, -3.6) * strength / np.abs(strength).max()
    beats_s = heart.r_times_s[(heart.r_times_s >= 0) & (heart.r_times_s < seconds)]
    return heights_m[:, None] * pulse + trial.recording.radar, np.diff(beats_s)
