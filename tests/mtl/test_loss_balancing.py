"""Loss balancing against the published formulas, differentiated numerically."""

import numpy as np
import pytest
import torch

from radarkit.mtl import build_strategy

TASKS = ("shape", "length", "anchors")
MEANS = np.array([[0.8, 3.0, 0.1], [0.5, 2.8, 0.09], [0.4, 2.9, 0.05]])


def numerical_weights(formula, losses):
    """Central differences of a scalar function of the losses."""
    gradient = np.empty_like(losses)
    for index in range(losses.size):
        step = np.zeros_like(losses)
        step[index] = 1e-5 * losses[index]
        gradient[index] = (formula(losses + step) - formula(losses - step)) / (2 * step[index])
    return gradient


def uncertainty(losses):
    s = -0.5
    return np.sum(losses / (2 * np.exp(s)) + s / 2)


def dynamic_average(losses, temperature=2.0):
    ratio = np.exp(MEANS[2] / MEANS[1] / temperature)
    return np.sum(losses.size * ratio / ratio.sum() * losses)


def smooth_tchebycheff(losses, mu=1.0):
    logarithms = np.log(losses / MEANS[2])
    highest = logarithms.max()
    return losses.size * mu * np.log(np.sum(np.exp((logarithms - highest) / mu))) + (
        losses.size * highest
    )


FORMULAS = {
    "equal": (np.sum, {}),
    "single-task": (lambda losses: losses[2], {"task": "anchors"}),
    "uw": (uncertainty, {}),
    "gls": (lambda losses: np.prod(losses) ** (1 / losses.size), {}),
    "dwa": (dynamic_average, {}),
    "stch": (smooth_tchebycheff, {"warmup_epochs": 2}),
}


@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize("losses", [(0.3, 2.5, 0.02), (1.0, 1.0, 1.0), (9.0, 1e-2, 0.7)])
def test_weights_are_the_derivative_of_the_published_formula(name, losses):
    formula, settings = FORMULAS[name]
    strategy = build_strategy(name, TASKS, **settings)
    for epoch, means in enumerate(MEANS):
        strategy.end_epoch(epoch, means)
    weights = strategy.weigh(torch.tensor(losses, dtype=torch.float64))
    np.testing.assert_allclose(weights, numerical_weights(formula, np.array(losses)), rtol=1e-5)


def test_stch_sums_logarithms_until_its_warm_up_ends():
    stch = build_strategy("stch", TASKS, warmup_epochs=1)
    losses = torch.tensor([0.5, 4.0, 0.1]).double()
    stch.end_epoch(0, MEANS[0])
    torch.testing.assert_close(stch.weigh(losses), 1 / losses)
    stch.end_epoch(1, losses)
    stch.end_epoch(2, MEANS[2])
    # at the reference all tasks are equally far, and n mu log sum exp has the same slopes
    torch.testing.assert_close(stch.weigh(losses), 1 / losses)
    assert stch.weigh(2 * losses.clone())[0] == pytest.approx(1 / (2 * losses[0]))


def test_dwa_waits_for_two_epochs():
    dwa, losses = build_strategy("dwa", TASKS), torch.rand(3)
    dwa.end_epoch(0, MEANS[0])
    assert torch.equal(dwa.weigh(losses), torch.ones(3))
    dwa.end_epoch(1, MEANS[1])
    weights = dwa.weigh(losses)
    assert weights.sum().item() == pytest.approx(3)
    assert weights.argmax() == 1  # the slowest
    assert torch.equal(weights, dwa.weigh(losses))  # asking is no event


def test_uw_learns_that_its_variances_are_the_losses():
    """The optimum of L e^(-s) / 2 + s / 2 is s = log L, where the weights are 1 / (2 L)."""
    uw, losses = build_strategy("uw", TASKS), torch.tensor([0.2, 1.0, 5.0])
    optimiser = torch.optim.SGD(uw.learned(), lr=0.5)
    for _ in range(200):
        uw.weigh(losses)
        optimiser.step()
    torch.testing.assert_close(uw.weigh(losses), 1 / (2 * losses), rtol=1e-4, atol=0)


def test_a_solved_task_ends_learning_under_a_geometric_mean():
    weights = build_strategy("gls", TASKS).weigh(torch.tensor([0.0, 1.0, 2.0]))
    assert weights.tolist() == [0, 0, 0]


def test_famo_equals_a_plain_loop_of_its_algorithm():
    """Algorithm 1 of the paper with Adam, which its code takes for the weights, written out."""
    rate, decay, eps = 0.025, 1e-3, 1e-8
    famo = build_strategy("famo", TASKS)
    w, first, second = np.zeros(3), np.zeros(3), np.zeros(3)
    random = np.random.default_rng(0)
    for step in range(1, 12):
        before = random.uniform(0.1, 3, 3)
        after = before * random.uniform(0.5, 1.1, 3)
        z = np.exp(w) / np.exp(w).sum()
        expected = z / (before + eps) / np.sum(z / (before + eps))
        np.testing.assert_allclose(famo.weigh(torch.from_numpy(before)), expected, rtol=1e-9)
        famo.after_step(torch.from_numpy(after))
        fall = np.log(before + eps) - np.log(after + eps)
        slope = z * (fall - z @ fall) + decay * w
        first, second = 0.9 * first + 0.1 * slope, 0.999 * second + 0.001 * slope**2
        corrected = np.sqrt(second / (1 - 0.999**step)) + 1e-8
        w = w - rate * first / (1 - 0.9**step) / corrected
