import math

import numpy as np
import pytest
import torch
from scipy.integrate import cumulative_trapezoid, solve_ivp

from radarkit.models.ode import EcgOde

STEP_S, OMEGA = 1 / 200, 2 * math.pi / 1.0011
DEFAULTS = torch.tensor(
    [
        [5.0, -100.0, 480.0, -120.0, 8.0],
        [0.25, 0.1, 0.1, 0.1, 0.4],
        [math.radians(degrees) for degrees in (-15, 25, 40, 60, 135)],
    ],
    dtype=torch.float64,
)
START = (-0.41775, -0.90856, -0.00455)


def slope(t, x, y, z, parameters):
    """The three equations, literally; parameters are (3, waves, batch)."""
    a, b, angle = parameters
    alpha = 1 - torch.sqrt(x**2 + y**2)
    distance = torch.fmod(torch.atan2(y, x) - angle, 2 * math.pi)
    forcing = (a * distance * torch.exp(-(distance**2) / (2 * b**2))).sum(0)
    z0 = 0.005 * math.sin(2 * math.pi * 0.25 * t)
    return alpha * x - OMEGA * y, alpha * y + OMEGA * x, -forcing - (z - z0)


def euler(u):
    """199 Euler steps of all three equations in float64."""
    parameters = ((1 + u.double().view(-1, 3, 5)) * DEFAULTS).permute(1, 2, 0)
    x, y, z = (torch.full((len(u),), value, dtype=torch.float64) for value in START)
    points = [z]
    for step in range(199):
        dx, dy, dz = slope(step * STEP_S, x, y, z, parameters)
        x, y, z = x + STEP_S * dx, y + STEP_S * dy, z + STEP_S * dz
        points.append(z)
    return torch.stack(points, dim=1)


def test_equals_the_literal_euler_loop_in_value_and_gradient():
    torch.manual_seed(0)
    u = (1.9 * torch.rand(22, 15) - 0.95).requires_grad_()
    ours, theirs = EcgOde()(u), euler(u)
    torch.testing.assert_close(ours.double(), theirs, rtol=0, atol=1e-5)
    probe = torch.randn(22, 200)
    (mine,) = torch.autograd.grad(ours, u, probe)
    (expected,) = torch.autograd.grad(theirs, u, probe.double())
    largest = expected.abs().max().item()
    torch.testing.assert_close(mine.double(), expected.double(), rtol=0, atol=1e-5 * largest)


def test_differs_from_the_continuous_system_by_the_leading_error_of_euler():
    parameters = DEFAULTS[..., None]

    def rhs(t, state):
        x, y, z = (torch.tensor([value], dtype=torch.float64) for value in state)
        return [float(d) for d in slope(t, x, y, z, parameters)]

    fine = 10  # points of the reference solution per Euler step
    t = np.linspace(0, 199 * STEP_S, 199 * fine + 1)
    exact = solve_ivp(rhs, (0, t[-1]), START, t_eval=t, rtol=1e-8, atol=1e-10, max_step=STEP_S).y[2]
    error = EcgOde()(torch.zeros(1, 15))[0].numpy() - exact[::fine]
    # Euler solves z' = ... - h/2 z'' to first order in h, so its error obeys e' = -e - h/2 z''
    bend = np.gradient(np.gradient(exact, t), t)
    leading = np.exp(-t) * cumulative_trapezoid(-STEP_S / 2 * bend * np.exp(t), t, initial=0)
    assert np.abs(error).max() < 0.1
    assert np.abs(error - leading[::fine]).max() < 0.15 * np.abs(error).max()


def test_the_default_waveform_has_the_published_extremes():
    z = EcgOde()(torch.zeros(1, 15))[0]
    assert (int(z.argmin()), int(z.argmax())) == (98, 87)
    assert z.min().item() == pytest.approx(-0.2145, abs=5e-5)
    assert z[77].item() == pytest.approx(-0.144, abs=5e-4)  # Q
    assert z[87].item() == pytest.approx(0.741, abs=5e-4)  # R
    assert z[56].item() == pytest.approx(0.044, abs=5e-4)  # P
    assert z[139].item() == pytest.approx(0.172, abs=5e-4)  # T
    assert EcgOde()(torch.ones(1, 15)).max().item() == pytest.approx(6.0, abs=0.05)


def test_turning_the_start_moves_all_waves_earlier():
    plain, turned = EcgOde(), EcgOde(10 * 1.798)
    before, after = (ode(torch.zeros(1, 15))[0] for ode in (plain, turned))
    assert int(before.argmax()) - int(after.argmax()) == 10
    assert int(before.argmin()) - int(after.argmin()) == 10


def test_waves_without_width_stay_finite_and_can_grow_back():
    u = torch.full((2, 15), -1.0)
    u[1] = torch.rand(15)
    u[1, 5:10] = -1.0  # only the widths at their end
    u.requires_grad_()
    z = EcgOde()(u)
    z.square().sum().backward()
    assert torch.isfinite(z).all()
    assert torch.isfinite(u.grad).all()
    almost = torch.zeros(1, 15)
    almost[0, 5:10] = -0.7
    almost.requires_grad_()
    EcgOde()(almost).square().sum().backward()
    assert (almost.grad[0, 5:10].abs() > 0).all()
