"""Gradient balancing against its definitions on explicit Jacobians."""

from itertools import pairwise

import numpy as np
import pytest
import torch
import torchjd.aggregation as jd
from hypothesis import given, settings
from hypothesis import strategies as st

from radarkit.mtl import build_strategy

TASKS = ("shape", "length", "anchors")
LOSSES = torch.tensor([0.5, 3.0, 0.02]).double()


THREE = st.just(3)


@st.composite
def jacobians(draw, rows=THREE):
    """Random gradients of lengths up to two decades apart."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(rows)
    lengths = 10 ** random.uniform(-1, 1, (n, 1))
    return torch.from_numpy(lengths * random.normal(size=(n, draw(st.sampled_from([2, 3, 20])))))


def weigh(name, jacobian, **given):
    tasks = TASKS[: len(jacobian)]
    strategy = build_strategy(name, tasks, **given)
    return strategy.weigh(LOSSES[: len(jacobian)], jacobian @ jacobian.T).shared


AGGREGATORS = {
    "cagrad": (lambda n: jd.CAGrad(0.5), lambda n: 1 / (1 + 0.5**2)),
    "mgda": (lambda n: jd.MGDA(), lambda n: 1),
    "upgrad": (lambda n: jd.UPGrad(), lambda n: 1),
    "pcgrad": (lambda n: jd.PCGrad(), lambda n: 1),
    "gradvac": (lambda n: jd.GradVac(), lambda n: 1),
    "imtl": (lambda n: jd.IMTLG(), lambda n: 1),
    "aligned-mtl": (lambda n: jd.AlignedMTL(), lambda n: n),
    "nash-mtl": (jd.NashMTL, lambda n: 1),
}


@pytest.mark.filterwarnings("ignore:You are solving a parameterized")  # torchjd's Nash-MTL itself
@pytest.mark.parametrize("name", AGGREGATORS)
def test_the_step_is_that_of_torchjd_in_its_published_size(name):
    torch.manual_seed(0)
    aggregator, size = AGGREGATORS[name]
    for n in (2, 3):
        jacobian = torch.randn(n, 20).double() * torch.tensor([[1.0], [0.1], [3.0]])[:n]
        torch.manual_seed(n)
        expected = size(n) * aggregator(n)(jacobian)
        torch.manual_seed(n)
        step = weigh(name, jacobian) @ jacobian
        torch.testing.assert_close(step, expected, rtol=1e-4, atol=1e-6)


@settings(max_examples=15, deadline=None)
@given(jacobians(), st.sampled_from([0.2, 0.5, 0.9]))
def test_cagrad_is_the_optimum_on_the_simplex_found_by_brute_force(jacobian, c):
    mean = jacobian.mean(0)
    radius = c * mean.norm()
    a, b = torch.meshgrid(*[torch.linspace(0, 1, 201).double()] * 2, indexing="ij")
    simplex = torch.stack((a, b, 1 - a - b), dim=-1)[a + b <= 1 + 1e-12]
    mixed = simplex @ jacobian
    values = mixed @ mean + radius * mixed.norm(dim=1)
    step = weigh("cagrad", jacobian, c=c) @ jacobian * (1 + c**2)
    if not step.any():  # nothing helps all tasks
        assert mixed.norm(dim=1).min() < 0.05 * mean.norm() + 0.02 * jacobian.norm()
        return
    towards = step - mean
    torch.testing.assert_close(towards.norm(), radius, rtol=1e-3, atol=0)
    # by duality the worst task improves by as much as the minimum over the simplex
    tolerance = 1e-3 * (mean.norm() * jacobian.norm())
    assert (jacobian @ step).min() >= values.min() - tolerance


def test_cagrad_without_a_ball_is_the_mean():
    jacobian = torch.randn(3, 5, generator=torch.Generator().manual_seed(0)).double()
    torch.testing.assert_close(
        weigh("cagrad", jacobian, c=0.0), torch.full((3,), 1 / 3).double(), rtol=1e-6, atol=0
    )


@settings(max_examples=40, deadline=None)
@given(jacobians(st.integers(1, 3)))
def test_upgrad_harms_no_task(jacobian):
    """But for the 1e-4 of the trace that torchjd adds to the diagonal of the Gramian."""
    weights = weigh("upgrad", jacobian)
    trace = jacobian.square().sum()
    assert (jacobian @ (weights @ jacobian) + 1.01e-4 * trace * weights).min() >= -1e-9 * trace
    assert weights.min() >= 1 / len(jacobian) - 1e-9


@settings(max_examples=40, deadline=None)
@given(jacobians(st.just(2)))
def test_mgda_of_two_tasks_is_the_closed_form(jacobian):
    one, two = jacobian
    share = ((two - one) @ two / (one - two).square().sum()).clamp(0, 1)
    expected = torch.stack((share, 1 - share))
    torch.testing.assert_close(weigh("mgda", jacobian), expected, rtol=0, atol=2e-3)


@settings(max_examples=15, deadline=None)
@given(jacobians())
def test_mgda_is_convex_and_harms_no_task(jacobian):
    weights = weigh("mgda", jacobian, epsilon=1e-9, max_iterations=400)
    assert weights.min() >= 0
    assert weights.sum().item() == pytest.approx(1)
    step = weights @ jacobian
    assert (jacobian @ step).min() >= -2e-2 * jacobian.norm() ** 2


@settings(max_examples=40, deadline=None)
@given(jacobians(), st.lists(st.floats(-2, 2), min_size=3, max_size=3))
def test_imtl_projects_equally_on_the_scaled_gradients(jacobian, logarithms):
    imtl = build_strategy("imtl", TASKS)
    with torch.no_grad():
        imtl.learned()[0].copy_(torch.tensor(logarithms))
    scales = imtl.learned()[0].detach().exp().double()
    shared, heads = imtl.weigh(LOSSES, jacobian @ jacobian.T)
    torch.testing.assert_close(heads, scales)
    torch.testing.assert_close(
        imtl.learned()[0].grad.double(), scales * LOSSES - 1, rtol=1e-4, atol=1e-6
    )
    if torch.linalg.matrix_rank(jacobian) < 3:
        return
    # the scales turn no gradient, so the unit gradients are those of the plain losses
    unit = jacobian / jacobian.norm(dim=1, keepdim=True)
    projections = unit @ (shared @ jacobian)
    spread = (projections - projections.mean()).abs().max()
    assert spread <= 1e-6 * (shared.abs() @ jacobian.norm(dim=1))
    torch.testing.assert_close((shared / scales).sum().item(), 1.0, rtol=1e-6, atol=0)


def test_imtl_learns_scales_that_bring_all_losses_to_one():
    imtl, losses = build_strategy("imtl", TASKS), torch.tensor([0.2, 1.0, 5.0]).double()
    optimiser = torch.optim.SGD(imtl.learned(), lr=0.3)
    for _ in range(100):
        imtl.weigh(losses, torch.eye(3).double())
        optimiser.step()
    torch.testing.assert_close(
        imtl.weigh(losses, torch.eye(3).double()).heads, 1 / losses, rtol=1e-4, atol=0
    )


def test_pcgrad_and_gradvac_equal_loops_over_explicit_gradients():
    """Algorithm 1 of each paper, on vectors; torch's generator gives the orders."""
    torch.manual_seed(3)
    steps = torch.randn(4, 3, 6).double()
    vac, means, beta = build_strategy("gradvac", TASKS, beta=0.3), torch.zeros(3, 3).double(), 0.3
    for number, gradients in enumerate(steps):
        torch.manual_seed(number)
        projected = gradients.clone()
        for i in range(3):
            for j in torch.randperm(3).tolist():
                product = projected[i] @ gradients[j]
                if j != i and product < 0:
                    projected[i] -= product / gradients[j].square().sum() * gradients[j]
        torch.manual_seed(number)
        torch.testing.assert_close(weigh("pcgrad", gradients) @ gradients, projected.sum(0))

        torch.manual_seed(number)
        turned = gradients.clone()
        for i in range(3):
            others = [j for j in range(3) if j != i]
            for j in [others[k] for k in torch.randperm(2).tolist()]:
                lengths = turned[i].norm(), gradients[j].norm()
                phi, target = (
                    turned[i] @ gradients[j] / lengths[0] / lengths[1],
                    means[i, j].clone(),
                )
                means[i, j] = (1 - beta) * target + beta * phi
                if phi < target:
                    away, back = (1 - phi**2).sqrt(), (1 - target**2).sqrt()
                    share = lengths[0] * (target * away - phi * back) / (lengths[1] * back)
                    turned[i] += share * gradients[j]
        torch.manual_seed(number)
        weights = vac.weigh(LOSSES, gradients @ gradients.T).shared
        torch.testing.assert_close(weights @ gradients, turned.sum(0), rtol=1e-6, atol=1e-7)


