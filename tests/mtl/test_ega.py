import io

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from torchjd.aggregation import AlignedMTLWeighting

from radarkit.errors import UserError
from radarkit.mtl import EGAWeighting


def with_v(v):
    """An EGA whose v is given, past its warm-up."""
    ega = EGAWeighting()
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
    U, sigma, Vt = torch.linalg.svd(G, full_matrices=False)
    aligned = sigma[-1] * U @ Vt
    g = with_v(v)(G @ G.T) @ G
    torch.testing.assert_close(aligned @ g, sigma[-1] ** 2 * v, rtol=1e-5, atol=0)


@settings(max_examples=30)
@given(problems(), st.randoms(use_true_random=False))
def test_tasks_in_another_order_get_their_weights_in_that_order(problem, random):
    G, v = problem
    order = list(range(len(G)))
    random.shuffle(order)
    shuffled = with_v(v[order])(G[order] @ G[order].T)
    torch.testing.assert_close(shuffled, with_v(v)(G @ G.T)[order], rtol=1e-6, atol=1e-9)


def test_the_worked_example_to_its_printed_digits():
    G = torch.tensor([[1.0, 0, 0], [2, 2, 0], [-3, 1, 2]])
    weights = with_v([0.5, 0.9, 1.6])(G @ G.T)
    torch.testing.assert_close(weights, torch.tensor([0.582, 0.088, 0.291]), rtol=0, atol=5e-4)
    # <g~_i, g>; the sheet's g = (-0.116, 0.467, 0.582) cuts its last digit off (0.58252)
    U, sigma, Vt = torch.linalg.svd(G)
    torch.testing.assert_close(
        sigma[-1] * U @ Vt @ (weights @ G),
        torch.tensor([0.0789, 0.1420, 0.2525]),
        rtol=0,
        atol=5e-5,
    )
    # not the variant (B 1) * v of the released code
    assert not torch.allclose(weights, torch.tensor([0.478, 0.030, 0.453]), atol=0.01)


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
    U, sigma, Vt = torch.linalg.svd(G.double(), full_matrices=False)
    aligned = sigma[-1] * U @ Vt
    torch.testing.assert_close(
        aligned @ g.double(), sigma[-1].square().expand(3), rtol=1e-2, atol=0
    )


def test_no_gradient_at_all_is_no_step():
    assert torch.equal(EGAWeighting()(torch.zeros(3, 3)), torch.zeros(3))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_diverged_gradients_are_named(value):
    gramian = torch.eye(3)
    gramian[1, 1] = value
    with pytest.raises(UserError, match=r"tasks \[1\].*learning rate"):
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
