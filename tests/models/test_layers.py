"""The network of the paper, layer for layer, against the published layer tables.

Shapes are those of the running network on one window of 50 x 71 x 120; parameters are those of the
weights and biases of the layer, without the batch normalisation behind it.
"""

import pytest
import torch
from torch import nn

from radarkit.models import ModelConfig, build_model
from radarkit.models.decoders import ShapeDecoder
from radarkit.models.deformable import DeformableConv2d
from radarkit.models.ode import EcgOde

TRUNK = [  # four times: deformable, 2 x 1, downsampling; then the squeeze
    ((50, 71, 120), 30_618),
    ((128, 72, 120), 12_928),
    ((128, 36, 61), 98_432),
    ((128, 36, 61), 168_210),
    ((256, 37, 61), 65_792),
    ((256, 19, 31), 393_472),
    ((256, 19, 31), 631_314),
    ((512, 20, 31), 262_656),
    ((512, 10, 31), 2_359_808),
    ((512, 10, 31), 2_442_258),
    ((1024, 11, 31), 1_049_600),
    ((1024, 6, 31), 9_438_208),
    ((1024, 1, 31), 6_292_480),
]
ENCODER = [
    ((512, 95), 1024 * 512 * 5 + 512),
    ((256, 287), 512 * 256 * 5 + 256),
    ((128, 863), 256 * 128 * 5 + 128),
]
INITIAL = [
    ((64, 430), 128 * 64 * 7 + 64),
    ((32, 213), 64 * 32 * 7 + 32),
    ((16, 209), 32 * 16 * 7 + 16),
    ((8, 207), 16 * 8 * 5 + 8),
]
TEMPORAL = [((4, 203), 8 * 4 * 7 + 4), ((2, 201), 4 * 2 * 5 + 2), ((1, 200), 2 * 2 + 1)]
ODE = [
    ((1024,), 1656 * 1024 + 1024),
    ((512,), 1024 * 512 + 512),
    ((256,), 512 * 256 + 256),
    ((128,), 256 * 128 + 128),
    ((64,), 128 * 64 + 64),
    ((32,), 64 * 32 + 32),
    ((16,), 32 * 16 + 16),
    ((15,), 16 * 15 + 15),
    ((200,), 0),
]
FUSION = [
    ((16, 1, 99), 16 * 25 + 16),
    ((32, 1, 50), 16 * 32 * 9 + 32),
    ((64, 1, 25), 32 * 64 * 9 + 64),
    ((64, 1, 25), 64 * 64 + 64),
    ((32, 4, 52), 64 * 32 * 25 + 32),
    ((16, 10, 106), 32 * 16 * 25 + 16),
    ((8, 10, 211), 16 * 8 * 9 + 8),
    ((4, 10, 211), 8 * 4 * 9 + 4),
    ((1, 8, 209), 4 + 1),
    ((4, 205), 8 * 4 * 7 + 4),
    ((2, 203), 4 * 2 * 5 + 2),
    ((1, 200), 2 * 4 + 1),
    ((1, 200), 1 + 1),
]
LENGTH = [
    ((256, 27), 1024 * 256 * 7 + 256),
    ((128, 23), 256 * 128 * 7 + 128),
    ((32, 19), 128 * 32 * 7 + 32),
    ((16, 16), 32 * 16 * 6 + 16),
    ((16, 32), 16 * 16 * 5 + 16),
    ((32, 64), 16 * 32 * 5 + 32),
    ((32, 64), 32 * 32 * 5 + 32),
    ((1024,), 2048 * 1024 + 1024),
    ((512,), 1024 * 512 + 512),
    ((260,), 512 * 260 + 260),
]
ANCHORS = [
    ((512, 91), 1024 * 512 * 5 + 512),
    ((256, 271), 512 * 256 * 5 + 256),
    ((128, 811), 256 * 128 * 5 + 128),
    ((128, 1621), 128 * 128 * 5 + 128),
    ((64, 811), 128 * 64 * 5 + 64),
    ((32, 811), 64 * 32 * 5 + 32),
    ((16, 811), 32 * 16 * 5 + 16),
    ((8, 809), 16 * 8 * 5 + 8),
    ((4, 805), 8 * 4 * 5 + 4),
    ((2, 801), 4 * 2 * 5 + 2),
    ((1, 800), 2 * 2 + 1),
]
TABLES = {
    "paper": TRUNK + ENCODER + INITIAL + TEMPORAL + ODE + FUSION + LENGTH + ANCHORS,
    "paper-temporal": TRUNK + ENCODER + INITIAL + TEMPORAL + LENGTH + ANCHORS,
}
LAYERS = (
    DeformableConv2d,
    EcgOde,
    nn.Conv1d,
    nn.Conv2d,
    nn.ConvTranspose1d,
    nn.ConvTranspose2d,
    nn.Linear,
)


