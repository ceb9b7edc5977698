import pytest
import torch

from radarkit.datasets.loading import Window
from radarkit.datasets.recipes import load_recipe
from radarkit.datasets.simulation import SimulationConfig, simulate_dataset

ROWS = 18


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    """Six simulated people, 10 s and 2 channels each."""
    path = tmp_path_factory.mktemp("training") / "data.h5"
    recipe = load_recipe("lying", subjects=6, duration_s=10, channels=2)
    simulate_dataset(path, SimulationConfig(recipe=recipe, seed=4))
    return path


@pytest.fixture
def window():
    """Six windows of 3 channels, with few rows, as steps in double precision are slow."""
    generator = torch.Generator().manual_seed(1)

    def rand(*shape):
        return torch.rand(*shape, generator=generator)

    return Window(rand(6, 3, ROWS, 120), rand(6, 200), torch.arange(140, 200, 10), rand(6, 800))
