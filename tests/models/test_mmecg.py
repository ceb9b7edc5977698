import math

import pytest
import torch

from radarkit.errors import UserError
from radarkit.models import ModelConfig, build_model

POINTS = 5


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    # in training mode: batch statistics, which no order of points changes
    return build_model(ModelConfig(preset="mmecg", channels=POINTS, samples=640)).double()


@pytest.fixture(scope="module")
def seen():
    """Vibration and places of the points of two windows."""
    generator = torch.Generator().manual_seed(1)
    return tuple(
        torch.randn(2, POINTS, size, dtype=torch.float64, generator=generator) for size in (640, 3)
    )


def test_the_sizes_of_every_stage_are_those_published():
    model = build_model(ModelConfig(preset="mmecg", channels=50, samples=640)).to("meta").eval()
    found = {}
    for name in ("encoder", "to_spatial", "spatial", "from_spatial", "temporal", "decoder"):
        module = getattr(model, name)
        module.register_forward_hook(lambda _, x, y, name=name: found.update({name: y.shape}))
    model(*model.example())
    assert found["encoder"] == (50, 32, 80)
    assert found["to_spatial"] == (50, 32) and found["spatial"] == (1, 50, 32)
    assert math.prod(found["from_spatial"]) == 50 * 4 * 640
    assert found["temporal"] == (50, 4, 640)
    assert found["decoder"] == (1, 256, 128)


def test_points_may_come_in_any_order_once_they_are_summed_alike(model, seen):
    vibration, places = seen
    order = torch.tensor([3, 0, 4, 1, 2])
    kept = model.sum_points.weight.detach().clone()
    with torch.no_grad():
        model.sum_points.weight.fill_(0.3)
        expected = model.condition(vibration, places)
        moved = model.condition(vibration[:, order], places[:, order])
        mixed = model.condition(vibration[:, order], places)
        model.sum_points.weight.copy_(kept)
    assert expected.shape == (2, 4, 640)
    torch.testing.assert_close(moved, expected)
    assert (mixed - expected).abs().max() > 1e-3 * expected.abs().max()  # places are heard


def test_every_point_hears_the_others(model, seen):
    vibration, places = seen
    changed = vibration.clone()
    changed[:, 0] *= -1
    kept = model.sum_points.weight.detach().clone()
    with torch.no_grad():
        model.sum_points.weight.zero_()[:, 1] = 1  # the second point alone is told
        one, other = (model.condition(each, places) for each in (vibration, changed))
        model.sum_points.weight.copy_(kept)
    assert (one - other).abs().max() > 1e-6 * one.abs().max()


@pytest.mark.parametrize("samples", [512, 644])
def test_windows_that_it_cannot_read_are_named(samples):
    with pytest.raises(UserError, match=f"{samples} samples .*`mmecg`.* of 8 above 512"):
        build_model(ModelConfig(preset="mmecg", channels=2, samples=samples))