def count(module):
    return sum(parameter.numel() for parameter in module.parameters())


@pytest.fixture(scope="module", params=TABLES)
def network(request):
    """A network, and its layers as they ran: module, shape of input, shape of output."""
    model = build_model(ModelConfig(preset=request.param, channels=50)).eval()
    inside = {m.offset for m in model.modules() if isinstance(m, DeformableConv2d)}
    layers = [m for m in model.modules() if isinstance(m, LAYERS) and m not in inside]
    ran = []
    for layer in layers:
        layer.register_forward_hook(
            lambda module, given, out: ran.append(
                (module, tuple(given[0].shape[1:]), tuple(out.shape[1:]))
            )
        )
    with torch.no_grad():
        model(torch.rand(1, 50, 71, 120))
    return request.param, model, ran


def test_every_layer_has_the_published_output_and_parameters(network):
    preset, _, ran = network
    assert [(out, count(module)) for module, _, out in ran] == TABLES[preset]


def test_the_dense_layers_read_the_flattened_maps(network):
    preset, _, ran = network
    dense = [given[0] for module, given, _ in ran if isinstance(module, nn.Linear)]
    ode = [8 * 207, 1024, 512, 256, 128, 64, 32, 16]
    assert dense == (ode if preset == "paper" else []) + [32 * 64, 1024, 512]


def test_parts_and_totals_have_the_published_parameters(network):
    preset, model, _ = network
    shape = model.shape_head
    assert count(model.trunk.backbone) == 16_959_028
    assert count(model.trunk.squeeze) == 6_292_480
    assert sum(p.numel() for p in model.shared_parameters()) == 23_251_508
    assert count(shape.encoder) == 3_443_328
    assert count(model.length_head) == 4_866_052
    assert count(model.anchor_head) == 3_580_587
    if preset == "paper":
        assert count(shape) - count(shape.encoder) == 2_571_486
        assert count(shape.ode) == 2_400_975
        assert count(shape.fusion) == 93_972
        assert count(model) == 37_712_961
    else:
        assert count(model) == 37_712_961 - 2_400_975 - 93_972


def test_normalisation_activation_and_dropout_stand_where_they_are_published(network):
    preset, model, _ = network

    def kinds(module):
        return [type(m).__name__ for m in module.modules() if not any(True for _ in m.children())]

    convolution = ["Conv1d", "BatchNorm1d", "ReLU"]
    up = ["ConvTranspose1d", "BatchNorm1d", "ReLU"]
    dense = ["Linear", "BatchNorm1d", "ReLU"]
    shape = model.shape_head
    assert kinds(shape.encoder) == 3 * up
    assert kinds(shape.initial) == 4 * convolution
    assert kinds(shape.temporal) == 3 * ["Conv1d"]
    assert kinds(model.length_head) == 4 * convolution + 3 * up + ["Flatten"] + 2 * dense + [
        "Linear"
    ]
    assert kinds(model.anchor_head) == 4 * up + 3 * convolution + 4 * ["Conv1d"] + ["Flatten"]
    if preset == "paper":
        dropped = ["Linear", "Dropout", "BatchNorm1d", "Tanh"]
        plain = ["Linear", "BatchNorm1d", "Tanh"]
        ode = 4 * dropped + 3 * plain + ["Linear", "Tanh", "EcgOde"]
        assert kinds(shape.ode) == ["Flatten", *ode]
        down2d, up2d = ["Conv2d", "BatchNorm2d", "ReLU"], ["ConvTranspose2d", "BatchNorm2d", "ReLU"]
        assert kinds(shape.fusion) == 4 * down2d + 5 * up2d + 4 * ["Conv1d"]
        assert {m.p for m in shape.modules() if isinstance(m, nn.Dropout)} == {0.5}


def test_the_ode_and_the_fusion_are_there_in_paper_and_absent_from_paper_temporal(network):
    preset, _, ran = network
    assert (EcgOde in [type(module) for module, _, _ in ran]) == (preset == "paper")


@pytest.mark.parametrize("seed", range(3))
def test_what_the_ode_says_reaches_the_cycle_through_the_fusion(seed):
    torch.manual_seed(seed)
    # with the statistics of a batch: in every second untrained network, those at rest leave a ReLU
    # of the fusion, which comes down to one channel, without anything to pass on
    head = ShapeDecoder().train()
    for module in head.modules():
        if isinstance(module, nn.Dropout):
            module.eval()
    features = torch.randn(2, 1024, 31)
    last = [m for m in head.ode if isinstance(m, nn.Linear)][-1]
    with torch.no_grad():
        before = head(features)
        last.bias += 3.0  # turns all fifteen parameters of the ODE up
        after = head(features)
    assert (after - before).abs().max() > 1e-3
