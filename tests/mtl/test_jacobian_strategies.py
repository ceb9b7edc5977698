import numpy as np
import pytest
import torch

from radarkit.mtl import build_strategy

TASKS = ("shape", "length", "anchors")


def test_moco_equals_a_plain_loop_of_its_definition():
    chosen = {"beta": 0.4, "beta_sigma": 0.6, "gamma": 0.2, "gamma_sigma": 0.3, "rho": 0.05}
    moco = build_strategy("moco", TASKS, **chosen)
    random = np.random.default_rng(0)
    y, weights = np.zeros((3, 8)), np.full(3, 1 / 3)
    for k in range(1, 15):
        losses, gradients = random.uniform(0.1, 3, 3), random.normal(size=(3, 8))
        for i in range(3):
            scaled = losses[i] * gradients[i] / np.linalg.norm(gradients[i])
            y[i] -= 0.4 / k**0.6 * (y[i] - scaled)
        moved = weights - 0.2 / k**0.3 * (y @ y.T + 0.05 * np.eye(3)) @ weights
        weights = np.exp(moved) / np.exp(moved).sum()
        step = moco.combine(torch.from_numpy(losses), torch.from_numpy(gradients))
        np.testing.assert_allclose(step, y.T @ weights, rtol=1e-9)


def test_moco_keeps_nothing_of_the_gradients_it_was_given():
    moco, jacobian = build_strategy("moco", TASKS), torch.eye(3)
    moco.combine(torch.ones(3), jacobian)
    jacobian.zero_()  # a trainer uses one room for all steps
    assert moco.combine(torch.ones(3), jacobian).any()


def test_moco_lets_a_task_without_gradient_fade():
    moco = build_strategy("moco", TASKS)
    jacobian = torch.eye(3)
    before = moco.combine(torch.ones(3), jacobian)[0]
    jacobian[0] = 0
    for _ in range(50):
        after = moco.combine(torch.ones(3), jacobian)[0]
    assert 0 < after < 0.2 * before


def test_moco_refuses_another_number_of_parameters():
    moco = build_strategy("moco", TASKS)
    moco.combine(torch.ones(3), torch.eye(3))
    with pytest.raises(ValueError, match="4 parameters after 3"):
        moco.combine(torch.ones(3), torch.eye(3, 4))


def test_graddrop_takes_each_entry_from_one_sign_with_the_probability_of_its_purity():
    torch.manual_seed(0)
    column = torch.tensor([2.0, 0.5, -1.0])
    step = build_strategy("graddrop", TASKS).combine(
        torch.ones(3), column[:, None].expand(3, 40_000)
    )
    assert set(step.tolist()) == {2.5, -1.0}
    purity = 0.5 * (1 + 1.5 / 3.5)
    share = (step > 0).float().mean().item()
    assert share == pytest.approx(purity, abs=5 * (purity * (1 - purity) / 40_000) ** 0.5)


def test_graddrop_keeps_entries_that_no_task_has_at_zero():
    jacobian = torch.tensor([[1.0, 0.0, 2.0], [1.0, 0.0, 0.0], [3.0, 0.0, 1.0]])
    step = build_strategy("graddrop", TASKS).combine(torch.ones(3), jacobian)
    assert step.tolist() == [5.0, 0.0, 3.0]


def test_a_full_leak_is_the_sum():
    torch.manual_seed(0)
    jacobian = torch.randn(3, 50)
    step = build_strategy("graddrop", TASKS, leak=1.0).combine(torch.ones(3), jacobian)
    torch.testing.assert_close(step, jacobian.sum(0))


def test_only_graddrop_knows_what_to_do_with_gradients_of_features():
    spaces = {name: build_strategy(name, TASKS).spaces for name in ("graddrop", "moco")}
    assert spaces == {"graddrop": ("features", "parameters"), "moco": ("parameters",)}
