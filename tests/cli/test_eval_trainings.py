"""``radarkit eval`` where it trains: the table of strategies, and cross-validation."""

import csv
import json

import pytest
from typer.testing import CliRunner

from radarkit.cli.main import app
from radarkit.cli.strategies_table import strategies_table
from radarkit.evaluation.strategy_rows import Interval, StrategyRow

from ..evaluation.runs import write_data, write_run
from .conftest import run

QUICK = ("--epochs", 1, "--set", "batch_size=4", "--set", "window.hop_s=4")
TWO = ("--only", "uw", "--only", "ega:temperature=0.5")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trainings")
    data = write_data(folder / "data.h5")
    write_run(folder / "run", data)
    return folder


@pytest.fixture
def evaluate(tmp_path, monkeypatch):
    """Run ``radarkit eval`` in this process, which has loaded everything already."""
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(app, ["eval", *map(str, arguments)])


def test_the_table_of_two_strategies_and_then_of_another_seed(evaluate, place, tmp_path):
    asked = (place / "data.h5", "--strategies", "-o", "out", *QUICK, *TWO)
    done = evaluate(*asked)
    assert done.exit_code == 0, done.stderr
    assert "1/3 trainings: single-task, seed 0" in done.stdout
    assert "eccentric vector of ega:temperature=0.5 first leaves 1 in epoch 7" in done.stdout
    assert "One seed" in done.stdout
    assert "as printed (MMECG data set, people shared with the training)" in done.stdout
    out = tmp_path / "out"
    content = json.loads((out / "strategies.json").read_text())
    names = ["single-task", "uw", "ega:temperature=0.5"]
    assert [row["name"] for row in content["rows"]] == names
    assert content["rows"][1]["printed"]["delta_m_percent"] == 5.95
    assert content["config"]["epochs"] == 1 and len(content["people"]["0"]) == 1
    with (out / "strategies.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    for row, line in zip(content["rows"], lines, strict=True):
        for key in ("name", "trials", "missed_detection_rate", "delta_m_percent"):
            assert line[key] == ("" if row[key] is None else str(row[key]))
    page = (out / "report.html").read_text("utf-8")
    assert "http" not in page and page.count("data:image/png") == 3 * 2
    assert page.count('<tr><th scope="row">') + page.count('<tr class="model">') == 3 + 3 + 17
    assert (out / "strategies.png").read_bytes()[:4] == b"\x89PNG"

    done = evaluate(*asked, "--seeds", 2, "--resume")
    assert done.exit_code == 0, done.stderr
    assert "4/6 trainings: single-task, seed 1" in done.stdout
    assert "1/6" not in done.stdout and "One seed" not in done.stdout
    later = json.loads((out / "strategies.json").read_text())
    for row, before in zip(later["rows"], content["rows"], strict=True):
        assert row["seeds"] == [0, 1] and row["by_seed"]["0"] == before["by_seed"]["0"]


def test_the_table_fits_a_terminal_of_80_columns(capsys):
    from rich.console import Console

    values = {
        "rmse_mv": 0.123, "pcc": -0.123, "ppi_error_ms": 1234.5, "missed_detection_rate": 1.0,
        "r_timing_error_ms_offset_removed": 123.4,
    }  # fmt: skip
    rows = [
        StrategyRow("ega:temperature=0.5", (0, 1, 2), values, {}, 9, (), Interval(*found))
        for found in ((-12.3, -22.1, -10.9), (-112.3, -122.1, -109.9))
    ]
    Console(width=80).print(strategies_table(rows))
    shown = capsys.readouterr().out
    assert "[-122.1," in shown and "-109.9]" in shown
    assert "1234.5" in shown and "12.1" in shown and "…" not in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_a_cross_validation_leaves_one_report(evaluate, place, tmp_path):
    done = evaluate(
        place / "data.h5", "--cross-validate", 3, "-o", "out", *QUICK, "--save-ecg"
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    assert "3/3 folds: fold 2" in done.stdout
    assert "report: out/report.html, of 3 runs together" in done.stdout
    metrics = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert sorted(metrics["fold_of_subject"].values()) == [0, 1, 2]
    for fold in metrics["folds"]:
        assert [metrics["fold_of_subject"][name] for name in fold["test"]] == [fold["fold"]]
    assert metrics["subjects_seen_in_training"] == []
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "trained 3 times, each time without one of the 3 people" in page
    assert len(list((tmp_path / "out" / "ecg").glob("*.hea"))) == 3


@pytest.mark.slow
def test_two_processes_train_what_one_does(evaluate, place, tmp_path):
    asked = (place / "data.h5", "--strategies", *QUICK, *TWO)
    assert evaluate(*asked, "-o", "one").exit_code == 0
    done = run("eval", *asked, "-o", "two", "--jobs", 2, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    one, two = (
        json.loads((tmp_path / name / "strategies.json").read_text())["rows"]
        for name in ("one", "two")
    )
    for alone, shared in zip(one, two, strict=True):
        assert alone["name"] == shared["name"]
        for key in ("rmse_mv", "missed_detection_rate", "ppi_error_ms"):
            assert shared[key] == pytest.approx(alone[key], rel=1e-3)


@pytest.mark.slow
def test_two_processes_score_the_folds_as_one_does(place, tmp_path):
    for name, jobs in (("one", 1), ("two", 2)):
        done = run("eval", place / "data.h5", "--cross-validate", 3, "-o", name, *QUICK,
                   "--jobs", jobs, cwd=tmp_path)  # fmt: skip
        assert done.returncode == 0, done.stderr
    one, two = (json.loads((tmp_path / n / "metrics.json").read_text()) for n in ("one", "two"))
    assert one == two


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--strategies", "--cross-validate", "3"), "--strategies with --cross-validate; expected"),
        (("--strategies", "--robustness"), "--robustness with --strategies; expected one"),
        (("--only", "uw"), "--only uw without --strategies"),
        (("--seeds", "2"), "--seeds 2 without --strategies"),
        (("--cross-validate", "3", "--leading", "2"), "--leading 2 without --strategies"),
        (("--cross-validate", "3", "--resume"), "--resume without --strategies"),
        (("--cross-validate", "3", "--split", "a.toml"), "--split a.toml with --cross-validate, w"),
        (("--split", "mine.toml"), "--split mine.toml without --strategies"),
        (("--strategies", "--split", "mmecg"), "no split mmecg; expected mmecg-by-subject"),
        (("--epochs", "2"), "--epochs 2 without --strategies or --cross-validate"),
        (("--set", "epochs=2", "--robustness"), "--set epochs=2 without --strategies or"),
        (("--strategies", "--save-ecg"), "--save-ecg with --strategies"),
        (("--strategies", "--allow-seen"), "--allow-seen with --strategies"),
        (("--strategies", "--leading", "2"), "--leading 2 with one seed"),
        (("--strategies", "--only", "magic"), "no strategy 'magic'"),
        (("--strategies", "--only", "uw", "--only", "uw"), "--only uw and uw are the same"),
        (("--strategies", "--epochs", "0"), "--epochs 0"),
        (("--strategies", "--set", "gradient_space=features"), "moco with gradients of the"),
        (("--strategies", "--device", "tpu"), "--device tpu"),
        (("--strategies", "-o", "no/out"), "no folder no to write out"),
        (("--cross-validate", "4"), "4 fold(s) of 3 subject(s)"),
        (("--cross-validate", "all"), "--cross-validate all; expected a number of folds, or loso"),
    ],
)
def test_options_that_do_not_go_together(refused, place, more, words):
    arguments = [place / "data.h5", *more]
    if "-o" not in more:
        arguments += ["-o", "out"]
    assert words in refused("eval", *arguments)


@pytest.mark.parametrize("mode", [("--strategies",), ("--cross-validate", "3")])
def test_runs_and_data_that_are_none_are_refused(refused, place, mode):
    line = refused("eval", place / "run", place / "data.h5", "-o", "out", *mode)
    assert f"2 paths with {mode[0]}; expected DATA alone" in line
    assert "nothing.h5" in refused("eval", place / "nothing.h5", "-o", "out", *mode)
