"""How much faster the layers are than their definitions, as ratios within one run.

Run with ``pytest -m slow -s tests/benchmarks/test_models_speed.py``.
"""

import math
import time

import pytest
import torch
from torch.nn import functional as F

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

pytestmark = pytest.mark.slow


def seconds(step, repeats):
    """Fastest of several runs, after one to warm up."""
    step()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return min(times)


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


def gathered(layer, x):
    """The definition: gather the four corners of every tap, then convolve with stride 3."""
    batch, channels, height, width = x.shape
    shift = layer.offset(x)
    row = torch.arange(height)[:, None] + layer.rows + shift[:, :9] + 1  # in the padded image
    column = torch.arange(width) + layer.columns + shift[:, 9:] + 1
    row, column = row.clamp(0, height + 1), column.clamp(0, width + 1)
    image = F.pad(x, (1, 1, 1, 1)).flatten(2)
    top, left = row.detach().floor(), column.detach().floor()
    taps = 0
    for r in (top, top + 1):
        for c in (left, left + 1):
            share = (1 - (row - r).abs()) * (1 - (column - c).abs())
            index = (r.clamp(max=height + 1) * (width + 2) + c.clamp(max=width + 1)).long()
            picked = image.gather(2, index.flatten(1)[:, None].expand(-1, channels, -1))
            taps = taps + picked.view(batch, channels, 9, height, width) * share[:, None]
    tiled = taps.view(batch, channels, 3, 3, height, width).permute(0, 1, 4, 2, 5, 3)
    return F.conv2d(tiled.reshape(batch, channels, 3 * height, 3 * width), layer.weight, stride=3)


def report(name, ratios):
    print(f"\n{name}: {ratios[0]:.1f} times forward, {ratios[1]:.1f} times backward")


def test_the_ode_decoder_against_the_loop_at_batch_22():
    torch.manual_seed(0)
    u = (torch.rand(22, 15) - 0.5).requires_grad_()
    ode = EcgOde()
    torch.testing.assert_close(ode(u), euler(u), rtol=0, atol=1e-4)
    loop = seconds(lambda: euler(u), 5), seconds(backward(lambda: euler(u), u), 5)
    ours = seconds(lambda: ode(u), 50), seconds(backward(lambda: ode(u), u), 50)
    report("ODE decoder over the loop", [a / b for a, b in zip(loop, ours, strict=True)])


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
    report(
        "deformable convolution over the gather", [a / b for a, b in zip(gather, ours, strict=True)]
    )
