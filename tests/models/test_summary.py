import math

import pytest
import torch
from torch import nn
from typer.testing import CliRunner

from radarkit.cli.main import app
from radarkit.models import PRESETS, ModelConfig, build_model
from radarkit.models.summary import summarise

# parameters, and multiply-adds in thousands of millions to the digits that were published
PUBLISHED = {
    "": (37_712_961, None),
    "trunk": (23_251_508, None),
    "trunk.backbone": (16_959_028, 5.472),
    "trunk.squeeze": (6_292_480, 0.195),
    "shape_head.encoder": (3_443_328, 0.191),
    "length_head": (4_866_052, 0.059),
    "anchor_head": (3_580_587, 0.296),
}


def built(preset, **size):
    return build_model(ModelConfig(preset=preset, **{"channels": 50, **size}))


def parts(rows):
    """Every part with the rows one deeper."""
    for at, part in enumerate(rows):
        below = []
        for row in rows[at + 1 :]:
            if row.depth <= part.depth:
                break
            below += [row] if row.depth == part.depth + 1 else []
        if part.is_part:
            yield part, below


def test_paper_counts_what_was_published():
    found = {row.path: row for row in summarise(built("paper"))}
    for path, (parameters, billions) in PUBLISHED.items():
        assert found[path].parameters == parameters, path
        if billions is not None:
            assert found[path].multiply_adds / 1e9 == pytest.approx(billions, abs=5e-4), path


def test_the_released_form_takes_the_published_multiply_adds():
    found = {row.path: row for row in summarise(built("paper-temporal"))}
    decoder = found["shape_head.initial"].multiply_adds + found["shape_head.temporal"].multiply_adds
    assert decoder / 1e9 == pytest.approx(0.029, abs=5e-4)
    assert found[""].multiply_adds / 1e9 == pytest.approx(6.24, abs=5e-3)


@pytest.mark.parametrize("preset", PRESETS)
def test_every_part_is_the_sum_of_its_rows_and_the_whole_is_the_model(preset):
    model = built(preset, channels=7)
    rows = summarise(model)
    assert rows[0].parameters == sum(p.numel() for p in model.parameters())
    found = list(parts(rows))
    assert len(found) > 5
    for part, below in found:
        assert len(below) > 1, part
        assert part.parameters == sum(row.parameters for row in below), part
        assert part.multiply_adds == sum(row.multiply_adds for row in below), part


@pytest.mark.parametrize("preset", PRESETS)
def test_rows_agree_with_the_running_network_and_the_formula_of_each_layer(preset):
    """Multiply-adds of a convolution: kernel and input channels for every number it gives."""
    model = built(preset, channels=3).eval()
    given, made = {}, {}

    def keep(path, x, y):
        given[path], made[path] = x[0], y

    for path, module in model.named_modules():
        module.register_forward_hook(lambda _, x, y, path=path: keep(path, x, y))
    with torch.no_grad():
        model(*(torch.zeros_like(each, device="cpu") + 1 for each in model.example()))
    checked = 0
    for row in summarise(model):
        module = model.get_submodule(row.path)
        if isinstance(module, nn.Linear):
            expected = module.in_features * made[row.path].numel()
        elif isinstance(module, (nn.Conv1d, nn.Conv2d)):
            expected = module.weight[0].numel() * made[row.path].numel()
        elif isinstance(module, (nn.ConvTranspose1d, nn.ConvTranspose2d)):
            expected = module.weight[0].numel() * given[row.path].numel()
        else:
            continue
        checked += 1
        assert row.multiply_adds == expected, row
        assert math.prod(row.output_shape) == made[row.path].numel(), row
    assert checked >= 20


def test_the_model_is_left_as_it_was():
    model = built("compact", channels=3).train()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    summarise(model)
    assert model.training
    assert all(not module._forward_hooks for module in model.modules())
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, before[name])
    model.eval()
    summarise(model)
    assert not model.training


def test_labels_speak_of_layers():
    labels = {row.path: row.label for row in summarise(built("paper"))}
    stage = "trunk.backbone.stage_0"
    assert labels[stage] == "stage 0"
    assert labels[f"{stage}.residual.deform.0"] == "deform: deformable conv 3x3 + BN + ReLU"
    assert labels[f"{stage}.shrink.0"] == "shrink: conv 3x2, stride 2x2 + BN + ReLU"
    assert labels["trunk.squeeze"] == "squeeze: conv 6x1"
    assert labels["shape_head.ode.1.0"] == "dense + dropout + BN + tanh"
    assert labels["shape_head.ode"] == "ODE"


def info(*arguments):
    return CliRunner().invoke(app, ["info", *arguments], env={"COLUMNS": "80"})


def test_the_printed_table_has_every_row_on_a_line_of_80_columns():
    done = info("--model", "paper")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    rows = summarise(built("paper"))[1:]
    assert len(lines) == 1 + len(rows) + 3
    for line, row in zip(lines[1:], rows, strict=False):
        cells = line.split()
        assert line.strip().startswith(row.label)
        assert cells[-2:] == [
            f"{row.parameters:,}" if row.parameters else "-",
            f"{row.multiply_adds / 1e6:,.2f}" if row.multiply_adds >= 1e4 else cells[-1],
        ]
    assert "37,712,961 parameters, 23,251,508 of them shared" in lines[-2]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "neither PATH nor --model"),
        (("radar.cfg", "--model", "paper"), "both PATH and --model"),
        (("--model", "large"), "--model large; expected"),
        (("--model", "paper", "--channels", "0"), "--channels 0; expected"),
        (("radar.cfg", "--channels", "4"), "--channels 4 without --model"),
    ],
)
def test_what_cannot_be_told_is_refused_in_one_line(arguments, said):
    done = info(*arguments)
    assert done.exit_code == 2
    assert said in done.stderr and done.stderr.count("\n") == 1
