"""What every strategy owes the trainer, whatever its formula."""

import io

import pytest
import torch

from radarkit.errors import UserError
from radarkit.mtl import (
    STRATEGIES,
    GramianStrategy,
    LossStrategy,
    build_strategy,
)

TASKS = ("shape", "length", "anchors")

# weights of orthonormal gradients under losses of 2, from the published formulas by hand
ORTHONORMAL = {
    "single-task": (0, 1, 0),
    "equal": 1,
    "uw": 0.5 * torch.e**0.5,
    "gls": 1 / 3,
    "dwa": 1,
    "stch": 1 / 2,
    "graddrop": 1,
    "gradvac": 1,
    "cagrad": (1 / 3 + 0.5 / 3) / (1 + 0.5**2),
    "imtl": 1 / 3,
    "moco": 0.5 * 2 / 3,
    "aligned-mtl": 1,
    "ega": 1,
    "pcgrad": 1,
    "mgda": 1 / 3,
    "nash-mtl": 3**-0.5,
    "upgrad": 1 / 3,
    "famo": 1 / 3,
}
REMEMBERING = ("uw", "dwa", "stch", "gradvac", "imtl", "moco", "ega", "famo")


def build(name, n=3):
    tasks = TASKS if n == 3 else [f"task{number}" for number in range(n)]
    return build_strategy(name, tasks, **({"task": tasks[n // 2]} if name == "single-task" else {}))


def decide(strategy, losses, jacobian):
    """Weights of the shared parameters, or the step itself where there are none; and the heads'."""
    if isinstance(strategy, LossStrategy):
        weights = strategy.weigh(losses)
        return weights, weights
    if isinstance(strategy, GramianStrategy):
        return strategy.weigh(losses, jacobian @ jacobian.T)
    return strategy.combine(losses, jacobian), torch.ones_like(losses)


def live(strategy, steps, *, order=slice(None)):
    """Run numbered steps, two an epoch, as a trainer does; the decisions taken."""
    decisions = []
    for step in steps:
        torch.manual_seed(step)
        losses = (0.5 + torch.rand(3))[order]
        jacobian = torch.randn(3, 6)[order]
        decisions.append(decide(strategy, losses, jacobian)[0])
        with torch.no_grad():
            for parameter in strategy.learned():
                parameter -= 0.1 * parameter.grad
        if strategy.looks_back:
            strategy.after_step(losses * (0.9 + 0.1 * torch.rand(3))[order])
        if step % 2 == 1:
            strategy.end_epoch(step // 2, (0.5 + torch.rand(3))[order])
    return decisions


@pytest.mark.parametrize("name", STRATEGIES)
def test_orthonormal_gradients_and_equal_losses_get_the_published_weights(name):
    losses, jacobian = torch.full((3,), 2.0), torch.eye(3)
    shared, heads = decide(build(name), losses, jacobian)
    expected = torch.as_tensor(ORTHONORMAL[name], dtype=torch.float32).expand(3)
    torch.testing.assert_close(shared, expected, rtol=1e-4, atol=1e-6)
    # loss balancing reaches the heads, gradient balancing does not
    loss_balancing = isinstance(build(name), LossStrategy)
    torch.testing.assert_close(
        heads, expected if loss_balancing else torch.ones(3), rtol=1e-4, atol=0
    )


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("n", [1, 2, 5])
@pytest.mark.parametrize("name", STRATEGIES)
def test_weights_are_detached_and_in_the_dtype_of_what_is_weighed(name, n, dtype):
    torch.manual_seed(0)
    losses, jacobian = torch.rand(n, dtype=dtype), torch.randn(n, 7, dtype=dtype)
    strategy = build(name, n)
    for decision in decide(strategy, losses.requires_grad_(), jacobian.requires_grad_()):
        assert decision.dtype == dtype
        assert not decision.requires_grad
        assert torch.isfinite(decision).all()
        combines = not isinstance(strategy, LossStrategy | GramianStrategy)
        assert decision.shape in {(n,), (7,) if combines else (n,)}


DEGENERATE = {
    "no gradients": torch.zeros(3, 4),
    "one task without": torch.tensor([[1.0, 2, 0, 0], [0, 0, 0, 0], [0, 1, 0, 1]]),
    "one task with": torch.tensor([[0.0, 0, 0, 0], [1, 2, 0, 0], [0, 0, 0, 0]]),
    "all the same": torch.tensor([[1.0, 2, 0, 0]]).expand(3, 4),
    "opposite": torch.tensor([[1.0, 2, 0, 0], [-1, -2, 0, 0], [0, 0, 0, 1]]),
    "no way down": torch.tensor([[1.0, 0], [-0.5, 0.75**0.5], [-0.5, -(0.75**0.5)]]),
    "one nearly without": torch.tensor([[1.0, 2, 0, 0], [-1e-12, 0, 0, 0], [0, 1, 0, 1]]),
    "one that underflows": torch.tensor(
        [[1.0, 2, 0], [-1e-200, 0, 0], [0, 1, 1]], dtype=torch.float64
    ),
    "short": torch.tensor([[1e-30, 0, 0, 0], [0, 1e-31, 0, 0], [1e-31, 0, 1e-30, 0]]),
    "long": torch.tensor([[1e30, 0, 0, 0], [0, 1e29, 0, 0], [-1e30, 0, 1e30, 0]]),
}


@pytest.mark.parametrize("case", DEGENERATE)
@pytest.mark.parametrize("name", STRATEGIES)
def test_degenerate_gradients_get_finite_weights_step_after_step(name, case):
    torch.manual_seed(0)
    strategy, jacobian = build(name), DEGENERATE[case].double()
    for _ in range(3):
        for decision in decide(strategy, torch.tensor([1.0, 2.0, 3.0]), jacobian):
            assert torch.isfinite(decision).all()


@pytest.mark.parametrize("losses", [[0.0, 0.0, 0.0], [0.0, 1.0, 2.0], [1e-30, 1e-5, 1e5]])
@pytest.mark.parametrize("name", STRATEGIES)
def test_solved_tasks_leave_the_weights_finite_in_all_epochs(name, losses):
    torch.manual_seed(0)
    strategy, losses, jacobian = build(name), torch.tensor(losses), torch.randn(3, 4)
    for epoch in range(7):
        for decision in decide(strategy, losses, jacobian):
            assert torch.isfinite(decision).all()
        if strategy.looks_back:
            strategy.after_step(losses)
        strategy.end_epoch(epoch, losses)
    assert all(torch.isfinite(vector).all() for vector in strategy.state().values())


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
@pytest.mark.parametrize("name", STRATEGIES)
def test_what_is_not_finite_is_refused_with_its_task_and_leaves_no_trace(name, value):
    strategy, twin = build(name), build(name)
    for instance in (strategy, twin):
        live(instance, range(4))
    good, losses = torch.eye(3, 6), torch.ones(3)
    bad_losses, bad_jacobian = losses.clone(), good.clone()
    bad_losses[1] = bad_jacobian[1, 2] = value
    with pytest.raises(UserError, match=r"losses of length with NaN.*learning rate"):
        decide(strategy, bad_losses, good)
    if not isinstance(strategy, LossStrategy):
        with pytest.raises(UserError, match=r"gradients of length with NaN.*learning rate"):
            decide(strategy, losses, bad_jacobian)
    if strategy.looks_back:
        with pytest.raises(UserError, match="losses of length with NaN"):
            strategy.after_step(bad_losses)
    for one, other in zip(live(strategy, range(4, 8)), live(twin, range(4, 8)), strict=True):
        assert torch.equal(one, other)


@pytest.mark.parametrize("name", sorted(set(STRATEGIES) - {"single-task", "pcgrad", "gradvac"}))
def test_tasks_in_another_order_get_their_weights_in_that_order(name):
    """But for one task, and for projections that depend on a random order of the pairs."""
    order, steps = torch.tensor([2, 0, 1]), range(13)
    plain, moved = live(build(name), steps), live(build(name), steps, order=order)
    combines = name in ("moco", "graddrop")
    for one, other in zip(plain, moved, strict=True):
        torch.testing.assert_close(other, one if combines else one[order], rtol=2e-3, atol=1e-4)


# power of the gradients' length with which the shared weights grow, or the step of graddrop
DEGREES = dict.fromkeys(STRATEGIES, 0) | {"nash-mtl": -1, "graddrop": 1}


@pytest.mark.parametrize("name", DEGREES)
@pytest.mark.parametrize("scale", [1e-9, 1e9])
def test_weights_follow_the_unit_of_the_gradients(name, scale):
    torch.manual_seed(1)
    losses, jacobian = torch.rand(3), torch.randn(3, 5).double()
    plain, scaled = build(name), build(name)
    for _ in range(3):
        torch.manual_seed(2)
        one, _ = decide(plain, losses, jacobian)
        torch.manual_seed(2)
        other, _ = decide(scaled, losses, scale * jacobian)
        torch.testing.assert_close(other / scale ** DEGREES[name], one, rtol=1e-5, atol=1e-9)


def reloaded(strategy, name):
    """A fresh instance with the state of another, by way of a file of tensors and numbers."""
    file = io.BytesIO()
    torch.save(strategy.state_dict(), file)
    file.seek(0)
    fresh = build(name)
    fresh.load_state_dict(torch.load(file, weights_only=True))
    return fresh


@pytest.mark.parametrize("stop", [0, 7, 10])
@pytest.mark.parametrize("name", STRATEGIES)
def test_a_saved_strategy_goes_on_bit_for_bit(name, stop):
    """Before the first step, amid an epoch and at the end of the warm-up."""
    strategy = build(name)
    live(strategy, range(stop))
    resumed, later = reloaded(strategy, name), range(stop, stop + 5)
    for one, other in zip(live(strategy, later), live(resumed, later), strict=True):
        assert torch.equal(one, other)
    for key, value in strategy.state().items():
        assert torch.equal(value, resumed.state()[key])


@pytest.mark.parametrize("name", REMEMBERING)
def test_what_a_strategy_remembers_counts(name):
    strategy = build(name)
    live(strategy, range(12))
    resumed = reloaded(strategy, name)
    assert not torch.equal(live(build(name), [12])[0], live(resumed, [12])[0])


@pytest.mark.parametrize("name", STRATEGIES)
def test_what_is_learned_has_a_gradient_after_weighing_and_is_saved(name):
    strategy = build(name)
    decide(strategy, torch.ones(3), torch.eye(3))
    saved = {id(parameter) for parameter in strategy.parameters()}
    for parameter in strategy.learned():
        assert id(parameter) in saved
        assert torch.isfinite(parameter.grad).all()
    assert bool(strategy.learned()) == (name in ("uw", "imtl"))


def test_a_model_is_chosen_by_all_tasks_but_for_a_single_one():
    judged = {name: build(name).judged for name in STRATEGIES}
    assert judged.pop("single-task") == (1,)
    assert set(judged.values()) == {(0, 1, 2)}


@pytest.mark.parametrize("name", STRATEGIES)
def test_inputs_of_another_number_of_tasks_are_an_error(name):
    with pytest.raises(ValueError, match="tasks"):
        decide(build(name), torch.ones(2), torch.eye(2))
