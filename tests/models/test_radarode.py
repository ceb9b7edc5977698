import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from radarkit.errors import UserError
from radarkit.models import ModelConfig, build_model
from radarkit.models.radarode import LongTermStage, repeat_cycle

ROWS, SAMPLES = 18, 800


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    return build_model(ModelConfig(preset="radarode", channels=2, rows=ROWS))


@pytest.fixture(scope="module")
def inputs():
    generator = torch.Generator().manual_seed(1)
    spectrogram = torch.rand(3, 2, ROWS, 120, generator=generator)
    vibration = torch.randn(3, 2, SAMPLES, generator=generator)
    return spectrogram, torch.tensor([120.0, 160.5, 210.0]), vibration


@settings(max_examples=40)
@given(
    st.lists(st.floats(80, 300), min_size=1, max_size=4),
    st.integers(2, 200),
    st.integers(8, 900),
    st.integers(0, 99),
)
def test_a_cycle_is_repeated_as_numpy_interpolates_a_periodic_one(periods, points, samples, seed):
    cycles = np.random.default_rng(seed).standard_normal((len(periods), points))
    found = repeat_cycle(
        torch.tensor(cycles), torch.tensor(periods, dtype=torch.float64), samples
    ).numpy()
    for cycle, period, row in zip(cycles, periods, found, strict=True):
        phase = (np.arange(samples) - samples // 2) / period + 0.35
        expected = np.interp(phase % 1, np.linspace(0, 1, points), cycle)
        near_the_seam = np.abs(phase - np.round(phase)) < 1e-9  # where the cycle may jump
        np.testing.assert_allclose(row[~near_the_seam], expected[~near_the_seam], atol=1e-9)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_its_r_peaks_stand_in_the_middle_and_a_period_apart(dtype):
    phase = torch.linspace(0, 1, 200)
    cycle = torch.exp(-0.5 * ((phase - 0.35) / 0.02) ** 2)[None]
    period = 131.0  # samples
    reference = repeat_cycle(cycle.to(dtype), torch.tensor([period]), SAMPLES)[0].float()
    tops = (reference[1:-1] > reference[:-2]) & (reference[1:-1] >= reference[2:])
    found = (tops & (reference[1:-1] > 0.9)).nonzero().flatten() + 1
    expected = SAMPLES // 2 + period * torch.arange(-3, 4)
    expected = expected[(expected > 0) & (expected < SAMPLES)]
    torch.testing.assert_close(found.float(), expected, rtol=0, atol=1)


def test_the_stages_do_not_teach_each_other(model, inputs):
    model.train()
    prediction = model(*inputs)
    generator, long_term = model.task_parameters()
    for output, own, other in (
        (prediction.shape, generator, long_term),
        (prediction.ecg, long_term, generator),
    ):
        loss = output.square().mean()
        foreign = torch.autograd.grad(loss, other, retain_graph=True, allow_unused=True)
        assert all(gradient is None for gradient in foreign)
        assert any(g.abs().sum() > 0 for g in torch.autograd.grad(loss, own, retain_graph=True))


def test_the_ecg_hears_the_cycle_its_length_and_the_vibration(model, inputs):
    model.eval()
    spectrogram, period, vibration = inputs
    with torch.no_grad():
        before = model(*inputs).ecg
        for changed in (
            (1 - spectrogram, period, vibration),
            (spectrogram, period * 1.2, vibration),
            (spectrogram, period, -vibration),
        ):
            assert not torch.equal(model(*changed).ecg, before)


def test_the_sizes_of_the_long_term_stage_are_those_published():
    stage = LongTermStage(50, (128, 256, 512)).to("meta").eval()
    sizes = []
    for module in (*stage.encoder, *stage.decoder):
        if isinstance(module, (torch.nn.Conv1d, torch.nn.ConvTranspose1d)):
            module.register_forward_hook(lambda _, x, y: sizes.append(tuple(y.shape[1:])))
    out = stage(torch.empty(1, 50, 800, device="meta"), torch.empty(1, 800, device="meta"))
    assert sizes == [(128, 400), (256, 200), (512, 100), (128, 200), (16, 400), (1, 800)]
    assert out.shape == (1, 800)


def test_windows_that_cannot_be_halved_thrice_are_named():
    with pytest.raises(UserError, match=r"804 samples .*`radarode`; expected a multiple of 8;"):
        build_model(ModelConfig(preset="radarode", channels=2, samples=804))
