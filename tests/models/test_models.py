"""What every preset promises, run for every preset."""

import copy

import pytest
import torch
from pydantic import ValidationError
from torchjd.aggregation import GramianWeightedAggregator
from torchjd.autojac import jac_to_grad, mtl_backward

from radarkit.errors import UserError
from radarkit.models import PRESETS, ModelConfig, build_model, framework_of
from radarkit.models.compact import CompactShape
from radarkit.mtl import EGAWeighting

CHANNELS = 6
MTL = tuple(preset for preset in PRESETS if framework_of(preset) == "radarODE-MTL")
LARGE = "radarode-paper"  # its generator is that of `paper`, which is tested here


def build(preset, seed=0, **size):
    torch.manual_seed(seed)
    return build_model(ModelConfig(preset=preset, channels=size.pop("channels", CHANNELS), **size))


def windows(batch, channels=CHANNELS, seed=1):
    return torch.rand(batch, channels, 71, 120, generator=torch.Generator().manual_seed(seed))


def inputs(model, batch, seed=1):
    """Random numbers in the sizes of what a network reads."""
    generator = torch.Generator().manual_seed(seed)
    drawn = []
    for example in model.example():
        size = (batch, *example.shape[1:])
        if example.dtype == torch.int64:
            drawn.append(torch.randint(256, size, generator=generator))
        elif example.ndim == 1:  # a cycle length in samples
            drawn.append(100 + 100 * torch.rand(size, generator=generator))
        else:
            drawn.append(torch.rand(size, generator=generator))
    return drawn


def to(kind, tensors):
    """Move what has a fraction to another precision."""
    return [tensor.to(kind) if tensor.is_floating_point() else tensor for tensor in tensors]


def count(module):
    return sum(parameter.numel() for parameter in module.parameters())


def slow_where_large(presets):
    return [pytest.param(p, marks=[pytest.mark.slow] * (p == LARGE)) for p in presets]


@pytest.fixture(scope="module", params=slow_where_large(PRESETS))
def preset(request):
    return request.param


@pytest.fixture(scope="module")
def model(preset):
    return build(preset)


@pytest.fixture(scope="module", params=MTL)
def multi_task(request):
    return build(request.param)


SIZES = {
    "radarODE-MTL": {"shape": (200,), "length_logits": (260,), "anchors": (800,)},
    "radarODE": {"shape": (200,), "ecg": (800,)},
    "MMECG": {"logits": (256, 800 - 512)},
}


def test_predicts_finite_values_of_the_promised_shapes(preset, model):
    model.eval()
    with torch.no_grad():
        prediction = model(*inputs(model, 2))._asdict()
    found = {name: tuple(output.shape) for name, output in prediction.items()}
    promised = SIZES[framework_of(preset)]
    assert found == {name: (2, *size) for name, size in promised.items()}
    assert all(torch.isfinite(output).all() for output in prediction.values())


def test_says_the_same_twice_in_eval_mode_and_in_any_batch(model):
    model.eval()
    x = inputs(model, 2)
    with torch.no_grad():
        whole, again, alone = model(*x), model(*x), model(*(each[1:2] for each in x))
    for first, second, single in zip(whole, again, alone, strict=True):
        assert torch.equal(first, second)
        torch.testing.assert_close(first[1:2], single, rtol=1e-4, atol=1e-5)


def test_heads_follow_features(multi_task):
    model = multi_task.eval()
    x = windows(2)
    with torch.no_grad():
        for direct, staged in zip(model(x), model.heads(model.features(x)), strict=True):
            assert torch.equal(direct, staged)


def test_shared_and_head_parameters_are_all_parameters_once(model):
    parts = [*map(id, model.shared_parameters()), *map(id, model.head_parameters())]
    assert len(parts) == len(set(parts))
    assert set(parts) == set(map(id, model.parameters()))


