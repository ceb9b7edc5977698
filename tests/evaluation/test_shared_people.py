"""A split that was published with people in two parts: whatever is scored on them says so."""

import dataclasses
import json

import pytest
from typer.testing import CliRunner

from radarkit.cli.main import app
from radarkit.datasets.build import spectrogram_of
from radarkit.datasets.reader import Dataset
from radarkit.datasets.splits import Split
from radarkit.datasets.store import create
from radarkit.evaluation.evaluate import evaluate
from radarkit.evaluation.noise_protocol import Protocol
from radarkit.training.run import RunRecord

from .runs import write_data, write_run

SPLIT = Split(train=("ann_shared_train",), validation=("bob",), test=("ann_shared_test",))
SEEN = "ann_shared_test (as ann_shared_train)"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Data of two people, one of whom has two names, a run on them, and their split."""
    folder = tmp_path_factory.mktemp("shared")
    source = Dataset(write_data(folder / "source.h5"))
    names = [name for names in SPLIT.parts.values() for name in names]
    with create(folder / "data.h5", config={}, seed=None) as writer:
        for header, name in zip(source.trials, names, strict=True):
            recording = dataclasses.replace(source.recording(header), subject=name)
            writer.add(recording, spectrogram_of(recording))
    write_run(folder / "run", folder / "data.h5")
    assert RunRecord.load(folder / "run").split == SPLIT
    lists = (f'{part} = ["{name}"]\n' for part, name in zip(SPLIT.parts, names, strict=True))
    (folder / "split.toml").write_text("".join(lists))
    return folder


@pytest.fixture
def call(place, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(app, ["eval", *map(str, arguments)])


def test_a_report_on_somebody_known_under_another_name_says_so(call, place, tmp_path):
    done = call(place / "run", place / "data.h5", "-o", "report")
    assert done.exit_code == 0, done.stderr
    assert f"subjects seen in training are among them: {SEEN}\n" in done.stdout
    metrics = json.loads((tmp_path / "report" / "metrics.json").read_text())
    assert metrics["subjects_seen_in_training"] == ["ann_shared_test"]
    page = (tmp_path / "report" / "report.html").read_text("utf-8")
    assert f"Not a test: the network has learnt from {SEEN}" in page
    assert "a run on people it has seen" in page
    # its commands are those that make it: nothing had to be allowed
    assert " --split SPLIT.toml" in page and "--allow-seen" not in page


def test_all_names_that_are_allowed_are_seen(place):
    known = evaluate(place / "run", place / "data.h5", allow_seen=True).seen
    assert known == {
        "ann_shared_train": "ann_shared_train",
        "bob": "bob",
        "ann_shared_test": "ann_shared_train",
    }


def test_the_noise_tables_list_them(place):
    (run,) = Protocol((place / "run",), place / "data.h5", ("signal",), 0).made_from()["runs"]
    assert run["subjects"] == run["subjects_seen_in_training"] == ["ann_shared_test"]


def test_strategies_are_trained_on_such_a_split_only_when_it_is_named(call, place, tmp_path):
    asked = (place / "data.h5", "--strategies", "-o", "out", "--only", "uw", "--epochs", 1,
             "--set", "batch_size=4", "--set", "window.hop_s=4")  # fmt: skip
    done = call(*asked)
    assert done.exit_code == 2 and "the same people under several names" in done.stderr
    assert "give --split" in done.stderr and not list(tmp_path.iterdir())
    done = call(*asked, "--split", place / "split.toml")
    assert done.exit_code == 0, done.stderr
    told = f"Not a test: the networks have learnt from {SEEN}"
    assert told in done.stdout
    content = json.loads((tmp_path / "out" / "strategies.json").read_text())
    assert content["subjects_seen_in_training"] == ["ann_shared_test"]
    assert content["split"] == SPLIT.model_dump(mode="json")
    assert content["people"] == {"0": ["ann_shared_test"]}
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert told in page and "who were not in its training" not in page
    assert f"-o out --strategies --seeds 1 --split {place / 'split.toml'} --only uw" in page
    for run in (tmp_path / "out" / "runs").iterdir():
        assert RunRecord.load(run).split == SPLIT


def test_a_cross_validation_of_people_with_several_names_is_refused(call, place, tmp_path):
    done = call(place / "data.h5", "--cross-validate", "loso", "-o", "out")
    assert done.exit_code == 2 and "import without --share-people" in done.stderr
    assert not list(tmp_path.iterdir())
