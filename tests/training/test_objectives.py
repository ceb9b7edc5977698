"""The losses of each framework, against the same written by hand in NumPy."""

import numpy as np
import pytest
import torch

from radarkit.datasets.mmecg_windows import PointWindow
from radarkit.datasets.radarode_windows import CycleWindow
from radarkit.errors import UserError
from radarkit.models import PRESETS, framework_of
from radarkit.models.mmecg import SamplePrediction
from radarkit.models.mu_law import encode
from radarkit.models.radarode import CyclePrediction
from radarkit.training.config import TrainConfig
from radarkit.training.objectives import CycleAndEcg, Samples, objective_of
from radarkit.training.presets import load_config


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def tensors(*arrays):
    return [torch.from_numpy(each.astype(np.float32)) for each in arrays]


def test_radarode_is_judged_by_the_square_of_the_cycle_and_the_root_of_the_ecg(rng):
    shape, ecg, true_shape, true_ecg = (rng.random((4, size)) for size in (200, 800) * 2)
    window = CycleWindow(*torch.zeros(3, 1), *tensors(true_shape, true_ecg))
    found = CycleAndEcg().losses(CyclePrediction(*tensors(shape, ecg)), window)
    expected = (
        ((shape - true_shape) ** 2).mean(),
        np.sqrt(((ecg - true_ecg) ** 2).mean(axis=1)).mean(),
    )
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_a_perfect_ecg_has_no_loss_and_a_slope():
    ecg = torch.rand(2, 800, requires_grad=True)
    window = CycleWindow(*torch.zeros(3, 1), torch.zeros(2, 200), ecg.detach())
    losses = CycleAndEcg().losses(CyclePrediction(torch.zeros(2, 200), ecg), window)
    assert losses.tolist() == pytest.approx([0, 0], abs=1e-5)
    (slope,) = torch.autograd.grad(losses.sum(), ecg)
    assert torch.isfinite(slope).all()


def test_mmecg_is_judged_by_the_likelihood_of_the_last_samples(rng):
    logits, ecg = rng.standard_normal((3, 256, 28)), rng.random((3, 640))
    (given,) = tensors(ecg)
    window = PointWindow(torch.zeros(1), torch.zeros(1), given)
    found = Samples().losses(SamplePrediction(*tensors(logits)), window)
    likelihood = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    classes = encode(given).numpy()[:, -28:]
    rows, samples = np.indices(classes.shape)
    expected = -np.log(likelihood[rows, classes, samples]).mean()
    np.testing.assert_allclose(found, [expected], rtol=1e-5)


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_has_an_objective_with_tasks_that_its_strategy_knows(preset):
    objective = objective_of(preset, 2.0)
    strategy = load_config(preset).strategy.build(objective.tasks)
    assert strategy.n_tasks == len(objective.tasks) == len(set(objective.tasks))


@pytest.mark.parametrize("preset", [p for p in PRESETS if framework_of(p) != "radarODE-MTL"])
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"strategy": {"name": "uw"}},
            "strategy uw for .* share no parameters; expected equal",
        ),
        ({"accumulate": 2}, "batches in 2 parts for .*; expected accumulate = 1"),
    ],
)
def test_what_needs_shared_parameters_is_refused(preset, changes, message):
    with pytest.raises(UserError, match=message):
        TrainConfig(preset=preset, **{"strategy": {"name": "equal"}, **changes})
