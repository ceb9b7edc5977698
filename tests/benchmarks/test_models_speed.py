"""How much faster the layers are than their definitions, as ratios within one run.

Run with ``pytest -m slow -s tests/benchmarks/test_models_speed.py``.
"""

import math

import pytest
import torch

from radarkit.models.deformable import DeformableConv2d
from radarkit.models.ode import (
    ANGLES_DEG,
    CYCLE_S,
    HEIGHTS,
    POINTS,
    START,
    STEP_S,
    WIDTHS_RAD,
    EcgOde,
)

from .gather import gathered
from .timing import seconds

pytestmark = pytest.mark.slow


def backward(function, *inputs):
    """A step that runs backward alone, on a graph that is kept."""
    out = function()
    probe = torch.ones_like(out)
    return lambda: torch.autograd.grad(out, inputs, probe, retain_graph=True)


def euler(u):
    """The definition: one Euler step after the other."""
    table = torch.tensor([HEIGHTS, WIDTHS_RAD, [math.radians(angle) for angle in ANGLES_DEG]])
    a, b, angle = ((1 + u.view(-1, 3, 5)) * table).unbind(1)
    x, y, z = (torch.full((len(u), 1), value) for value in START)
    omega, points = 2 * math.pi / CYCLE_S, [z]
    for step in range(POINTS - 1):
        alpha = 1 - torch.hypot(x, y)
        distance = torch.fmod(torch.atan2(y, x) - angle, 2 * math.pi)
        forcing = (a * distance * torch.exp(-(distance**2) / (2 * b**2))).sum(1, keepdim=True)
        z0 = 0.005 * math.sin(2 * math.pi * 0.25 * step * STEP_S)
        z = z + STEP_S * (-forcing - (z - z0))
        x, y = x + STEP_S * (alpha * x - omega * y), y + STEP_S * (alpha * y + omega * x)
        points.append(z)
    return torch.cat(points, 1)


def report(name, theirs, ours):
    forward, backward = (a / b for a, b in zip(theirs, ours, strict=True))
    both = sum(theirs) / sum(ours)
    print(f"\n{name}: {forward:.1f} times forward, {backward:.1f} backward, {both:.1f} together")


def test_the_ode_decoder_against_the_loop_at_batch_22():
    torch.manual_seed(0)
    u = (torch.rand(22, 15) - 0.5).requires_grad_()
    ode = EcgOde()
    torch.testing.assert_close(ode(u), euler(u), rtol=0, atol=1e-4)
    loop = seconds(lambda: euler(u), 20), seconds(backward(lambda: euler(u), u), 20)
    ours = seconds(lambda: ode(u), 20), seconds(backward(lambda: ode(u), u), 20)
    report("ODE decoder over the loop", loop, ours)


def test_deformable_convolution_against_the_gather():
    torch.manual_seed(0)
    layer = DeformableConv2d(50, 50)
    x = torch.rand(2, 50, 71, 120, requires_grad=True)
    inputs = x, *layer.parameters()
    torch.testing.assert_close(layer(x), gathered(layer, x), rtol=0, atol=1e-4)
    gather = (
        seconds(lambda: gathered(layer, x), 3),
        seconds(backward(lambda: gathered(layer, x), *inputs), 3),
    )
    ours = seconds(lambda: layer(x), 3), seconds(backward(lambda: layer(x), *inputs), 3)
    report("deformable convolution over the gather", gather, ours)