def test_nash_bargaining_ends_where_every_task_gains_in_inverse_proportion_to_its_weight():
    torch.manual_seed(0)
    jacobian = torch.randn(3, 20).double()
    weights = weigh("nash-mtl", jacobian, max_norm=0.0)
    gramian = jacobian @ jacobian.T
    torch.testing.assert_close(gramian @ weights, 1 / weights, rtol=1e-3, atol=0)


def test_nash_steps_are_cut_to_their_longest():
    jacobian = torch.eye(3, 5).double()
    step = weigh("nash-mtl", jacobian, max_norm=0.25) @ jacobian
    assert step.norm().item() == pytest.approx(0.25)
    single = build_strategy("nash-mtl", ("alone",))
    weights = [single.weigh(torch.ones(1), torch.tensor([[s]])).shared.item() for s in (0.25, 16.0)]
    assert weights == [2.0, 0.25]


def test_nash_solves_every_so_many_batches_and_a_saved_one_keeps_count():
    torch.manual_seed(0)
    gramians = [jacobian @ jacobian.T for jacobian in 1 + torch.randn(5, 3, 20).double()]
    nash = build_strategy("nash-mtl", TASKS, update_every=3, max_norm=0.0)
    scaled = []
    for gramian in gramians:
        weights = nash.weigh(LOSSES, gramian).shared * gramian.diagonal().max().sqrt()
        scaled.append(weights)
        resumed = build_strategy("nash-mtl", TASKS, update_every=3, max_norm=0.0)
        resumed.load_state_dict(nash.state_dict())
        nash = resumed
    assert [torch.allclose(one, other) for one, other in pairwise(scaled)] == [
        True,
        True,
        False,
        True,
    ]
