import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from radarkit.errors import UserError
from radarkit.spectrogram import FrequencyGrid, sst
from radarkit.spectrogram.sst_torch import sst_torch
from radarkit.spectrogram.torch_plan import odd_reflection

from . import oracle

SMALL = {"grid": FrequencyGrid.log(1.0, 6.0, 7), "frame_rate_hz": 5.0}
DEVICES = [
    "cpu",
    pytest.param(
        "cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
    ),
]


def beats(rng, shape, rate_hz):
    """Signals of the oracle, as many as the shape has."""
    count = int(np.prod(shape[:-1]))
    seconds = shape[-1] / rate_hz
    return np.stack([oracle.beats(rng, seconds, rate_hz) for _ in range(count)]).reshape(shape)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(
    ("shape", "rate_hz", "options"),
    [
        ((3, 6000), 200.0, {}),
        ((2, 3, 800), 200.0, {"oversample": 3}),
        ((801,), 200.0, {"oversample": 4}),
        ((2, 1500), 130.0, {"frame_rate_hz": 26.0, "oversample": 2}),
        ((2, 1200), 199.87, {"grid": FrequencyGrid.log(0.7246, 90.0, 71)}),
        (
            (1, 900),
            100.0,
            {
                "grid": FrequencyGrid(frequencies_hz=(2.0, 3.0, 7.0)),
                "frame_rate_hz": 1.0,
                "oversample": 5,
            },
        ),
    ],
)
def test_equals_the_transform_in_numba(shape, rate_hz, options, device, dtype):
    # the share of all magnitude that differs: a coefficient whose frequency is within rounding of
    # a border may change its row, and then differs by all of itself, so cells are not compared
    x = beats(np.random.default_rng(1), shape, rate_hz).astype(np.float32)
    expected = sst(x.reshape(-1, shape[-1]), rate_hz, **options).values
    ours = sst_torch(torch.as_tensor(x, device=device).to(dtype), rate_hz, **options)
    assert ours.dtype == dtype
    assert ours.device.type == device
    assert ours.shape == (*shape[:-1], *expected.shape[1:])
    difference = ours.cpu().numpy().reshape(expected.shape) - expected
    assert np.abs(difference).sum() < 1e-4 * expected.sum()


@settings(max_examples=50)
@given(samples=st.integers(2, 60), padding=st.integers(0, 400))
def test_edges_continue_like_the_odd_reflection_of_numpy(samples, padding):
    x = np.random.default_rng(samples).standard_normal(samples)
    sides = (padding // 2, padding - padding // 2)
    expected = np.roll(np.pad(x, sides, "reflect", reflect_type="odd"), -sides[0])
    source, sign, ramp = odd_reflection(samples, samples + padding)
    line = x[0] + (x[-1] - x[0]) * ramp
    np.testing.assert_allclose(line + sign * (x - line[:samples])[source], expected, atol=1e-9)


def test_signals_are_transformed_a_few_at_a_time_and_do_not_know_each_other(monkeypatch):
    module = sys.modules["radarkit.spectrogram.sst_torch"]
    x = torch.as_tensor(beats(np.random.default_rng(2), (7, 800), 200.0)).float()
    x *= 10.0 ** torch.arange(-9, 5, 2)[:, None]
    together = sst_torch(x, 200.0)
    sizes = []
    transform = module._transform

    def watched(chunk, made):
        sizes.append(len(chunk))
        assert len(chunk) * made.transform.cells <= 300_000
        return transform(chunk, made)

    monkeypatch.setattr(module, "_transform", watched)
    monkeypatch.setitem(module.CHUNK_CELLS, "cpu", 300_000)
    few = sst_torch(x, 200.0)
    assert sum(sizes) == 7
    assert 1 < max(sizes) < 7
    assert ((few - together).abs().sum((1, 2)) <= 1e-4 * together.sum((1, 2))).all()


def test_the_gradient_is_that_of_finite_differences():
    # nothing lies so near to a border that a step of 1e-6 would move it to another row
    x = torch.as_tensor(np.random.default_rng(3).standard_normal((2, 70)), dtype=torch.float64)
    x.requires_grad_()
    for oversample in (1, 2, 3):
        assert torch.autograd.gradcheck(
            lambda x, o=oversample: sst_torch(x, 20.0, oversample=o, **SMALL), x, atol=1e-6
        )


def test_the_gradient_on_heart_like_bursts_foretells_a_small_change():
    rng = np.random.default_rng(4)
    x = torch.as_tensor(beats(rng, (2, 800), 200.0), dtype=torch.float64).requires_grad_()
    target = torch.as_tensor(rng.random((2, 71, 120)))

    def loss(x):
        return (target * sst_torch(x, 200.0)).sum()

    (slope,) = torch.autograd.grad(loss(x), x)
    for _ in range(3):
        way = torch.as_tensor(beats(rng, (2, 800), 200.0))
        step = 1e-7 * way  # so small that next to no coefficient changes its row
        with torch.no_grad():
            change = float(loss(x + step) - loss(x - step)) / 2
        assert change == pytest.approx(float((slope * step).sum()), rel=1e-3)


def test_a_silent_signal_is_zero_and_has_the_gradient_zero():
    x = torch.full((2, 400), 4.2, requires_grad=True)
    picture = sst_torch(x, 200.0)
    picture.sum().backward()
    assert (picture == 0).all()
    assert (x.grad == 0).all()


def test_tables_made_without_autograd_serve_it_later():
    x = torch.randn(2, 431, generator=torch.Generator().manual_seed(5))
    with torch.inference_mode():
        first = sst_torch(x, 200.0)
    x.requires_grad_()
    second = sst_torch(x, 200.0)
    second.sum().backward()
    assert torch.equal(first, second.detach())
    assert x.grad.abs().sum() > 0


@pytest.mark.parametrize(
    ("x", "rate_hz", "options", "says"),
    [
        (torch.full((2, 900), torch.nan), 200.0, {}, "1800 NaN or infinite values"),
        (torch.zeros((3, 0)), 200.0, {}, "shape"),
        (torch.tensor(1.0), 200.0, {}, "shape"),
        (torch.zeros(900, dtype=torch.int32), 200.0, {}, "int32"),
        (torch.zeros(900, dtype=torch.float16), 200.0, {}, "float16"),
        (torch.zeros(900, device="meta"), 200.0, {}, "on meta"),
        (torch.zeros(150), 200.0, {}, "one period"),
        (torch.zeros(900), 40.0, {}, "half the sample rate"),
        (torch.zeros(900), 200.0, {"frame_rate_hz": 250.0}, "frame rate"),
        (torch.zeros(900), 200.0, {"oversample": 0}, "0 instants a frame"),
    ],
)
def test_what_cannot_be_transformed_is_refused(x, rate_hz, options, says):
    with pytest.raises(UserError, match=says):
        sst_torch(x, rate_hz, **options)


def test_torch_does_not_load_with_the_package():
    code = "import sys, radarkit.spectrogram; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
