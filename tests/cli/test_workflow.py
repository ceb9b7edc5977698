"""The whole way through the command line: raw captures to a report."""

import json

import numpy as np
import pytest

from radarkit.datasets.reader import Dataset

from .conftest import run

SECONDS = 24


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("workflow")


@pytest.fixture(scope="module")
def captures(folder):
    # a chest that moves as one: what several points in one range bin add up to has no one truth
    (folder / "stiff.toml").write_text('extends = "lying"\n[people.chest]\nbreath_spread = 0\n')
    done = run(
        "simulate", "stiff.toml", "-o", "truth.h5", "--raw", "captures", "--subjects", 4,
        "--duration", SECONDS, "--channels", 3, "--seed", 5, cwd=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return sorted((folder / "captures").glob("*.bin"))


@pytest.fixture(scope="module")
def extracted(folder, captures):
    done = run(
        "extract", *captures, "-c", "captures/radar.toml", "-o", "data", "--label", "truth.h5",
        "--channels", 4, "--report", "extract.json", cwd=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder / "data"


@pytest.fixture(scope="module")
def trained(folder, extracted):
    done = run("train", "data", "-o", "run", "--epochs", 2, "--seed", 3, cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / "run"


def test_extraction_gives_back_the_displacement_that_was_simulated(folder, extracted):
    truth, found = Dataset(folder / "truth.h5"), Dataset(extracted)
    assert [t.name for t in found.trials] == [t.name for t in truth.trials]
    for true, seen in zip(truth.trials, found.trials, strict=True):
        # points of the chest move alike but for some tens of um; each channel mixes them
        mean = truth.recording(true).radar.astype(float).mean(axis=0)
        mean -= mean.mean()
        for channel in found.recording(seen).radar.astype(float):
            moved = channel - channel.mean()
            assert (moved @ mean) / np.sqrt((moved @ moved) * (mean @ mean)) >= 0.99
            assert moved @ mean / (mean @ mean) == pytest.approx(1, abs=0.01)


def test_labels_come_with_the_captures_unchanged(folder, extracted):
    truth, found = Dataset(folder / "truth.h5"), Dataset(extracted)
    for true, seen in zip(truth.trials, found.trials, strict=True):
        for label, original in zip(found.labels(seen), truth.labels(true), strict=True):
            np.testing.assert_array_equal(label, original)


def test_the_extraction_report_has_rate_and_range_of_every_capture(folder, captures, extracted):
    reports = json.loads((folder / "extract.json").read_text())
    assert set(reports) == {capture.stem for capture in captures}
    truth = Dataset(folder / "truth.h5")
    for trial in truth.trials:
        report = reports[trial.name]
        assert report["capture"]["frames"] == SECONDS * 200
        assert report["capture"]["frames_dropped"] == report["health"]["clipped_fraction"] == 0
        assert 0.4 < report["range_m"] < 1.3
        _, peaks = truth.labels(trial)
        slow, fast = np.percentile(12_000 / np.diff(peaks), (5, 95))
        assert slow < report["heart_rate_per_min"] < fast


def test_a_run_keeps_its_configuration_split_and_checkpoints(trained):
    record = json.loads((trained / "run.json").read_text())
    split = record["split"]
    assert sum(len(names) for names in split.values()) == 4
    assert record["train"]["strategy"]["name"] == "ega" and record["train"]["seed"] == 3
    assert {"radarkit", "torch", "numpy"} <= set(record["versions"])
    assert (trained / "best.pt").is_file() and (trained / "last.pt").is_file()
    epochs = [json.loads(line) for line in (trained / "metrics.jsonl").read_text().splitlines()]
    assert [row["epoch"] for row in epochs] == [0, 1]
    assert set(epochs[1]["train"]) == {"shape", "length", "anchors"}


def test_the_same_seed_trains_the_same_network(folder, trained):
    again = run("train", "data", "-o", "again", "--epochs", 2, "--seed", 3, cwd=folder)
    assert again.returncode == 0, again.stderr
    first, second = (
        [json.loads(line) for line in (path / "metrics.jsonl").read_text().splitlines()]
        for path in (trained, folder / "again")
    )
    for row in (*first, *second):
        del row["windows_per_s"]
    assert first == second


def test_evaluation_writes_scores_figures_and_one_self_contained_page(folder, trained):
    done = run("eval", "run", "data", "-o", "report", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "report/report.html" in done.stdout
    metrics = json.loads((folder / "report" / "metrics.json").read_text())
    assert len(metrics["methods"]) == 3
    split = json.loads((trained / "run.json").read_text())["split"]
    for method in metrics["methods"].values():
        assert [row["subject"] for row in method["subjects"]] == split["test"]
        assert {"rmse_mv", "pcc", "ppi_error_ms", "r_timing_error_ms", "f1"} <= set(method["all"])
    page = (folder / "report" / "report.html").read_text()
    assert page.count("data:image/") >= 5
    assert "http://" not in page.replace("http://www.w3.org", "") and "https://" not in page
    assert len(list((folder / "report" / "figures").glob("*.png"))) >= 5


def test_subjects_seen_in_training_are_refused(folder, trained):
    split = json.loads((trained / "run.json").read_text())["split"]
    (folder / "seen").mkdir()
    for name in split["train"]:
        (folder / "seen" / f"{name}.h5").write_bytes((folder / f"data/{name}-1.h5").read_bytes())
    done = run("eval", "run", "seen", "-o", "never", cwd=folder)
    assert done.returncode == 2
    assert "were used in training the run" in done.stderr
    assert not (folder / "never").exists()


def test_info_prints_what_is_in_each_kind_of_file(folder, extracted, trained):
    for path, words in {
        "data": ("radarkit data set, schema version 1", "4 subjects", "displacement"),
        "captures/radar.toml": ("range bin", "wavelength", "bytes per minute"),
        "run": ("compact", "ega", "left for testing"),
    }.items():
        done = run("info", path, cwd=folder)
        assert done.returncode == 0, done.stderr
        for word in words:
            assert word in done.stdout


def test_the_same_seed_simulates_the_same_bytes(folder):
    for name in ("one.h5", "two.h5"):
        done = run(
            "simulate", "-o", name, "--subjects", 2, "--duration", 12, "--seed", 9, "--snr-db", 3,
            "--movement-db", -9, cwd=folder,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    assert (folder / "one.h5").read_bytes() == (folder / "two.h5").read_bytes()
