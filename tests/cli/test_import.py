"""``radarkit import`` as its users meet it: what it says, what it refuses, and to a trained run."""

import json
import re
import shlex
import shutil
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat
from typer.testing import CliRunner

from radarkit.cli.main import app
from radarkit.datasets import Dataset

from ..datasets.importers import fabricate as make


def call(*arguments):
    return CliRunner().invoke(app, [*map(str, arguments)])


@pytest.fixture
def files(tmp_path):
    """A folder beside the one that commands run in."""
    folder = tmp_path.parent / f"{tmp_path.name}-files"
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)


def mmecg(**changes):
    return lambda folder: savemat(folder / "57.mat", {"data": make.mmecg_struct(57, **changes)})


def schellenberger(**changes):
    fields = make.schellenberger_fields(1, **changes)
    return lambda folder: savemat(folder / "GDN0001_1_Resting.mat", fields)


def shi(**changes):
    fields = make.shi_fields(1, **changes)
    return lambda folder: savemat(folder / "DATASET_2017-02-16_10-56-05_Person 11.mat", fields)


def released(spoil):
    def write(folder):
        inside = make.Released(1, seconds=14).write(folder / "obj1_NB_1_", "sce")
        spoil(inside)

    return write


def other(name, **variables):
    return lambda folder: savemat(folder / name, variables)


NAN = np.full((4800 * 5, 1), np.nan)
BAD = [
    ("mmecg", other("57.mat", x=1), "57.mat holds x; expected a field data"),
    ("mmecg", other("57.mat", data=np.eye(3)), "data in 57.mat is no struct"),
    ("mmecg", mmecg(RCG=None), "expected a field RCG"),
    ("mmecg", mmecg(ECG=None), "expected a field ECG"),
    ("mmecg", mmecg(ECG=np.zeros((100, 1))), "2400, 3) and 100 samples of ECG"),
    ("mmecg", mmecg(posXYZ=np.zeros((2, 3))), "a posXYZ of shape (2, 3); expected (3, 3)"),
    ("mmecg", mmecg(id=30), "is of subject 30; expected subject 29, who made trial 57"),
    ("mmecg", mmecg(physistatus="XX"), "the physistatus XX; expected one of NB"),
    ("mmecg", mmecg(physistatus=np.arange(3)), "the physistatus of no text; expected one of NB"),
    ("mmecg", mmecg(id=29.4), "id in 57.mat is 29.4; expected a whole number"),
    ("mmecg", mmecg(seconds=5.0), "RCG and ECG in 57.mat lasts 5 s at 200 Hz; expected at least 8"),
    ("mmecg", mmecg(posXYZ=np.full((3, 3), np.nan)), "9 of 9 numbers of posXYZ in 57.mat are NaN"),
    ("mmecg", mmecg(RCG="none"), "RCG in 57.mat is text"),
    ("mmecg", mmecg(RCG=np.full((2400, 3), np.nan)), "are NaN; expected at most 50%"),
    ("mmecg", other("one.mat", x=1), "holds one.mat; expected 1.mat to 91.mat"),
    ("schellenberger", other("GDN0001_1_Resting.mat", x=1), "expected a field radar_i"),
    ("schellenberger", other("one.mat", x=1), "expected files like GDN0001_1_Resting.mat"),
    ("schellenberger", schellenberger(radar_q=np.zeros((9, 1))), "24000 samples of radar_i and 9"),
    ("schellenberger", schellenberger(tfm_ecg2=None), "expected a field tfm_ecg2"),
    (
        "schellenberger",
        schellenberger(tfm_ecg2=NAN),
        "of tfm_ecg2 of GDN0001_1_Resting.mat are NaN",
    ),
    ("schellenberger", schellenberger(fs_radar=20), "fs_radar in GDN0001_1_Resting.mat is 20 Hz"),
    (
        "schellenberger",
        schellenberger(fs_radar="fast"),
        "fs_radar in GDN0001_1_Resting.mat is text",
    ),
    (
        "schellenberger",
        schellenberger(seconds=3.0),
        "3 s of radar and 3 s of ECG; expected at least",
    ),
    ("shi", other("DATASET_2017-02-16_10-56-05_Person 11.mat", x=1), "expected a field radar_I"),
    ("shi", other("one.mat", x=1), "expected files like DATASET_"),
    (
        "shi",
        shi(radar_I=np.ones((24000, 1)), radar_Q=np.ones((24000, 1))),
        "I does not change",
    ),
    (
        "radarode-mtl",
        released(lambda inside: (inside / "ecg_seg_2.npy").unlink()),
        "obj1_NB_1_ has no ecg_seg_2.npy",
    ),
    (
        "radarode-mtl",
        released(lambda inside: np.save(inside / "sst_seg_1.npy", np.zeros((2, 30, 120)))),
        "the shape (2, 30, 120); expected (channels, 71, 120)",
    ),
    (
        "radarode-mtl",
        released(lambda inside: np.save(inside / "anchor_seg_1.npy", np.full(800, 0.3))),
        "800 values from 0.3 to 0.3; expected 800 or 200 of zeros and ones",
    ),
    ("radarode-mtl", other("one.mat", x=1), "expected folders like obj1_NB_1_"),
    (
        "radarode-mtl",
        released(lambda inside: shutil.copytree(inside, inside.with_name("obj1_SP_1_"))),
        "obj1_SP_1_ are both trial 1 of 1; expected one of each trial",
    ),
]


