import io

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from torchjd.aggregation import AlignedMTLWeighting, GramianWeightedAggregator

from radarkit.errors import UserError
from radarkit.mtl import EGAWeighting, build_strategy


def with_v(v, variant="algorithm"):
    """An EGA whose v is given, past its warm-up."""
    ega = EGAWeighting(variant=variant)
    ega.v = torch.as_tensor(v, dtype=torch.float64)
    return ega


@st.composite
def jacobians(draw):
    """Task gradients of full rank, of lengths up to four decades apart."""
    n = draw(st.integers(1, 5))
    rows = draw(arrays(np.float64, (n, 7), elements=st.floats(-1, 1)))
    lengths = 10.0 ** draw(arrays(np.float64, n, elements=st.floats(-2, 2)))
    G = torch.from_numpy(rows)
    assume((G.norm(dim=1) > 1e-2).all())
    G = G / G.norm(dim=1, keepdim=True)
    assume(torch.linalg.svdvals(G)[-1] > 1e-2)
    return G * torch.from_numpy(lengths)[:, None]


@st.composite
def problems(draw):
    G = draw(jacobians())
    v = draw(arrays(np.float64, len(G), elements=st.floats(0.1, 3)))
    return G, torch.from_numpy(v)


@settings(max_examples=60)
@given(problems())
def test_equals_aligned_mtl_with_v_as_its_preference(problem):
    G, v = problem
    expected = AlignedMTLWeighting(pref_vector=v)(G @ G.T)
    torch.testing.assert_close(with_v(v)(G @ G.T), expected, rtol=1e-6, atol=1e-9)


@settings(max_examples=60)
@given(problems())
def test_the_step_descends_every_aligned_gradient_in_proportion_to_v(problem):
    """<g~_i, g> = sigma_min^2 v_i, from the singular vectors of G and not from its Gramian."""
    G, v = problem
    g = with_v(v)(G @ G.T) @ G
    smallest = torch.linalg.svdvals(G)[-1]
    torch.testing.assert_close(aligned_products(G, g), smallest**2 * v, rtol=1e-5, atol=0)


@settings(max_examples=30)
@given(problems(), st.randoms(use_true_random=False))
def test_tasks_in_another_order_get_their_weights_in_that_order(problem, random):
    G, v = problem
    order = list(range(len(G)))
    random.shuffle(order)
    shuffled = with_v(v[order])(G[order] @ G[order].T)
    torch.testing.assert_close(shuffled, with_v(v)(G @ G.T)[order], rtol=1e-6, atol=1e-9)


EXAMPLE = torch.tensor([[1.0, 0, 0], [2, 2, 0], [-3, 1, 2]]).double()
EXAMPLE_V = [0.5, 0.9, 1.6]


def aligned_products(G, g):
    """<g~_i, g> of a step g, from the singular vectors of G."""
    U, sigma, Vt = torch.linalg.svd(G, full_matrices=False)
    return sigma[-1] * U @ Vt @ g


def assert_digits(found, printed, digits):
    """Printed figures may have been rounded or cut off."""
    expected = torch.tensor(printed).double()
    torch.testing.assert_close(found, expected, rtol=0, atol=1.001 * 10.0**-digits)


def test_the_worked_example_to_its_printed_digits():
    gramian = EXAMPLE @ EXAMPLE.T
    columns = [with_v(unit)(gramian) for unit in torch.eye(3)]
    B = [[0.9517, -0.1408, 0.1455], [-0.1408, 0.1717, 0.0025], [0.1455, 0.0025, 0.1352]]
    assert_digits(torch.stack(columns, dim=1), B, 4)
    weights = with_v(EXAMPLE_V)(gramian)
    assert_digits(weights, [0.582, 0.088, 0.291], 3)
    step = weights @ EXAMPLE
    assert_digits(step, [-0.116, 0.467, 0.582], 3)
    assert_digits(aligned_products(EXAMPLE, step), [0.0789, 0.1420, 0.2525], 4)


def test_the_released_variant_gives_its_own_figures_for_the_example():
    weights = with_v(EXAMPLE_V, "released")(EXAMPLE @ EXAMPLE.T)
    assert_digits(weights, [0.478, 0.030, 0.453], 3)
    step = weights @ EXAMPLE
    assert_digits(step, [-0.821, 0.513, 0.906], 3)
    assert_digits(aligned_products(EXAMPLE, step), [0.0021, 0.0218, 0.5262], 4)
    # it goes against two of the tasks' own gradients, the algorithm against one
    assert_digits((EXAMPLE @ step)[:2], [-0.821, -0.615], 3)


@settings(max_examples=30)
@given(jacobians())
def test_both_variants_are_one_until_v_leaves_one(G):
    weights = [EGAWeighting(variant=variant)(G @ G.T) for variant in ("algorithm", "released")]
    torch.testing.assert_close(*weights)


def test_torchjd_takes_it_as_any_other_weighting():
    torch.manual_seed(0)
    G = torch.randn(3, 20)
    aggregator = GramianWeightedAggregator(with_v([0.5, 1.0, 1.5]))
    torch.testing.assert_close(aggregator(G), with_v([0.5, 1.0, 1.5])(G @ G.T) @ G)


