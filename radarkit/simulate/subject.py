"""One person in front of the radar: drawn from a recipe, seen at some points of the chest."""

from dataclasses import dataclass

import numpy as np

from radarkit.simulate.chest import Points, draw_points
from radarkit.simulate.ecg import draw_ecg, t_ends_s
from radarkit.simulate.heart import SAMPLE_RATE_HZ, Heart
from radarkit.simulate.person import Person
from radarkit.simulate.recipe import Recipe
from radarkit.simulate.respiration import draw_breath
from radarkit.simulate.rhythm import draw_beats


@dataclass(frozen=True, eq=False)
class Subject:
    """One person in one state.

    Attributes
    ----------
    person : Person
        Heart, lead, chest and breath.
    points : Points
        The points of the chest that the radar sees.
    status : str
        State of the person; see `radarkit.recording.Recording`.
    """

    person: Person
    points: Points
    status: str = "NB"

    @property
    def channels(self) -> int:
        """Number of points on the chest."""
        return int(self.points.gain.size)


def draw_subject(
    recipe: Recipe, channels: int, seed: np.random.SeedSequence, *, status: str = "NB"
) -> Subject:
    """Draw the person of a seed, who is the same in every state."""
    person = recipe.person(seed, status)
    points = np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, 0))
    return Subject(
        person, draw_points(person.chest, channels, np.random.default_rng(points)), status
    )


def draw_heart(subject: Subject, duration_s: float, rng: np.random.Generator) -> Heart:
    """Draw breath, beats and ECG of a trial of the subject."""
    person, samples = subject.person, round(duration_s * SAMPLE_RATE_HZ)
    breath = draw_breath(person.respiration, samples, SAMPLE_RATE_HZ, rng)
    beats = draw_beats(person.rhythm, breath, rng)
    return Heart(
        draw_ecg(person.ecg, beats, breath, SAMPLE_RATE_HZ, rng),
        beats.r_times_s,
        "simulated",
        subject.status,
        t_ends_s(person.ecg, beats),
        breath,
    )
