import subprocess
import sys

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from radarkit.models.deformable import DeformableConv2d
from radarkit.models.deformable_cpu import deform, deform_backward

TOLERANCES = {torch.float32: 1e-5, torch.float64: 1e-12}


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


def sampled(layer, x):
    """What other devices and precisions run."""
    return layer._sampled(x, layer.offset(x))


def layer_with_offsets(dtype, *, spread, n_in=5, n_out=7):
    layer = DeformableConv2d(n_in, n_out).to(dtype)
    torch.nn.init.normal_(layer.offset.weight, std=spread)
    return layer


def gradients(out, layer, x, probe):
    inputs = (x, layer.weight, layer.offset.weight, layer.offset.bias)
    return torch.autograd.grad(out, inputs, probe)


def assert_equal(mine, expected, tolerance):
    scale = max(1.0, expected.abs().max().item())
    torch.testing.assert_close(mine, expected, rtol=0, atol=tolerance * scale)


@pytest.mark.parametrize("path", [DeformableConv2d.forward, sampled])
@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("spread", [0.05, 1.0])  # 1.0 sends taps far outside the image
def test_equals_the_sum_over_gathered_corners_in_value_and_gradient(path, dtype, spread):
    torch.manual_seed(0)
    layer = layer_with_offsets(dtype, spread=spread)
    x = torch.rand(2, 5, 9, 14, dtype=dtype, requires_grad=True)
    ours, theirs = path(layer, x), gathered(layer, x)
    torch.testing.assert_close(ours, theirs, rtol=0, atol=TOLERANCES[dtype])
    probe = torch.randn_like(ours)
    expected = gradients(theirs, layer, x, probe)
    for mine, wanted in zip(gradients(ours, layer, x, probe), expected, strict=True):
        scale = wanted.abs().max().item()
        torch.testing.assert_close(mine, wanted, rtol=0, atol=TOLERANCES[dtype] * scale)


@settings(max_examples=60, deadline=None)
@given(
    sizes=st.tuples(*[st.integers(1, most) for most in (3, 19, 4, 8, 9)]),
    spread=st.sampled_from((0.01, 0.3, 3.0, 1e6)),
    seed=st.integers(0, 2**32),
)
def test_the_loops_equal_grid_sample_at_any_size_and_displacement(sizes, spread, seed):
    batch, n_in, n_out, height, width = sizes
    torch.manual_seed(seed)
    layer = layer_with_offsets(torch.float64, spread=spread, n_in=n_in, n_out=n_out)
    x = torch.rand(batch, n_in, height, width, dtype=torch.float64, requires_grad=True)
    ours, theirs = layer(x), sampled(layer, x)
    assert_equal(ours, theirs, 1e-9)
    probe = torch.randn_like(ours)
    expected = gradients(theirs, layer, x, probe)
    for mine, wanted in zip(gradients(ours, layer, x, probe), expected, strict=True):
        assert_equal(mine, wanted, 1e-7 if spread < 1e6 else 1e-3)  # x + 1e6 has lost digits


def whole_displacements(batch, height, width):
    """Displacements of whole pixels, up to two pixels outside the image."""
    shift = torch.randint(-3, 4, (batch, 18, height, width)).double()
    return shift.requires_grad_()