def test_the_strategy_is_the_weighting_told_of_epochs():
    strategy = build_strategy("ega", ("a", "b"), temperature=0.5, warmup_epochs=0)
    weighting = EGAWeighting(0.5, 0)
    assert torch.equal(strategy.state()["v"], torch.ones(2).double())
    gramian = torch.tensor([[2.0, 0.5], [0.5, 1.0]])
    for epoch, losses in enumerate([[1.0, 2.0], [0.5, 1.9], [0.4, 1.9]]):
        strategy.end_epoch(epoch, losses)
        weighting.update(epoch, losses)
        torch.testing.assert_close(
            strategy.weigh(torch.ones(2), gramian).shared, weighting(gramian)
        )
    assert torch.equal(strategy.state()["v"], weighting.v)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_single_task_keeps_its_gradient(dtype):
    weights = EGAWeighting()(torch.tensor([[7.0]], dtype=dtype))
    torch.testing.assert_close(weights, torch.ones(1, dtype=dtype))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_equal_gradients_share_their_weight(dtype):
    torch.manual_seed(0)
    G = torch.randn(3, 1000, dtype=dtype)
    G[1] = G[0] * (1 + 1e-7)
    weights = EGAWeighting()(G @ G.T)
    torch.testing.assert_close(weights[0], weights[1], rtol=1e-3, atol=0)
    assert (weights @ G).norm() > 0.5 * G.norm(dim=1).min()


def test_a_task_without_gradient_weighs_nothing_and_leaves_the_others_aligned():
    torch.manual_seed(0)
    G = torch.randn(3, 20)
    G[1] = 0
    weights = EGAWeighting()(G @ G.T)
    others = EGAWeighting()(G[[0, 2]] @ G[[0, 2]].T)
    torch.testing.assert_close(weights, torch.stack([others[0], torch.tensor(0.0), others[1]]))


@pytest.mark.parametrize("length", [1e-3, 1e-5])
def test_a_task_of_tiny_gradient_is_not_dropped(length):
    """The released code drops a task 1/1670 as long as the longest."""
    torch.manual_seed(0)
    G = torch.randn(3, 100)
    G[2] *= length
    g = EGAWeighting()(G @ G.T) @ G
    smallest = torch.linalg.svdvals(G.double())[-1]
    torch.testing.assert_close(
        aligned_products(G.double(), g.double()), smallest.square().expand(3), rtol=1e-2, atol=0
    )


def test_no_gradient_at_all_is_no_step():
    assert torch.equal(EGAWeighting()(torch.zeros(3, 3)), torch.zeros(3))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_diverged_gradients_are_named(value):
    gramian = torch.eye(3)
    gramian[1, 1] = value
    with pytest.raises(UserError, match=r"gradients of task 1 with.*learning rate"):
        EGAWeighting()(gramian)


def test_v_is_one_until_the_warm_up_and_then_favours_the_task_that_lags():
    ega = EGAWeighting(temperature=0.5, warmup_epochs=2)
    G = torch.eye(3)
    for epoch in range(3):
        ega.update(epoch, [1.0 + epoch, 2.0, 4.0])
        assert torch.equal(ega(G), torch.ones(3))
    ega.update(3, [1.5, 2.0, 1.0])  # shares 1/2, 1 and 1/4 of the losses (3, 2, 4) of epoch 2
    raised = np.exp([1.0, 2.0, 0.5])
    np.testing.assert_allclose(ega(G), 3 * raised / raised.sum(), rtol=1e-6)


def test_a_colder_temperature_sharpens_v():
    spread = []
    for temperature in (2.0, 1.0, 0.1):
        ega = EGAWeighting(temperature, warmup_epochs=0)
        ega.update(0, [1.0, 1.0])
        ega.update(1, [0.5, 0.9])
        spread.append((ega.v[1] - ega.v[0]).item())
        assert ega.v.sum().item() == pytest.approx(2)
    assert spread == sorted(spread)


def test_a_task_solved_at_the_warm_up_keeps_v_finite():
    ega = EGAWeighting(warmup_epochs=0)
    ega.update(0, [0.0, 1.0])
    ega.update(1, [0.0, 0.5])
    assert torch.isfinite(ega.v).all()
    assert ega.v[0] < ega.v[1]


def test_a_saved_state_loads_into_a_fresh_instance_from_tensors_alone():
    ega = EGAWeighting(warmup_epochs=1)
    for epoch, losses in enumerate([[1.0, 5.0, 0.1], [0.5, 4.5, 0.1], [0.2, 4.4, 0.05]]):
        ega.update(epoch, losses)
    file = io.BytesIO()
    torch.save(ega.state_dict(), file)
    file.seek(0)
    resumed = EGAWeighting(warmup_epochs=1)
    resumed.load_state_dict(torch.load(file, weights_only=True))
    for instance in (ega, resumed):
        instance.update(3, [0.1, 4.3, 0.04])
    gramian = torch.tensor([[2.0, 0.5, 0.1], [0.5, 1.0, 0.0], [0.1, 0.0, 0.3]])
    assert torch.equal(ega(gramian), resumed(gramian))

    untouched = EGAWeighting()
    untouched.load_state_dict(EGAWeighting().state_dict())
    assert torch.equal(untouched(torch.eye(2)), torch.ones(2))


def test_an_epoch_after_the_warm_up_without_its_losses_is_an_error():
    with pytest.raises(RuntimeError, match="warm-up"):
        EGAWeighting(warmup_epochs=4).update(5, [1.0, 1.0])


@pytest.mark.parametrize("losses", [[1.0, float("nan")], [-0.1, 1.0]])
def test_losses_that_have_no_ratio_are_refused(losses):
    with pytest.raises(UserError, match="epoch 7"):
        EGAWeighting(warmup_epochs=7).update(7, losses)


def test_settings_without_meaning_are_refused():
    with pytest.raises(UserError, match="temperature"):
        EGAWeighting(temperature=0.0)
    with pytest.raises(UserError, match="warm-up"):
        EGAWeighting(warmup_epochs=-1)
    with pytest.raises(UserError, match="variant"):
        EGAWeighting(variant="exact")
