"""``radarkit eval`` beyond the plain report, which is in test_workflow.py."""

import json

import numpy as np
import pytest
import wfdb
from typer.testing import CliRunner

from radarkit.cli.main import app

from ..evaluation.runs import write_data, write_run
from .conftest import run


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("eval")
    data = write_data(folder / "data.h5")
    write_run(folder / "run", data)
    write_run(folder / "other", data, seed=1)
    return folder


@pytest.fixture
def evaluate(tmp_path, monkeypatch):
    """Run ``radarkit eval`` in this process, which has loaded everything already."""
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(app, ["eval", *map(str, arguments)])


def rows_of(folder):
    content = json.loads((folder / "robustness.json").read_text())
    assert [each["run"] for each in content["runs"]] == ["run", "other"]
    return content["rows"]


def test_noise_tables_of_two_runs(evaluate, place, tmp_path):
    done = evaluate(place / "run", place / "other", place / "data.h5", "--robustness", "-o", "out")
    assert done.exit_code == 0, done.stderr
    assert "run: noise in the signal" in done.stdout and "other: noise in the" in done.stdout
    assert "MMECG data set, other people" in done.stdout and "-13.3" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    rows = rows_of(tmp_path / "out")
    assert len(rows) == 2 * 13 * 3
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "http" not in page and page.count("data:image/png") == 1
    # a line for each row, and one for each condition of the printed frameworks
    assert page.count('<tr><th scope="row">') == len(rows) + 13 * 3
    assert page.count(">-13.3</td>") == 2 * 2 - 1  # printed, beside both runs and alone


@pytest.mark.slow
def test_two_processes_measure_what_one_does(evaluate, place, tmp_path):
    asked = (place / "run", place / "other", place / "data.h5", "--robustness")
    assert evaluate(*asked, "-o", "one").exit_code == 0
    done = run("eval", *asked, "-o", "two", "--jobs", 2, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for alone, shared in zip(rows_of(tmp_path / "one"), rows_of(tmp_path / "two"), strict=True):
        assert alone["run"] == shared["run"] and alone["method"] == shared["method"]
        for key in ("missed_detection_rate", "f1", "rmse_mv"):
            expected = None if alone[key] is None else pytest.approx(alone[key], abs=1e-4)
            assert shared[key] == expected


def test_saved_ecgs_are_those_of_the_subjects_that_were_scored(evaluate, place, tmp_path):
    done = evaluate(place / "run", place / "data.h5", "-o", "out", "--save-ecg", "--allow-seen")
    assert done.exit_code == 0, done.stderr
    assert "subjects seen in training are among them" in done.stdout
    split = json.loads((place / "run" / "run.json").read_text())["split"]
    metrics = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert sorted(metrics["subjects_seen_in_training"]) == sorted(
        [*split["train"], *split["validation"]]
    )
    headers = sorted((tmp_path / "out" / "ecg").glob("*.hea"))
    everybody = sorted(name for names in split.values() for name in names)
    assert [path.stem for path in headers] == [f"{name}-1" for name in everybody]
    for path in headers:
        record = wfdb.rdrecord(str(path.with_suffix("")))
        assert record.sig_len == 12 * 200 and np.isfinite(record.p_signal).all()


def test_without_the_flag_the_results_say_that_nobody_was_seen(evaluate, place, tmp_path):
    done = evaluate(place / "run", place / "data.h5", "-o", "out")
    assert done.exit_code == 0, done.stderr
    metrics = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert metrics["subjects_seen_in_training"] == []
    assert not (tmp_path / "out" / "ecg").exists()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("{data}",), "expected RUN DATA"),
        (("{run}", "{other}", "{data}"), "2 runs for one report; expected one run, or --robust"),
        (("{run}", "{data}", "--jobs", "2"), "--jobs 2 without --robustness"),
        (("{run}", "{data}", "--domain", "both"), "--domain both without --robustness"),
        (("{run}", "{data}", "--robustness", "--domain", "time"), "--domain time; expected signal"),
        (("{run}", "{data}", "--robustness", "--save-ecg"), "--save-ecg with --robustness"),
        (("{run}", "{run}", "{data}", "--robustness"), "the same run twice"),
        (("{run}", "{data}", "--robustness", "-o", "no/out"), "no folder no to write out"),
    ],
)
def test_options_that_do_not_go_together(refused, place, more, words):
    names = {"run": place / "run", "other": place / "other", "data": place / "data.h5"}
    arguments = [argument.format(**names) for argument in more]
    if "-o" not in arguments:
        arguments += ["-o", "out"]
    assert words in refused("eval", *arguments)


@pytest.mark.parametrize("more", [(), ("--allow-seen",), ("--robustness",)])
def test_a_split_that_leaks_is_refused_whatever_is_allowed(refused, place, tmp_path, more):
    leaked = tmp_path / "leaked"
    leaked.mkdir()
    for path in (place / "run").iterdir():
        (leaked / path.name).write_bytes(path.read_bytes())
    record = json.loads((leaked / "run.json").read_text())
    (name,) = record["split"]["test"]
    record["split"]["train"].append(name)
    (leaked / "run.json").write_text(json.dumps(record))
    line = refused("eval", leaked, place / "data.h5", "-o", "out", *more)
    assert f"subject {name} is in train and in test" in line