@pytest.mark.parametrize(("name", "write", "message"), BAD, ids=[f"{b[0]}: {b[2]}" for b in BAD])
def test_files_of_another_layout_are_refused_in_one_line(refused, files, name, write, message):
    write(files)
    assert message in refused("import", name, files, "-o", "out")


def test_options_that_do_not_fit_are_refused(refused, files):
    make.write_mmecg(files, (1,))
    given = ("mmecg", files, "-o", "out")
    assert "no importer 'mmEKG'; expected one of mmecg" in refused("import", "mmEKG", *given[1:])
    assert "no file or folder to import at nothing" in refused(
        "import", "mmecg", "nothing", "-o", "o"
    )
    assert "--grid fine; expected 'default' or 'mmecg-script'" in refused(
        "import", *given, "--grid", "fine"
    )
    assert "--share-people for shi" in refused(
        "import", "shi", files, "-o", "out", "--share-people"
    )
    assert "no --mapping for generic" in refused("import", "generic", files, "-o", "out")
    assert "--mapping for mmecg" in refused("import", *given, "--mapping", "mine.toml")
    assert "no mapping at mine.toml" in refused(
        "import", "generic", files, "-o", "o", "-m", "mine.toml"
    )
    assert "out.h5; expected a folder" in refused("import", "mmecg", files, "-o", "out.h5")
    assert "mkdir -p" in refused("import", "mmecg", files, "-o", "no/where")


