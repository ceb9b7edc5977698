import csv
import json

import numpy as np
import pytest

from radarkit.errors import UserError
from radarkit.evaluation import robustness
from radarkit.evaluation.evaluate import evaluate
from radarkit.evaluation.frameworks import method_names
from radarkit.evaluation.noise_conditions import CLEAN, conditions_of
from radarkit.evaluation.noise_protocol import Protocol
from radarkit.evaluation.robustness import measured
from radarkit.evaluation.robustness_files import networks, write_robustness
from radarkit.evaluation.robustness_rows import noise_rows

from .runs import write_data, write_run

SIGNAL = conditions_of("signal")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with a data set and two runs on it that differ in their networks."""
    folder = tmp_path_factory.mktemp("robustness")
    data = write_data(folder / "data.h5")
    for seed, name in enumerate(("first", "second")):
        write_run(folder / name, data, seed=seed)
    return folder


def protocol(place, *runs, **more):
    paths = tuple(place / name for name in runs or ("first",))
    return Protocol(paths, place / "data.h5", **{"domains": ("signal",), **more})


def test_the_tables_are_those_of_the_paper():
    assert [c.label for c in SIGNAL] == [
        "clean", "constant 6 dB", "constant 3 dB", "constant 0 dB", "constant -1 dB",
        "constant -2 dB", "constant -3 dB", "mild 1 s", "mild 2 s", "mild 3 s", "extensive 1 s",
        "extensive 2 s", "extensive 3 s",
    ]  # fmt: skip
    noises = {c.label: c.noise for c in SIGNAL}
    assert noises["constant -3 dB"].snr_db == -3
    assert (noises["mild 2 s"].snr_db, noises["mild 2 s"].length_s) == (0, 2)
    assert (noises["extensive 3 s"].snr_db, noises["extensive 3 s"].share) == (-9, 0.2)


def test_every_run_meets_the_same_noise_and_every_row_is_an_evaluation_of_its_own(place, tmp_path):
    wanted = protocol(place, "first", "second", domains=("signal", "spectrogram"), seed=4)
    with measured(wanted, tmp_path / "out") as (folder, scores):
        assert not (tmp_path / "out").exists()
        (folder / "mine").write_text("kept")
    assert (tmp_path / "out" / "mine").read_text() == "kept"
    assert list(tmp_path.iterdir()) == [tmp_path / "out"]
    assert list(scores) == ["first", "second"] and len(scores["first"]) == 25
    network, _, classical = method_names(evaluate(place / "first", place / "data.h5").record)
    levels = set()
    for condition in SIGNAL:
        rows = [scores[run][condition][classical] for run in scores]
        assert rows[0] == rows[1]  # the classical detector knows no network: its noise is the same
        levels.add(rows[0][0]["ecg_rmse_mv"])
        assert scores["first"][condition][network] != scores["second"][condition][network]
    assert len(levels) > 10
    noise = SIGNAL[6].live(4)
    alone = evaluate(place / "second", place / "data.h5", noise=noise).trials[0].scores[network]
    found = scores["second"][SIGNAL[6]][network][0]
    assert found == {key: x if x == x else None for key, x in alone.items()}


def test_what_was_stopped_goes_on_where_it_was(place, tmp_path, monkeypatch):
    calls = []

    def stop_at(number):
        def counted(*args, **kwargs):
            if len(calls) == number:
                raise KeyboardInterrupt
            calls.append(kwargs["noise"])
            return evaluate(*args, **kwargs)

        monkeypatch.setattr(robustness, "evaluate", counted)

    def measure(**more):
        with measured(protocol(place, **more), tmp_path / "out") as (_, scores):
            return scores["first"]

    stop_at(4)
    with pytest.raises(UserError, match="interrupted with 4 of 13 conditions done; the same"):
        measure()
    assert not (tmp_path / "out").exists()
    with pytest.raises(UserError, match=r"begun with noise_seed = 0; expected 9; give another"):
        measure(seed=9)
    stop_at(None)
    resumed = measure()
    assert len(calls) == len(set(map(str, calls))) == 13  # none twice
    assert not (tmp_path / "out.unfinished").exists()
    with measured(protocol(place), tmp_path / "whole") as (_, scores):
        assert scores["first"] == resumed
    with pytest.raises(UserError, match="out exists already"):
        measure()


def test_force_begins_anew_and_keeps_the_old_output_until_the_end(place, tmp_path, monkeypatch):
    (tmp_path / "out").write_text("mine")
    (tmp_path / "out.unfinished").mkdir()
    (tmp_path / "out.unfinished" / "stale").touch()
    monkeypatch.setattr(robustness, "_scores", lambda *_: {})  # which others test
    with measured(protocol(place), tmp_path / "out", force=True):
        assert (tmp_path / "out").read_text() == "mine"
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["protocol.json"]


@pytest.mark.parametrize("fault", ["run", "data", "twice"])
def test_what_cannot_be_measured_leaves_nothing(place, tmp_path, fault):
    runs = {"run": ("first", "nothing"), "data": ("first",), "twice": ("first", "first")}[fault]
    data = place / ("nothing.h5" if fault == "data" else "data.h5")
    wanted = Protocol(tuple(place / name for name in runs), data, ("signal",))
    with pytest.raises(UserError), measured(wanted, tmp_path / "out"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_json_csv_and_picture_hold_the_same_rows_beside_the_printed_ones(place, tmp_path):
    wanted = protocol(place, allow_seen=True)
    with measured(wanted, tmp_path / "out") as (folder, scores):
        rows = noise_rows(scores)
        write_robustness(folder, rows, wanted.domains, wanted.made_from())
    content = json.loads((tmp_path / "out" / "robustness.json").read_text())
    (run,) = content["runs"]
    assert len(run["subjects"]) == 3 and len(run["subjects_seen_in_training"]) == 2
    assert "other people" in content["printed_rows"]
    with (tmp_path / "out" / "robustness.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    assert len(rows) == len(content["rows"]) == len(table) == 13 * 3
    assert len(networks(rows)) == 13
    for row, nested, line in zip(rows, content["rows"], table, strict=True):
        assert row.method == nested["method"] == line["method"]
        for key in row.values:
            assert nested[key] == (row.values[key] if np.isfinite(row.values[key]) else None)
            assert line[key] == ("" if nested[key] is None else str(nested[key]))
    last = content["rows"][-1]["printed"]["radarODE-MTL"]
    assert last["delta_m_percent"] == -8.74 and last["missed_detection_rate"] == 0.051
    assert (tmp_path / "out" / "robustness-signal.png").read_bytes()[:4] == b"\x89PNG"
    assert {row.condition for row in rows} >= {CLEAN}
