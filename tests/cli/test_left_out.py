"""People of a data set who are in no part of a split: neither learnt from nor tested, and named."""

import json
import shutil

import h5py
import pytest
from typer.testing import CliRunner

from radarkit.cli.main import app
from radarkit.datasets import Dataset
from radarkit.evaluation.noise_protocol import Protocol

from ..datasets.importers import fabricate as make
from ..evaluation.runs import write_data, write_run


def call(*arguments):
    return CliRunner().invoke(app, [*map(str, arguments)])


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Three people, and a run that was trained on the first, tests the second and no third."""
    folder = tmp_path_factory.mktemp("left_out")
    write_run(folder / "run", write_data(folder / "data.h5"))
    record = json.loads((folder / "run" / "run.json").read_text())
    one, two, three = Dataset(folder / "data.h5").subjects
    record["split"] = {"train": [one], "validation": [], "test": [two], "left_out": [three]}
    (folder / "run" / "run.json").write_text(json.dumps(record))
    return folder


def scored(folder):
    rows = next(iter(json.loads((folder / "metrics.json").read_text())["methods"].values()))
    return [row["subject"] for row in rows["trials"]]


def test_they_are_not_scored_and_said_to_be_left_out(place, tmp_path):
    _, two, three = Dataset(place / "data.h5").subjects
    done = call("eval", place / "run", place / "data.h5", "-o", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert scored(tmp_path / "out") == [two]
    assert f"\nnot used, in no part of the split: {three}\n" in done.stdout
    protocol = Protocol((place / "run",), place / "data.h5", ("signal",))
    (run,) = protocol.made_from()["runs"]
    assert (run["subjects"], run["subjects_left_out"]) == ([two], [three])
    assert f"not used │ {three}" in " ".join(call("info", place / "run").stdout.split())


def test_everybody_is_scored_where_that_was_asked_for(place, tmp_path):
    given = (place / "run", place / "data.h5", "-o", tmp_path / "out", "--allow-seen")
    done = call("eval", *given)
    assert done.exit_code == 0, done.output
    assert scored(tmp_path / "out") == list(Dataset(place / "data.h5").subjects)
    assert "not used" not in done.stdout


def test_what_was_lost_of_the_scored_trials_is_said(place, tmp_path):
    """Scores do not leave lost stretches out, so whoever reads them has to know."""
    shutil.copy(place / "data.h5", tmp_path / "data.h5")
    with h5py.File(tmp_path / "data.h5", "r+") as file:
        for trial in file["trials"].values():
            trial["valid"][400:1000] = False
    done = call("eval", place / "run", tmp_path / "data.h5", "-o", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert "\n3 s of what is scored were lost by radar or ECG: beats there count" in done.stdout


@pytest.mark.slow
def test_a_run_remembers_whom_its_split_left_out(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make.write_mmecg(tmp_path / "mmecg", (1, 3, 5, 57, 90), seconds=10.0)
    assert call("import", "mmecg", "mmecg", "-o", "data").exit_code == 0
    (tmp_path / "mine.toml").write_text('train = ["1"]\nvalidation = ["2"]\ntest = ["29"]\n')
    done = call("train", "data", "-o", "run", "--epochs", 1, "--split", "mine.toml")
    assert done.exit_code == 0, done.output
    assert "not used, in no part of the split: 5, 30\n" in done.stdout
    done = call("eval", "run", "data", "-o", "report")
    assert done.exit_code == 0, done.output
    assert scored(tmp_path / "report") == ["29"]
    assert "not used, in no part of the split: 5, 30\n" in done.stdout
    # the names of another data set are strangers, but for those that the run knows
    make.write_mmecg(tmp_path / "others", (5, 24), seconds=10.0)
    assert call("import", "mmecg", "others", "-o", "more").exit_code == 0
    done = call("eval", "run", "more", "-o", "second")
    assert done.exit_code == 0, done.output
    assert scored(tmp_path / "second") == ["10"]