def test_what_is_odd_is_said_once_and_what_is_whole_is_imported(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make.write_mmecg(tmp_path / "mmecg", (1, 2, 3, 4))
    (tmp_path / "mmecg" / "5.mat").write_bytes(b"nothing")
    done = call("import", "mmecg", "mmecg", "-o", "out")
    assert done.exit_code == 2
    assert done.stdout == "out: 4 trials of 2 subjects\n"
    odd, bad = done.stderr.splitlines()
    assert odd == "4 trials: 3 places and 2400 samples, not 50 and 35505 as published"
    assert bad.startswith("radarkit: 005: ") and "5.mat is not a whole MATLAB file" in bad
    shown = call("info", "out")
    assert odd in shown.stdout.splitlines()
    assert "vibration [arbitrary]" in shown.stdout and "no redistribution" in shown.stdout


def test_shards_of_another_import_are_not_passed_over_in_silence(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make.write_mmecg(tmp_path / "mmecg", (1, 2), seconds=9.0)
    assert "also holds" not in call("import", "mmecg", "mmecg", "-o", "out").output
    (tmp_path / "mmecg" / "2.mat").unlink()
    done = call("import", "mmecg", "mmecg", "-o", "out")
    assert done.exit_code == 0
    assert "out also holds 002.h5, no part of this import" in done.stderr.splitlines()


@pytest.fixture
def shared(tmp_path, monkeypatch):
    """Imported with people shared between training and test."""
    monkeypatch.chdir(tmp_path)
    make.write_mmecg(tmp_path / "mmecg", (1, 57, 58, 75, 76, 89), seconds=10.0)
    assert call("import", "mmecg", "mmecg", "-o", "out", "--share-people").exit_code == 0


def test_shared_people_are_named_so_and_not_drawn_at_random(shared, tmp_path):
    dataset = Dataset(tmp_path / "out")
    assert set(dataset.subjects) == {"1", "29_shared_train", "29_shared_test"}
    for trial in dataset.trials:
        assert ("shared between training and test" in trial.source) == ("_" in trial.subject)
    refused = call("train", "out", "-o", "run", "--epochs", 1)
    assert refused.exit_code == 2 and "the same people under several names" in refused.stderr
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_a_run_says_who_was_shared(shared, tmp_path):
    """Nobody who reads the run, its card or the report of it can miss it."""
    (tmp_path / "mine.toml").write_text(
        'train = ["29_shared_train"]\nvalidation = ["1"]\ntest = ["29_shared_test"]\n'
    )
    done = call("train", "out", "-o", "run", "--epochs", 1, "--split", "mine.toml")
    assert done.exit_code == 0, done.output
    assert "29_shared_test" in done.stdout
    assert "29_shared_test" in (tmp_path / "run" / "MODEL_CARD.md").read_text()
    assert json.loads((tmp_path / "run" / "run.json").read_text())["split"]["test"] == [
        "29_shared_test"
    ]
    done = call("eval", "run", "out", "-o", "report")
    assert done.exit_code == 0, done.output
    assert "29_shared_test" in (tmp_path / "report" / "report.html").read_text()


DOCS = Path(__file__).resolve().parents[2] / "docs"
HOW_TO = ("mmecg", "schellenberger", "shi", "radarode-mtl", "own-arrays")


def page(name):
    return (DOCS / f"{name}.md").read_text("utf-8")


def commands(name, pattern):
    return re.findall(rf"^    radarkit ({pattern}.*)$", page(name), re.MULTILINE)


def test_the_imports_of_the_pages_run_as_they_stand_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make.write_mmecg(tmp_path / "MMECG", (1, 75), seconds=10.0)
    make.write_schellenberger(tmp_path / "schellenberger", (2,))
    make.write_shi(tmp_path / "shi", (4,))
    make.Released(1, seconds=14).write(tmp_path / "released" / "obj1_NB_1_", "step")
    (tmp_path / "recordings").mkdir()
    arrays = make.generic_arrays(1)
    columns = np.column_stack([arrays["disp"], 1e-3 * arrays["ecg"]])
    for name in ("ann_1", "bob_1"):
        path = tmp_path / "recordings" / f"{name}.csv"
        np.savetxt(path, columns, delimiter=",", header="left,right,ecg", comments="")
    fenced = re.DOTALL | re.MULTILINE
    mapping, two_files = re.findall(r"^```toml\n(.*?)^```", page("howto/own-arrays"), fenced)
    (tmp_path / "mapping.toml").write_text(mapping)
    make.write_vitalsense(tmp_path / "vitalsense")
    (tmp_path / "vitalsense.toml").write_text(two_files)
    lines = [line for name in HOW_TO for line in commands(f"howto/{name}", "import ")]
    assert len(lines) == 7
    assert all(f"(howto/{name}.md)" in page("importing") for name in HOW_TO)
    for line in lines:
        done = call(*shlex.split(line))
        assert done.exit_code == 0, done.output
    assert Dataset(tmp_path / "mine.data").subjects == ("ann", "bob")
    assert Dataset(tmp_path / "vitalsense.data").subjects == ("VS01", "VS02")
    (code,) = re.findall(r"^```python\n(.*?)^```", page("importing"), fenced)
    names = {}
    exec(compile(code, "importing.md", "exec"), names)
    assert names["done"].subjects == ("ann", "bob")


@pytest.mark.slow
def test_91_trials_are_imported_split_both_ways_and_trained_on_as_the_page_says(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    make.write_mmecg(tmp_path / "MMECG", range(1, 92), seconds=10.0, places=2)
    lines = commands("howto/mmecg", "(?:import|train|eval) ")
    assert [line.split()[0] for line in lines] == ["import", "train", "eval"] * 2
    said = {}
    for line in lines:
        quick = ["--epochs", "1"] if line.startswith("train") else []
        done = call(*shlex.split(line), *quick)
        assert done.exit_code == 0, done.output
        said[line] = done.stdout
    assert "mmecg.data: 91 trials of 11 subjects\n" in said.values()
    assert "mmecg-shared.data: 88 trials of 13 subjects\n" in said.values()
    for report, data, test in (
        ("by-subject-report", "mmecg.data", {"29": 23, "30": 12}),
        ("as-published-report", "mmecg-shared.data", {"29_shared_test": 5, "30_shared_test": 6}),
    ):
        trials = Dataset(tmp_path / data).trials
        assert sum(trial.subject in test for trial in trials) == sum(test.values())
        metrics = json.loads((tmp_path / report / "metrics.json").read_text())
        for rows in metrics["methods"].values():
            assert rows["all"]["trials"] == sum(test.values())
        made = (tmp_path / report / "report.html").read_text()
        assert all(subject in made for subject in test)
