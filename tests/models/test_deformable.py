import pytest
import torch
from torch.nn import functional as F

from radarkit.models.deformable import DeformableConv2d


def gathered(layer, x):
    """The definition, tap by tap: four corners of a zero-padded image, gathered by index."""
    batch, channels, height, width = x.shape
    rows, columns = layer.offset(x).split(9, dim=1)
    flat = x.flatten(2)
    out = torch.zeros(batch, layer.weight.shape[0], height, width, dtype=x.dtype)
    for tap in range(9):
        row = torch.arange(height)[:, None] + tap // 3 - 1 + rows[:, tap]
        column = torch.arange(width) + tap % 3 - 1 + columns[:, tap]
        top, left = row.floor().detach(), column.floor().detach()
        value = torch.zeros(batch, channels, height, width, dtype=x.dtype)
        for r in (top, top + 1):
            for c in (left, left + 1):
                share = (1 - (row - r).abs()) * (1 - (column - c).abs())
                inside = (r >= 0) & (r < height) & (c >= 0) & (c < width)
                index = (r.clamp(0, height - 1) * width + c.clamp(0, width - 1)).long()
                picked = flat.gather(2, index.flatten(1)[:, None].expand(-1, channels, -1))
                value = value + picked.view_as(value) * (share * inside)[:, None]
        out = out + torch.einsum("oc,nchw->nohw", layer.weight[:, :, tap // 3, tap % 3], value)
    return out


def layer_with_offsets(dtype, *, spread):
    layer = DeformableConv2d(5, 7).to(dtype)
    torch.nn.init.normal_(layer.offset.weight, std=spread)
    return layer


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-5), (torch.float64, 1e-12)])
@pytest.mark.parametrize("spread", [0.05, 1.0])  # 1.0 sends taps far outside the image
def test_equals_the_sum_over_gathered_corners_in_value_and_gradient(dtype, tolerance, spread):
    torch.manual_seed(0)
    layer = layer_with_offsets(dtype, spread=spread)
    x = torch.rand(2, 5, 9, 14, dtype=dtype, requires_grad=True)
    ours, theirs = layer(x), gathered(layer, x)
    torch.testing.assert_close(ours, theirs, rtol=0, atol=tolerance)
    inputs = (x, layer.weight, layer.offset.weight, layer.offset.bias)
    probe = torch.randn_like(ours)
    gradients = torch.autograd.grad(ours, inputs, probe)
    for mine, expected in zip(gradients, torch.autograd.grad(theirs, inputs, probe), strict=True):
        scale = expected.abs().max().item()
        torch.testing.assert_close(mine, expected, rtol=0, atol=tolerance * scale)


def test_starts_from_a_grid_that_the_data_does_not_move():
    layer = DeformableConv2d(3, 4)
    assert torch.equal(layer.offset.weight, torch.zeros_like(layer.offset.weight))


def test_is_a_plain_convolution_where_nothing_moves():
    torch.manual_seed(0)
    layer = DeformableConv2d(3, 4)
    torch.nn.init.zeros_(layer.offset.bias)
    x = torch.rand(2, 3, 8, 11)
    torch.testing.assert_close(layer(x), F.conv2d(x, layer.weight, padding=1), rtol=0, atol=1e-5)