def settle(model):
    """Give a copy the statistics of a batch: a deep network without them may be all biases."""
    settled = copy.deepcopy(model).train()
    for module in settled.modules():
        if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
            module.momentum = 1.0
    with torch.no_grad():
        settled(*inputs(model, 4))
    return settled.eval()


def test_every_parameter_feels_its_task(model):
    settled = settle(model)  # in training mode batch normalisation cancels the biases before it
    settled.zero_grad()
    sum(output.square().mean() for output in settled(*inputs(model, 1))).backward()
    for name, parameter in settled.named_parameters():
        assert torch.isfinite(parameter.grad).all(), name
        assert parameter.grad.abs().sum() > 0, name


def test_every_parameter_has_a_finite_gradient_in_training_mode(model):
    model.train()
    model.zero_grad()
    sum(output.square().mean() for output in model(*inputs(model, 2))).backward()
    for name, parameter in model.named_parameters():
        assert torch.isfinite(parameter.grad).all(), name
        if parameter.ndim > 1:  # batch normalisation takes the biases before it away
            assert parameter.grad.abs().sum() > 0, name
    model.zero_grad()


def test_a_seed_fixes_the_weights_and_a_pass_in_training_mode(preset):
    first, second, other = (build(preset, seed=seed).train() for seed in (3, 3, 4))
    outputs = []
    for model in (first, second):
        torch.manual_seed(5)  # of the dropout
        with torch.no_grad():
            outputs.append(model(*inputs(model, 2)))
    states = [model.state_dict() for model in (first, second, other)]
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])
    assert not all(torch.equal(states[0][name], states[2][name]) for name in states[0])
    for once, twice in zip(*outputs, strict=True):
        assert torch.equal(once, twice)


def test_a_state_dict_is_the_whole_model(preset, model):
    model.train()
    with torch.no_grad():
        model(*inputs(model, 2, seed=7))  # moves the running statistics
    other = build(preset, seed=9)
    other.load_state_dict(model.state_dict())
    model.eval()
    other.eval()
    with torch.no_grad():
        x = inputs(model, 1)
        for mine, theirs in zip(model(*x), other(*x), strict=True):
            assert torch.equal(mine, theirs)


def test_float64_predicts_what_float32_predicts(model):
    model.eval()
    precise = copy.deepcopy(model).double()
    with torch.no_grad():
        x = inputs(model, 1)
        for single, double in zip(model(*x), precise(*to(torch.float64, x)), strict=True):
            assert double.dtype == torch.float64
            scale = double.abs().max().item()
            torch.testing.assert_close(single.double(), double, rtol=0, atol=1e-4 * scale)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_predicts_what_the_cpu_predicts(model):
    model.eval()
    moved = copy.deepcopy(model).to("cuda")
    with torch.no_grad():
        x = inputs(model, 2)
        for here, there in zip(model(*x), moved(*(each.cuda() for each in x)), strict=True):
            assert there.device.type == "cuda"
            scale = here.abs().max().item()
            torch.testing.assert_close(there.cpu(), here, rtol=0, atol=5e-3 * scale)  # TF32


@pytest.mark.parametrize("name", MTL)
def test_every_task_gradient_reaches_the_trunk_through_torchjd(name):
    model = build(name)
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


@pytest.mark.parametrize("name", ["paper", "paper-temporal", "radarode-paper"])
@pytest.mark.parametrize("size", [{"rows": 70}, {"frames": 118}])
def test_the_published_network_refuses_windows_it_was_not_drawn_for(name, size):
    with pytest.raises(UserError, match=f"`{name}`.*71 rows and 120 frames"):
        build(name, **size)


def test_windows_of_another_size_than_built_for_are_named(multi_task):
    with pytest.raises(UserError, match=r"\(5, 71, 120\).*\(6, 71, 120\)"):
        multi_task(windows(1, channels=5))


def test_a_model_config_rejects_what_it_does_not_know():
    with pytest.raises(ValidationError):
        ModelConfig(channels=4, depth=3)
    with pytest.raises(ValidationError):
        ModelConfig(channels=4, preset="large")
