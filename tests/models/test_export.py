import numpy as np
import pytest
import torch
from torch import nn

from radarkit.errors import UserError
from radarkit.models import ModelConfig, build_model, export_formats
from radarkit.models.export import difference, export_model, read_exported

NOTE = {"channels": 2, "of": "Zoë"}


def network(preset, channels=2):
    """Weights and statistics as if something had been learnt, so that every layer matters."""
    torch.manual_seed(3)
    model = build_model(ModelConfig(preset=preset, channels=channels))
    for name, module in model.named_modules():
        if name.endswith("offset") and isinstance(module, nn.Conv2d):  # taps move by pixels
            nn.init.normal_(module.weight, std=0.1)
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            nn.init.normal_(module.running_mean, std=0.1)
            nn.init.uniform_(module.running_var, 0.05, 0.2)
    return model.eval()


def check_file(path, model, windows):
    written = export_model(model, path, NOTE)
    assert written.path == path and 0 <= written.largest_difference <= 1e-4
    run, note = read_exported(path)
    found = run(windows)
    with torch.no_grad():
        expected = model(torch.from_numpy(windows))
    assert note == NOTE and list(found) == ["shape", "length_logits", "anchors"]
    for name, values in expected._asdict().items():
        np.testing.assert_allclose(found[name], values.numpy(), rtol=1e-4, atol=1e-4)
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["compact", "paper", "paper-temporal"])
@pytest.mark.parametrize("suffix", ["onnx", "pt2"])
def test_an_exported_network_says_what_torch_says_for_any_batch(tmp_path, preset, suffix):
    """`tests/evaluation/test_export_run.py` has a run of each format, without learnt statistics."""
    windows = np.random.default_rng(4).random((3, 2, 71, 120), np.float32)
    check_file(tmp_path / f"net.{suffix}", network(preset), windows)


def test_moving_taps_are_translated_without_an_operator_of_our_own():
    model = network("paper").trunk.backbone.stage_0
    program = torch.export.export(model, (torch.rand(2, 2, 71, 120),))
    called = {str(node.target) for node in program.graph.nodes if node.op == "call_function"}
    assert any("grid_sampl" in name for name in called)
    assert not any("radarkit" in name for name in called)


def test_a_file_that_computes_something_else_never_appears(tmp_path, monkeypatch):
    def read_wrongly(path):
        run, note = export_formats._read_pt2(path)
        return lambda windows: {name: out + 2e-3 for name, out in run(windows).items()}, note

    wrong = export_formats.FORMATS[".pt2"]._replace(read=read_wrongly)
    monkeypatch.setitem(export_formats.FORMATS, ".pt2", wrong)
    with pytest.raises(UserError, match=r"net\.pt2 differs from torch by 0\.002"):
        export_model(network("compact"), tmp_path / "net.pt2", NOTE)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["net.pt", "net", "net.onnx.zip"])
def test_another_suffix_is_refused(tmp_path, name):
    with pytest.raises(UserError, match=r"\.onnx or \.pt2"):
        export_model(network("compact"), tmp_path / name, NOTE)


def test_a_missing_package_is_named_with_what_to_install(tmp_path, monkeypatch):
    known = export_formats.find_spec
    monkeypatch.setattr(
        export_formats, "find_spec", lambda name: None if name == "onnxscript" else known(name)
    )
    with pytest.raises(UserError, match=r"need onnxscript.*\[onnx\]"):
        export_model(network("compact"), tmp_path / "net.onnx", NOTE)
    assert not list(tmp_path.iterdir())


def test_the_difference_is_relative_to_large_values_and_absolute_to_small_ones():
    def of(expected, found):
        return difference({"x": np.array(expected)}, {"x": np.array(found)})

    assert of([0.0, -800.0], [0.001, -800.4]) == pytest.approx(1e-3)
    assert of([0.0, -800.0], [0.0, -801.6]) == pytest.approx(2e-3)
    assert np.isnan(of([1.0], [np.nan])) and np.isinf(of([1.0], [[1.0]]))
    assert np.isinf(difference({"x": np.ones(1)}, {"y": np.ones(1)}))
