"""What every preset promises, run for every preset."""

import pytest
import torch
from pydantic import ValidationError
from torch.nn import functional as F
from torchjd.aggregation import GramianWeightedAggregator
from torchjd.autojac import jac_to_grad, mtl_backward

from radarkit.errors import UserError
from radarkit.models import ModelConfig, build_model
from radarkit.models.backbone import PaperTrunk
from radarkit.models.compact import CompactShape
from radarkit.models.decoders import (
    AnchorDecoder,
    Fusion,
    LengthDecoder,
    OdeBranch,
    ShapeDecoder,
)
from radarkit.mtl import EGAWeighting

PRESETS = ("compact", "paper")
CHANNELS = 6


def build(preset, **size):
    torch.manual_seed(0)
    return build_model(ModelConfig(preset=preset, channels=size.pop("channels", CHANNELS), **size))


def windows(batch, channels=CHANNELS, seed=1):
    return torch.rand(batch, channels, 71, 120, generator=torch.Generator().manual_seed(seed))


def count(module):
    return sum(parameter.numel() for parameter in module.parameters())


@pytest.fixture(scope="module", params=PRESETS)
def model(request):
    return build(request.param)


def test_predicts_finite_values_of_the_promised_shapes(model):
    model.eval()
    with torch.no_grad():
        prediction = model(windows(3))
    assert prediction.shape.shape == (3, 200)
    assert prediction.length_logits.shape == (3, 260)
    assert prediction.anchors.shape == (3, 800)
    assert all(torch.isfinite(output).all() for output in prediction)


def test_says_the_same_twice_in_eval_mode_and_in_any_batch(model):
    model.eval()
    x = windows(3)
    with torch.no_grad():
        whole, again, alone = model(x), model(x), model(x[1:2])
    for first, second, single in zip(whole, again, alone, strict=True):
        assert torch.equal(first, second)
        torch.testing.assert_close(first[1:2], single, rtol=1e-4, atol=1e-5)


def test_heads_follow_features(model):
    model.eval()
    x = windows(2)
    with torch.no_grad():
        for direct, staged in zip(model(x), model.heads(model.features(x)), strict=True):
            assert torch.equal(direct, staged)


def test_shared_and_head_parameters_are_all_parameters_once(model):
    parts = [*map(id, model.shared_parameters()), *map(id, model.head_parameters())]
    assert len(parts) == len(set(parts))
    assert set(parts) == set(map(id, model.parameters()))


def test_every_parameter_feels_its_task(model):
    model.eval()  # in training mode batch normalisation cancels the biases before it
    model.zero_grad()
    x = windows(2)
    sum(output.square().mean() for output in model(x)).backward()
    for name, parameter in model.named_parameters():
        assert torch.isfinite(parameter.grad).all(), name
        assert parameter.grad.abs().sum() > 0, name
    model.zero_grad()


@pytest.mark.parametrize("preset", PRESETS)
def test_every_task_gradient_reaches_the_trunk_through_torchjd(preset):
    model = build(preset)
    x = windows(2)
    features = model.features(x)
    shape, length_logits, anchors = model.heads(features)
    losses = [shape.square().mean(), length_logits.exp().mean(), anchors.square().mean()]
    mtl_backward(losses, features=features)
    shared = list(model.shared_parameters())
    rows = torch.cat([parameter.jac.flatten(1) for parameter in shared], dim=1)
    assert (rows.norm(dim=1) > 0).all()
    jac_to_grad(shared, GramianWeightedAggregator(EGAWeighting()))
    assert all(torch.isfinite(parameter.grad).all() for parameter in model.parameters())


def test_the_paper_preset_has_the_published_parameters_layer_for_layer():
    trunk = PaperTrunk(50)
    assert count(trunk) == 23_251_508
    assert count(trunk.backbone) == 16_959_028
    assert count(trunk.squeeze) == 6_292_480
    shape = ShapeDecoder()
    assert count(shape.encoder) == 3_443_328
    assert count(shape) - count(shape.encoder) == 2_571_486
    assert count(OdeBranch()) == 2_400_975
    assert count(Fusion()) == 93_972
    assert count(LengthDecoder()) == 4_866_052
    assert count(AnchorDecoder()) == 3_580_587


