"""One step against autograd on the whole network, however it is cut up and weighed."""

import pytest
import torch

from radarkit.datasets.loading import Window
from radarkit.models import ModelConfig, build_model
from radarkit.mtl import STRATEGIES, EGAWeighting, build_strategy
from radarkit.training.losses import TASKS, task_losses
from radarkit.training.objectives import ThreeTasks
from radarkit.training.step import BadStepError, MultiTaskStep

from .conftest import ROWS

SPREAD = 2.0
DETERMINISTIC = (
    "equal",
    "uw",
    "gls",
    "dwa",
    "stch",
    "cagrad",
    "imtl",
    "moco",
    "aligned-mtl",
    "ega",
)


@pytest.fixture
def model():
    torch.manual_seed(0)
    return build_model(ModelConfig(preset="compact", channels=3, rows=ROWS)).double()


@pytest.fixture
def window(window):
    return Window(*(field.double() if field.is_floating_point() else field for field in window))


def strategy_of(name):
    settings = {"task": "length"} if name == "single-task" else {}
    return build_strategy(name, TASKS, **settings).double()


def gradients(model, window, strategy, parts=None, **settings):
    """Gradients of all parameters after one step, one after the other, and the losses."""
    step = MultiTaskStep(model, strategy, ThreeTasks(SPREAD), **settings)
    losses = step(parts or [window], len(window.length), (1, 2))
    return torch.cat([p.grad.flatten() for p in model.parameters()]), losses


def jacobian(model, window):
    rows = []
    for loss in task_losses(model(window.spectrogram), window, SPREAD):
        grads = torch.autograd.grad(loss, list(model.shared_parameters()), retain_graph=True)
        rows.append(torch.cat([g.flatten() for g in grads]))
    return torch.stack(rows)


def cut(window, *sizes):
    return [
        Window(*fields) for fields in zip(*(torch.split(f, sizes) for f in window), strict=True)
    ]


@pytest.mark.parametrize("space", ["parameters", "features"])
def test_equal_weights_give_the_gradient_of_the_sum_of_losses(model, window, space):
    found, losses = gradients(model, window, strategy_of("equal"), gradient_space=space)
    expected = task_losses(model(window.spectrogram), window, SPREAD)
    everything = torch.autograd.grad(expected.sum(), list(model.parameters()))
    torch.testing.assert_close(losses, expected.detach())
    torch.testing.assert_close(found, torch.cat([g.flatten() for g in everything]))


def test_ega_combines_the_exact_gradients_as_algorithm_1_says(model, window):
    strategy = build_strategy("ega", TASKS, temperature=0.5, warmup_epochs=0)
    strategy.end_epoch(0, [1.0, 1.0, 1.0])
    strategy.end_epoch(1, [0.9, 0.2, 0.5])
    gradients(model, window, strategy)
    found = torch.cat([p.grad.flatten() for p in model.shared_parameters()])
    U, sigma, Vt = torch.linalg.svd(jacobian(model, window), full_matrices=False)
    raised = torch.tensor([0.9, 0.2, 0.5]).double().div(0.5).exp()
    # G~ has the singular vectors of G and its smallest singular value throughout
    expected = sigma[-1] * (U @ Vt).T @ (3 * raised / raised.sum())
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-10)


def test_in_the_space_of_features_the_gramian_is_that_of_their_gradients(model, window):
    gradients(model, window, strategy_of("ega"), gradient_space="features")
    found = torch.cat([p.grad.flatten() for p in model.shared_parameters()])
    features = model.features(window.spectrogram)
    losses = task_losses(model.heads(features), window, SPREAD)
    rows = [torch.autograd.grad(loss, features, retain_graph=True)[0] for loss in losses]
    R = torch.stack([row.flatten() for row in rows])
    weights = EGAWeighting()(R @ R.T)
    torch.testing.assert_close(found, weights @ jacobian(model, window), rtol=1e-4, atol=1e-10)


@pytest.mark.parametrize("name", ["ega", "graddrop", "moco"])
def test_gradient_balancing_gives_heads_the_plain_gradient_of_their_own_loss(model, window, name):
    gradients(model, window, strategy_of(name))
    found = [p.grad for p in model.head_parameters()]
    total = task_losses(model(window.spectrogram), window, SPREAD).sum()
    for gradient, true in zip(
        found, torch.autograd.grad(total, list(model.head_parameters())), strict=True
    ):
        torch.testing.assert_close(gradient, true)


@pytest.mark.parametrize("name", STRATEGIES)
def test_a_batch_in_parts_is_the_same_step(model, window, name):
    whole, losses = gradients(model, window, strategy_of(name))
    cut_up, again = gradients(model, window, strategy_of(name), parts=cut(window, 3, 1, 2))
    torch.testing.assert_close(losses, again)
    scale = whole.abs().max().item()
    torch.testing.assert_close(cut_up, whole, rtol=0, atol=1e-6 * scale)


@pytest.mark.parametrize("name", STRATEGIES)
def test_the_same_key_gives_the_same_step_whatever_torch_drew_before(model, window, name):
    first, _ = gradients(model, window, strategy_of(name))
    torch.rand(100)
    again, _ = gradients(model, window, strategy_of(name))
    assert torch.equal(first, again)


def test_losses_of_a_batch_are_those_of_its_step(model, window):
    step = MultiTaskStep(model, strategy_of("equal"), ThreeTasks(SPREAD))
    parts = cut(window, 4, 2)
    torch.testing.assert_close(step.losses(parts, 6, (0,)), step(parts, 6, (0,)))


@pytest.mark.parametrize("space", ["parameters", "features"])
@pytest.mark.parametrize("name", ["equal", "ega", "graddrop"])
def test_a_window_that_is_not_finite_is_a_step_that_cannot_be_taken(model, window, name, space):
    window.anchors[2, 5] = float("nan")
    with pytest.raises(BadStepError, match="nan"):
        gradients(model, window, strategy_of(name), gradient_space=space)


@pytest.mark.parametrize("name", ["ega", "graddrop", "moco", "cagrad"])
def test_gradients_that_are_not_finite_are_a_step_that_cannot_be_taken(model, window, name):
    weight = next(model.shared_parameters())
    weight.register_hook(lambda gradient: gradient * float("inf"))
    with pytest.raises(BadStepError, match="infinity"):
        gradients(model, window, strategy_of(name))


def test_under_bfloat16_the_step_is_nearly_the_same():
    torch.manual_seed(0)
    model = build_model(ModelConfig(preset="compact", channels=3))
    window = Window(
        torch.rand(6, 3, 71, 120),
        torch.rand(6, 200),
        torch.arange(140, 200, 10),
        torch.rand(6, 800),
    )
    for space in ("parameters", "features"):
        strategy = build_strategy("equal", TASKS)
        exact, losses = gradients(model, window, strategy, gradient_space=space)
        rough, again = gradients(
            model, window, strategy, gradient_space=space, precision="bfloat16"
        )
        assert rough.dtype == again.dtype == torch.float32
        torch.testing.assert_close(again, losses, rtol=0.02, atol=0)
        assert torch.nn.functional.cosine_similarity(rough, exact, dim=0) > 0.99


def test_a_length_spread_of_zero_is_plain_cross_entropy(model, window):
    prediction = model(window.spectrogram)
    losses = task_losses(prediction, window, 0.0)
    expected = torch.nn.CrossEntropyLoss()(prediction.length_logits, window.length)
    assert losses[TASKS.index("length")] == expected
    spread = task_losses(prediction, window, 1e-3)  # neighbours get next to nothing
    torch.testing.assert_close(losses, spread)
