import pytest
import torch

from radarkit.datasets.loading import Window
from radarkit.models import ModelConfig, build_model
from radarkit.mtl import EGAWeighting, build_weighting
from radarkit.training.losses import TASKS, task_losses
from radarkit.training.step import multi_task_backward


@pytest.fixture
def model():
    torch.manual_seed(0)
    return build_model(ModelConfig(preset="compact", channels=3))


@pytest.fixture
def window():
    torch.manual_seed(1)
    return Window(
        torch.rand(4, 3, 71, 120), torch.rand(4, 200), torch.tensor([140, 150, 160, 170]),
        torch.rand(4, 800),
    )  # fmt: skip


def joint(model):
    return torch.cat([p.grad.flatten() for p in model.shared_parameters()])


def jacobian(model, window):
    rows = []
    for loss in task_losses(model(window.spectrogram), window, 2.0):
        grads = torch.autograd.grad(loss, list(model.shared_parameters()), retain_graph=True)
        rows.append(torch.cat([g.flatten() for g in grads]))
    return torch.stack(rows)


@pytest.mark.parametrize("space", ["parameters", "features"])
def test_equal_weights_give_the_gradient_of_the_sum_of_losses(model, window, space):
    model.eval()
    losses = multi_task_backward(
        model, window, build_weighting("equal", 3), gradient_space=space, length_spread=2.0
    )
    found = {name: p.grad.clone() for name, p in model.named_parameters()}
    model.zero_grad()
    expected = task_losses(model(window.spectrogram), window, 2.0)
    expected.sum().backward()
    torch.testing.assert_close(losses, expected.detach())
    for name, parameter in model.named_parameters():
        torch.testing.assert_close(found[name], parameter.grad, rtol=1e-3, atol=1e-6)


def test_ega_combines_the_exact_gradients_as_algorithm_1_says(model, window):
    model.eval()
    weighting = EGAWeighting(temperature=0.5, warmup_epochs=0)
    weighting.update(0, [1.0, 1.0, 1.0])
    weighting.update(1, [0.9, 0.2, 0.5])
    multi_task_backward(model, window, weighting, gradient_space="parameters", length_spread=2.0)
    G = jacobian(model, window).double()
    U, sigma, Vt = torch.linalg.svd(G, full_matrices=False)
    # G~ has the singular vectors of G and its smallest singular value throughout
    expected = sigma[-1] * (U @ Vt).T @ weighting.v
    torch.testing.assert_close(joint(model).double(), expected, rtol=1e-3, atol=1e-7)


def test_heads_get_the_plain_gradient_of_their_own_loss(model, window):
    model.eval()
    multi_task_backward(model, window, EGAWeighting(), gradient_space="features", length_spread=2.0)
    found = [p.grad.clone() for p in model.head_parameters()]
    total = task_losses(model(window.spectrogram), window, 2.0).sum()
    expected = torch.autograd.grad(total, list(model.head_parameters()))
    for gradient, true in zip(found, expected, strict=True):
        torch.testing.assert_close(gradient, true, rtol=1e-3, atol=1e-7)


def test_a_length_spread_of_zero_is_plain_cross_entropy(model, window):
    prediction = model(window.spectrogram)
    losses = task_losses(prediction, window, 0.0)
    expected = torch.nn.CrossEntropyLoss()(prediction.length_logits, window.length)
    assert losses[TASKS.index("length")] == expected
    spread = task_losses(prediction, window, 1e-3)  # neighbours get next to nothing
    torch.testing.assert_close(losses, spread)
