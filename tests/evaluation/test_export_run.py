"""A run to a file that other programs open, by the command and by what the page says."""

import json
import re
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from typer.testing import CliRunner

from radarkit.cli.main import app
from radarkit.datasets.reader import Dataset
from radarkit.models import ModelConfig, build_model
from radarkit.models.export import read_exported
from radarkit.training.checkpoint import load_model, save_checkpoint
from radarkit.training.run import BEST, RunRecord

from .runs import write_data, write_run

PAGE = Path(__file__).resolve().parents[2] / "docs" / "export.md"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    where = tmp_path_factory.mktemp("exported")
    write_run(where / "run", write_data(where / "data.h5"))
    for name in ("network.onnx", "network.pt2"):
        done = CliRunner().invoke(app, ["export", str(where / "run"), "-o", str(where / name)])
        assert done.exit_code == 0, done.stderr
        assert re.search(rf"{name}: [\d.]+ MB, within \de-0[5-8] of the network", done.stdout)
        assert done.stderr == ""
    return where


@pytest.mark.parametrize("name", ["network.onnx", "network.pt2"])
def test_what_is_exported_is_the_best_network_and_how_to_feed_it(folder, name):
    run, note = read_exported(folder / name)
    record, (trial, *_) = RunRecord.load(folder / "run"), Dataset(folder / "data.h5").trials
    given = note["input"]
    assert given["frequencies_hz"] == pytest.approx(
        Dataset(folder / "data.h5").frequencies_hz(trial)
    )
    assert given["frame_rate_hz"] == trial.frame_rate_hz and given["channels"] == trial.channels
    assert note["run"]["train"] == record.train.model_dump(mode="json")
    assert note["r_fraction"] == 0.35 and note["amplitude_mv"] == record.reference.amplitude_mv
    assert not any(subject in json.dumps(note) for subject in record.split.test)
    windows = np.random.default_rng(0).random((3, 2, 71, 120), np.float32)
    with torch.no_grad():
        expected = load_model(folder / "run" / BEST)(torch.from_numpy(windows))
    assert set(note["outputs"]) == set(expected._fields)
    for key, values in expected._asdict().items():
        np.testing.assert_allclose(run(windows)[key], values.numpy(), rtol=1e-4, atol=1e-4)


def test_onnx_keeps_names_sizes_and_description_for_every_reader(folder):
    proto = onnx.load(folder / "network.onnx")
    onnx.checker.check_model(proto, full_check=True)
    (given,) = proto.graph.input
    sizes = [axis.dim_param or axis.dim_value for axis in given.type.tensor_type.shape.dim]
    assert (given.name, sizes) == ("spectrogram", ["batch", 2, 71, 120])
    assert [output.name for output in proto.graph.output] == ["shape", "length_logits", "anchors"]
    (note,) = proto.metadata_props
    assert note.key == "radarkit" and json.loads(note.value)["r_fraction"] == 0.35
    assert {each.domain for each in proto.opset_import} == {""}  # nothing but ONNX itself


def test_the_page_opens_both_without_radarkit(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    names = {}
    text = PAGE.read_text("utf-8")
    for code in re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        assert "import radarkit" not in code
        exec(compile(code, PAGE.name, "exec"), names)
    assert "['shape', 'length_logits', 'anchors']" in capsys.readouterr().out
    np.testing.assert_allclose(names["anchors"], names["again"]["anchors"].detach(), atol=1e-4)
    assert names["length_s"].shape == (3,)


@pytest.mark.parametrize("command", ["export", "reconstruct"])
def test_another_framework_is_refused_in_one_line(folder, tmp_path, command):
    config, record = ModelConfig(preset="radarode", channels=2), RunRecord.load(folder / "run")
    (tmp_path / "other").mkdir()
    record.model_copy(update={"model": config}).save(tmp_path / "other")
    save_checkpoint(tmp_path / "other" / BEST, model=build_model(config), config=config, epoch=1)
    data = [str(folder / "data.h5")] if command == "reconstruct" else []
    output = tmp_path / ("ecg" if data else "net.pt2")
    done = CliRunner().invoke(app, [command, str(tmp_path / "other"), *data, "-o", str(output)])
    assert done.exit_code == 2 and "a run of radarODE" in done.stderr
    assert done.stderr.count("\n") == 1 and not output.exists()


def test_what_is_there_stays_without_force_and_a_missing_run_is_named(folder):
    before = (folder / "network.pt2").read_bytes()
    for run, output, said in (
        ("run", "network.pt2", "exists already"),
        ("data.h5", "new.pt2", "is no run"),
        ("run", "network.bin", "ends in .onnx or .pt2"),
    ):
        done = CliRunner().invoke(app, ["export", str(folder / run), "-o", str(folder / output)])
        assert done.exit_code == 2 and said in done.stderr and done.stderr.count("\n") == 1
    assert (folder / "network.pt2").read_bytes() == before
    assert not (folder / "new.pt2").exists() and not (folder / "network.bin").exists()
