import numpy as np
import pytest

from radarkit.datasets.recipes import load_recipe
from radarkit.simulate import draw_heart, draw_subject, simulate_trial


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture(scope="session")
def recipe():
    return load_recipe("default")


@pytest.fixture(scope="session")
def simulate(recipe):
    """Simulate a trial of a person from a seed."""

    def make(seed=0, seconds=20.0, channels=3, status="NB", **options):
        subject = draw_subject(recipe, channels, np.random.SeedSequence(seed), status=status)
        heart = draw_heart(subject, seconds, np.random.default_rng([seed, 1]))
        rng = np.random.default_rng([seed, 2])
        return subject, simulate_trial(subject, heart, rng, name=("anna", "1"), **options)

    return make