def test_the_ode_branch_of_the_paper_preset_is_on():
    model = build("paper").eval()
    features = torch.randn(2, 1024, 31, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        before = model.heads(features).shape
        # the last layer before the tanh; a large bias turns every ODE parameter up
        model.shape_head.ode[8].bias += 3.0
        after = model.heads(features).shape
    assert (after - before).abs().max() > 1e-6


def test_compact_is_small_and_keeps_every_frame():
    model = build("compact", channels=8)
    assert count(model) < 800_000
    assert model.features(windows(1, channels=8)).shape[-1] == 120
    assert not any(isinstance(m, torch.nn.modules.batchnorm._BatchNorm) for m in model.modules())


def test_compact_starts_from_a_cycle_with_its_r_peak_at_35_percent():
    head = CompactShape()
    with torch.no_grad():
        cycle = head.scale * head.ode(torch.zeros(1, 15))[0] + head.offset
    assert int(cycle.argmax()) == round(0.35 * 199)
    assert cycle.min().item() == pytest.approx(0, abs=0.01)
    assert cycle.max().item() == pytest.approx(1, abs=0.01)


def test_compact_reads_windows_of_other_sizes():
    model = build("compact", rows=64, frames=90)
    prediction = model(torch.rand(1, CHANNELS, 64, 90))
    assert [output.shape[1] for output in prediction] == [200, 260, 800]


@pytest.mark.parametrize("size", [{"rows": 70}, {"frames": 118}])
def test_paper_refuses_windows_it_was_not_drawn_for(size):
    with pytest.raises(UserError, match="71 rows and 120 frames"):
        build("paper", **size)


@pytest.mark.parametrize("preset", PRESETS)
def test_windows_of_another_size_than_built_for_are_named(preset):
    with pytest.raises(UserError, match=r"\(5, 71, 120\).*\(6, 71, 120\)"):
        build(preset)(windows(1, channels=5))


def test_a_model_config_rejects_what_it_does_not_know():
    with pytest.raises(ValidationError):
        ModelConfig(channels=4, depth=3)
    with pytest.raises(ValidationError):
        ModelConfig(channels=4, preset="large")


def learn_by_heart(preset, *, rows, steps, rate):
    """Train on one batch of four hearts; return what is left of the errors.

    A window shows a burst after every R peak, in a band that differs between the hearts, as do
    their rates and cycles. The errors of shape and anchors are returned as shares of the variance
    of their targets, so that a flat line scores 1, the error of the length in classes.
    """
    rate_index = torch.arange(4.0)[:, None]
    length = torch.tensor([120, 150, 180, 210])
    r_peaks = 400 + 10 * rate_index + (length + 1)[:, None] * torch.arange(-4.0, 5)
    frame, row = torch.arange(120.0) * 800 / 120, torch.arange(rows) / rows
    bursts = torch.exp(-0.5 * ((frame - 20 - r_peaks[..., None]) / 15) ** 2).amax(1)
    band = torch.exp(-0.5 * ((row - 0.2 - 0.2 * rate_index) / 0.1) ** 2)
    x = (band[:, :, None] * bursts[:, None]).unsqueeze(1).expand(-1, 2, -1, -1)
    x = (x + 0.1 * torch.rand(x.shape, generator=torch.Generator().manual_seed(0))) / 1.1
    points = torch.arange(200.0)
    shape = torch.exp(-0.5 * ((points - 70) / (3 + 0.5 * rate_index)) ** 2)
    shape = shape + 0.3 * torch.exp(-0.5 * ((points - 110 - 10 * rate_index) / 12) ** 2)
    anchors = torch.exp(-0.5 * ((torch.arange(800.0) - r_peaks[..., None]) / 4) ** 2).amax(1)
    model = build(preset, channels=2, rows=rows)
    optimiser = torch.optim.AdamW(model.parameters(), lr=rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for _ in range(steps):
        prediction = model(x)
        loss = (
            10 * F.mse_loss(prediction.shape, shape)
            + 0.1 * F.cross_entropy(prediction.length_logits, length)
            + 10 * F.mse_loss(prediction.anchors, anchors)
        )
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    with torch.no_grad():
        prediction = model(x)
    return (
        F.mse_loss(prediction.shape, shape) / shape.var(correction=0),
        (prediction.length_logits.argmax(1) - length).abs().max(),
        F.mse_loss(prediction.anchors, anchors) / anchors.var(correction=0),
    )


def test_compact_learns_a_batch_by_heart():
    shape, length, anchors = learn_by_heart("compact", rows=18, steps=200, rate=3e-3)
    assert shape < 0.005
    assert length <= 2
    assert anchors < 0.05


@pytest.mark.slow
def test_paper_leaves_a_flat_line_behind_within_150_steps():
    shape, length, anchors = learn_by_heart("paper", rows=71, steps=150, rate=3e-3)
    assert shape < 0.5  # four layers of dropout on a batch of four leave it noisy
    assert length <= 2
    assert anchors < 0.8
