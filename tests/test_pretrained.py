"""The run that ships with radarkit: it is whole, it is what it says, and the commands use it."""

import json
import shutil
import tomllib
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from radarkit.cli.main import app
from radarkit.datasets.recipes import load_recipe
from radarkit.datasets.simulation import SimulationConfig, simulate_dataset
from radarkit.pretrained import READER, run_folder, shipped_run
from radarkit.training.checkpoint import load_model, read_checkpoint
from radarkit.training.metrics_log import read_history
from radarkit.training.model_card import MODEL_CARD, write_model_card
from radarkit.training.presets import load_config
from radarkit.training.run import BEST, RunRecord

from .docs_pages import ROOT

RUN = shipped_run()


def call(*arguments):
    done = CliRunner().invoke(app, [*map(str, arguments)])
    assert done.exit_code == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Somebody whom no run has seen, 16 s in front of eight channels."""
    where = tmp_path_factory.mktemp("shipped")
    recipe = load_recipe("lying", subjects=1, duration_s=16, channels=8)
    simulate_dataset(where / "data.h5", SimulationConfig(recipe=recipe, seed=77))
    return where


def test_the_shipped_network_is_small_whole_and_finite():
    files = {path.name: path.stat().st_size for path in RUN.iterdir()}
    assert set(files) == {"run.json", "metrics.jsonl", BEST, MODEL_CARD}
    assert sum(files.values()) < 10e6
    weights = load_model(RUN / BEST).state_dict()
    assert all(torch.isfinite(values).all() for values in weights.values())
    best = min(read_history(RUN), key=lambda row: row["validation_score"])
    assert read_checkpoint(RUN / BEST)["epoch"] == best["epoch"] + 1


def test_everything_in_its_folder_is_in_the_package():
    options = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    assert "radarkit.pretrained" in options["packages"]
    patterns = options["package-data"]["radarkit.pretrained"]
    packed = {path for pattern in patterns for path in RUN.parent.glob(pattern)}
    there = {path for path in RUN.parent.rglob("*") if path.suffix not in (".py", ".pyc")}
    assert packed == {path for path in there if path.is_file()}


def test_everybody_it_was_made_with_is_of_the_simulated_recipe_it_names():
    record = RunRecord.load(RUN)
    parts = (record.split.train, record.split.validation, record.split.test)
    named = sorted(name for part in parts for name in part)
    recipe = load_recipe("varied")
    assert named == sorted(f"sim11_{number:02d}" for number in range(1, recipe.subjects + 1))
    told = json.loads(record.data["config_json"])
    assert told["recipe"]["description"] == recipe.description and told["ecg"] is None


def test_the_configuration_beside_it_is_that_of_its_training():
    config = load_config(file=RUN.parent / "shipped.toml")
    assert config.model_copy(update={"seed": 1}) == RunRecord.load(RUN).train


def test_its_model_card_is_the_one_that_the_run_gives(tmp_path):
    write_model_card(tmp_path, RunRecord.load(RUN), read_history(RUN))
    card = (RUN / MODEL_CARD).read_text("utf-8")
    assert card == (tmp_path / MODEL_CARD).read_text("utf-8")
    assert "It is **not** for" in card and "its data set is simulated" in card


def test_without_a_run_the_shipped_one_reads_and_says_so(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shipped").mkdir()  # somebody's own, and not asked for
    said = call("reconstruct", folder / "data.h5", "-o", folder / "default")
    assert f"read by {READER}\n" in said
    assert said == call("reconstruct", RUN, folder / "data.h5", "-o", folder / "by-path").replace(
        "by-path", "default"
    )
    for name in ("summary.json", "sim77_01-1.csv", "sim77_01-1.beats.csv"):
        made = (folder / "default" / name).read_bytes()
        assert made == (folder / "by-path" / name).read_bytes()
    summary = json.loads((folder / "default" / "summary.json").read_text())
    assert summary["read_by"] == READER
    (found,) = summary["recordings"]
    assert found["heartbeat_found"] and found["beats"] > 10


def test_a_run_of_the_users_own_is_named_instead(folder, tmp_path):
    own = shutil.copytree(RUN, tmp_path / "own")
    said = call("reconstruct", own, folder / "data.h5", "-o", tmp_path / "ecg.json")
    assert "ships" not in said
    assert json.loads((tmp_path / "ecg.json").read_text())["read_by"] == f"the run {own}"


def test_by_its_name_it_is_scored_and_finds_the_beats_of_somebody_unseen(folder):
    call("eval", "shipped", folder / "data.h5", "-o", folder / "report")
    found = json.loads((folder / "report" / "metrics.json").read_text())
    assert found["subjects_seen_in_training"] == []
    network, *_ = (method["all"] for method in found["methods"].values())
    assert network["missed_detection_rate"] < 0.1 and network["precision"] > 0.9
    assert network["r_timing_error_ms_offset_removed"] < 20
    page = (folder / "report" / "report.html").read_text("utf-8")
    assert "radarkit eval shipped " in page and str(RUN) not in page


def test_by_its_name_it_is_described(monkeypatch):
    monkeypatch.setenv("COLUMNS", "400")
    said = call("info", "shipped")
    assert str(RUN) in said and "varied" in said


def test_a_folder_of_the_user_goes_before_the_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run_folder(Path("shipped")) == RUN
    (tmp_path / "shipped").mkdir()
    assert run_folder(Path("shipped")) == Path("shipped")


@pytest.mark.parametrize(
    ("paths", "said"),
    [
        ((RUN,), f"the run {RUN} alone"),
        ((RUN, "a.bin", "b.bin"), "no capture or data set at a.bin"),
    ],
)
def test_paths_that_are_no_capture_are_refused_in_one_line(paths, said, tmp_path):
    arguments = ["reconstruct", *map(str, paths), "-o", str(tmp_path / "ecg")]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 2 and said in done.stderr and done.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())