def test_displacements_of_whole_pixels_read_pixels_and_give_their_gradient_to_them_alone():
    torch.manual_seed(0)
    x = torch.rand(2, 3, 6, 7, dtype=torch.float64, requires_grad=True)
    shift, weight = whole_displacements(2, 6, 7), torch.randn(4, 3, 3, 3, dtype=torch.float64)
    padded = F.pad(x, (4, 4, 4, 4))
    batch = torch.arange(2)[:, None, None]
    expected = 0
    for tap in range(9):
        row = torch.arange(6)[:, None] + tap // 3 + 3 + shift[:, tap].long()
        column = torch.arange(7) + tap % 3 + 3 + shift[:, 9 + tap].long()
        read = padded[batch, :, row, column]  # (batch, height, width, channels)
        expected = expected + torch.einsum("nhwc,oc->nohw", read, weight[..., tap // 3, tap % 3])
    out = deform(x, shift, weight)
    torch.testing.assert_close(out, expected, rtol=0, atol=1e-12)
    probe = torch.randn_like(out)
    (mine,), (wanted,) = (torch.autograd.grad(value, x, probe) for value in (out, expected))
    torch.testing.assert_close(mine, wanted, rtol=0, atol=1e-12)


def test_at_a_kink_the_gradient_of_a_displacement_looks_towards_higher_pixels():
    torch.manual_seed(0)
    x, weight = torch.rand(2, 3, 6, 7).double(), torch.randn(4, 3, 3, 3).double()
    shift = whole_displacements(2, 6, 7)
    direction = torch.rand_like(shift)  # ahead for every displacement
    probe = torch.randn(2, 4, 6, 7, dtype=torch.float64)
    (gradient,) = torch.autograd.grad(deform(x, shift, weight), shift, probe)
    step = 1e-6
    ahead = deform(x, shift + step * direction, weight) - deform(x, shift, weight)
    difference = (ahead * probe).sum() / step
    torch.testing.assert_close((gradient * direction).sum(), difference, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("x_is_wanted", [True, False])
def test_gradients_equal_finite_differences_away_from_kinks(x_is_wanted):
    torch.manual_seed(0)
    x = torch.rand(2, 2, 3, 4, dtype=torch.float64, requires_grad=x_is_wanted)
    shift = torch.randint(-2, 3, (2, 18, 3, 4)) + 0.2 + 0.6 * torch.rand(2, 18, 3, 4).double()
    weight = torch.randn(3, 2, 3, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(deform, (x, shift.requires_grad_(), weight))


@pytest.mark.parametrize("value", [torch.nan, torch.inf, -torch.inf])
def test_a_displacement_that_is_not_a_finite_number_shows(value):
    x, weight = torch.rand(1, 2, 5, 6), torch.randn(3, 2, 3, 3)
    shift = torch.zeros(1, 18, 5, 6)
    shift[0, 4, 2, 3] = value
    broken = deform(x, shift, weight).isnan().any(1)[0]
    assert broken.nonzero().tolist() == [[2, 3]]


@pytest.fixture
def threads():
    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)


def test_the_number_of_threads_changes_nothing(threads):
    torch.manual_seed(0)
    x, shift = torch.rand(5, 6, 12, 13), torch.randn(5, 18, 12, 13)
    weight, probe = torch.randn(6, 6, 3, 3), torch.randn(5, 6, 12, 13)
    results = []
    for count in (1, 2, 5):
        threads(count)
        results.append(deform_backward(probe, x, shift, weight, True))
    for other in results[1:]:
        for mine, wanted in zip(other, results[0], strict=True):
            assert_equal(mine, wanted, 1e-6)  # the matrix products are of a library
    # with one channel out, a matrix product for the taps is exact, and so are the two scatters
    for count in (1, 2, 5):
        threads(count)
        to_x, to_shift, _ = deform_backward(probe[:, :1], x, shift, weight[:1], True)
        if count == 1:
            alone = to_x, to_shift
        assert torch.equal(to_x, alone[0])
        assert torch.equal(to_shift, alone[1])


def test_backward_over_a_batch_of_probes_is_backward_for_each():
    torch.manual_seed(0)
    layer = layer_with_offsets(torch.float64, spread=0.3)
    x = torch.rand(2, 5, 6, 7, dtype=torch.float64, requires_grad=True)
    out = layer(x)
    probes = torch.randn(3, *out.shape, dtype=torch.float64)
    inputs = (x, *layer.parameters())

    def back(probe):
        return torch.autograd.grad(out, inputs, probe, retain_graph=True)

    together = torch.vmap(back)(probes)
    for index, probe in enumerate(probes):
        for mine, wanted in zip(together, back(probe), strict=True):
            torch.testing.assert_close(mine[index], wanted, rtol=0, atol=1e-12)


def test_mapping_over_images_is_the_batch():
    torch.manual_seed(0)
    layer = layer_with_offsets(torch.float64, spread=0.3)
    x = torch.rand(3, 5, 6, 7, dtype=torch.float64)
    each = torch.vmap(lambda image: layer(image[None])[0])(x)
    torch.testing.assert_close(each, layer(x), rtol=0, atol=1e-12)


def test_a_second_derivative_is_refused():
    layer = layer_with_offsets(torch.float64, spread=0.3)
    x = torch.rand(1, 5, 6, 7, dtype=torch.float64, requires_grad=True)
    (first,) = torch.autograd.grad(layer(x).square().sum(), x, create_graph=True)
    with pytest.raises(RuntimeError, match="autograd"):
        first.sum().backward()


def test_half_precision_takes_the_general_way():
    torch.manual_seed(0)
    layer = layer_with_offsets(torch.float32, spread=0.05)
    x = torch.rand(2, 5, 6, 7)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        torch.testing.assert_close(layer(x), sampled(layer, x), rtol=0, atol=0)


def test_starts_from_a_grid_that_the_data_does_not_move():
    layer = DeformableConv2d(3, 4)
    assert torch.equal(layer.offset.weight, torch.zeros_like(layer.offset.weight))


def test_is_a_plain_convolution_where_nothing_moves():
    torch.manual_seed(0)
    layer = DeformableConv2d(3, 4)
    torch.nn.init.zeros_(layer.offset.bias)
    x = torch.rand(2, 3, 8, 11)
    torch.testing.assert_close(layer(x), F.conv2d(x, layer.weight, padding=1), rtol=0, atol=1e-5)


def test_building_a_model_does_not_load_the_compiler_of_the_loops():
    code = (
        "import sys; from radarkit.models import ModelConfig, build_model\n"
        "build_model(ModelConfig(preset='paper', channels=2))\n"
        "assert 'numba' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
