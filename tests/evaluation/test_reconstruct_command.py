"""From a radar without an ECG beside it to files that say what was read, and what was not."""

import json
import re
import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from radarkit.capture import read_config, write_dca1000
from radarkit.cli.main import app
from radarkit.datasets.build import spectrogram_of
from radarkit.datasets.reader import Dataset
from radarkit.datasets.store import create
from radarkit.evaluation import stretches
from radarkit.evaluation.ecg_files import read_ecg
from radarkit.evaluation.reading import read_all
from radarkit.recording import Recording
from radarkit.simulate.fmcw import simulate_capture
from radarkit.simulate.scene import FrontEndConfig

from .runs import write_data, write_run

RADAR = """
[chirp]
start_frequency_hz = 60.36e9
slope_hz_per_s     = 60.0e12
samples            = 64
sample_rate_hz     = 2.5e6
[frame]
loops    = 1
tx_order = [0]
period_s = 0.020
[array]
rx = 2
"""


def call(*arguments):
    return CliRunner().invoke(app, ["reconstruct", *map(str, arguments)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A run that has learnt nothing, its data, and the same chests without ECG, and one with it."""
    where = tmp_path_factory.mktemp("unlabelled")
    data = write_data(where / "labelled.h5")
    write_run(where / "run", data)
    source = Dataset(data)
    with create(where / "data.h5", config={}, seed=None) as writer:
        for header in source.trials[:2]:
            radar = source.radar(header, 0, header.samples)
            recording = Recording(radar, 200.0, header.subject, header.trial)
            writer.add(recording, spectrogram_of(recording))
    with create(where / "one.h5", config={}, seed=None) as writer:
        recording = Recording(radar[:1], 200.0, "ann", "1")
        writer.add(recording, spectrogram_of(recording))
    (where / "no-run").mkdir()
    return where


@pytest.fixture
def sure(monkeypatch):
    """As if whatever this network draws looked like a heartbeat."""
    monkeypatch.setattr(stretches, "probability", lambda evidence: 0.9)


def test_a_network_that_knows_nothing_finds_no_heartbeat_and_says_so(folder):
    done = call(folder / "run", folder / "data.h5", "-o", folder / "nothing")
    assert done.exit_code == 0, done.stderr
    *lines, last = done.stdout.splitlines()
    assert len(lines) == 2 and all("no heartbeat found in 12 s" in line for line in lines)
    assert last == f"{folder / 'nothing'}: not for diagnosis"
    summary = json.loads((folder / "nothing" / "summary.json").read_text())
    names = [each["name"] for each in summary["recordings"]]
    assert names == [trial.name for trial in Dataset(folder / "data.h5").trials]
    for each in summary["recordings"]:
        assert not each["heartbeat_found"] and each["beats"] == 0 and each["confidence"] == 0
        assert each["heart_rate_per_min"] is each["rmssd_ms"] is None
        made = read_ecg(folder / "nothing" / f"{each['name']}.h5")
        assert made.r_peaks.size == 0 and np.isnan(made.ecg_mv).all()
        with Image.open(folder / "nothing" / f"{each['name']}.png") as picture:
            assert picture.width == 1600


def test_the_python_of_the_page_runs(folder, tmp_path, monkeypatch, capsys, sure):
    page = Path(__file__).resolve().parents[2] / "docs" / "reconstruct.md"
    monkeypatch.chdir(tmp_path)
    assert call(folder / "run", folder / "one.h5", "-o", "ecg").exit_code == 0
    (code,) = re.findall(
        r"^```python\n(.*?)^```", page.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    exec(compile(code, page.name, "exec"), {})
    assert capsys.readouterr().out.startswith("ann-1 True ")


def test_labels_change_nothing(folder):
    without = read_all(folder / "run", folder / "data.h5")
    with_labels = read_all(folder / "run", folder / "labelled.h5")
    for ours, same in zip(without, with_labels, strict=False):
        assert ours.header.beats is None and same.header.beats
        np.testing.assert_allclose(ours.kept.anchor_curve, same.kept.anchor_curve, atol=1e-3)


def test_one_channel_is_read_by_a_network_of_two(folder, sure):
    done = call(folder / "run", folder / "one.h5", "-o", folder / "one.json")
    assert done.exit_code == 0, done.stderr
    (summary,) = json.loads((folder / "one.json").read_text())["recordings"]
    assert (summary["channels"], summary["channels_read"]) == (1, 1)
    assert summary["heartbeat_found"] and summary["share_with_heartbeat"] == 1


@pytest.mark.parametrize(
    ("suffix", "beside"),
    [("h5", ""), ("csv", "beats.csv stretches.csv"), ("hea", "dat atr"), ("edf", ""), ("png", "")],
)
def test_a_suffix_is_a_format(folder, sure, suffix, beside):
    done = call(folder / "run", folder / "one.h5", "-o", folder / f"ecg.{suffix}")
    assert done.exit_code == 0, done.stderr
    made = {path.name for path in folder.glob("ecg.*")}
    assert made == {f"ecg.{each}" for each in (suffix, *beside.split())}
    again = call(folder / "run", folder / "one.h5", "-o", folder / f"ecg.{suffix}")
    assert again.exit_code == 2 and "exists already" in again.stderr
    forced = call(folder / "run", folder / "one.h5", "-o", folder / f"ecg.{suffix}", "--force")
    assert forced.exit_code == 0
    for name in made:
        (folder / name).unlink()


def write_capture(path, data):
    """The chest of the first trial of some data, and ``radar.toml`` beside it."""
    config = path.with_name("radar.toml")
    config.write_text(RADAR)
    radar = read_config(config)
    source = Dataset(data)
    header = source.trials[0]
    motion_m = source.radar(header, 0, header.samples).astype(np.float64)
    blocks = simulate_capture(motion_m, 200.0, radar, FrontEndConfig(), np.random.default_rng(1))
    write_dca1000(path, blocks, radar)


def test_a_capture_becomes_an_ecg_by_as_many_points_as_the_network_reads(folder, tmp_path, sure):
    write_capture(tmp_path / "ann.bin", folder / "labelled.h5")
    done = call(
        folder / "run", tmp_path / "ann.bin", "-c", tmp_path / "radar.toml", "-o", tmp_path / "ecg"
    )
    assert done.exit_code == 0, done.stderr
    assert "range 0.7" in done.stdout and "ann-1: " in done.stdout
    with h5py.File(tmp_path / "ecg" / "ann-1.h5") as file:
        assert file["ecg_mv"].shape == (2400,) and file.attrs["subject"] == "ann"
    (summary,) = json.loads((tmp_path / "ecg" / "summary.json").read_text())["recordings"]
    assert summary["channels"] == 2
    assert {path.name for path in tmp_path.iterdir()} == {"radar.toml", "ann.bin", "ecg"}


def test_several_captures_are_read_at_once_and_one_that_fails_stops_no_other(
    folder, tmp_path, monkeypatch, sure
):
    monkeypatch.chdir(tmp_path)
    write_capture(tmp_path / "ann.bin", folder / "labelled.h5")
    content = (tmp_path / "ann.bin").read_bytes()
    # bob's was cut in two by its recorder, which makes no difference; that of eve is no capture
    Path("bob_Raw_0.bin").write_bytes(content[:400_000])
    Path("bob_Raw_1.bin").write_bytes(content[400_000:])
    Path("eve.bin").write_text("nothing to see here")
    captures = ("ann.bin", "bob_Raw_0.bin", "bob_Raw_1.bin")
    done = call(folder / "run", *captures, "-c", "radar.toml", "-o", "ecg")
    assert done.exit_code == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "ecg: not for diagnosis"
    ann, bob = (read_ecg(tmp_path / "ecg" / f"{name}-1.h5") for name in ("ann", "bob"))
    np.testing.assert_array_equal(ann.ecg_mv, bob.ecg_mv)
    done = call(folder / "run", "eve.bin", *captures, "-c", "radar.toml", "-o", "more")
    assert done.exit_code == 2
    *_, last = done.stderr.splitlines()
    assert last == "radarkit: eve: eve.bin is a text file; expected a capture"
    names = {path.name for path in Path("more").iterdir()}
    assert names == {path.name for path in Path("ecg").iterdir()}
    done = call(folder / "run", "eve.bin", "eve.bin", "-c", "radar.toml", "-o", "none")
    assert done.exit_code == 2 and "eve.bin is a text file" in done.stderr
    shutil.copy("eve.bin", "ivy.bin")
    done = call(folder / "run", "eve.bin", "ivy.bin", "-c", "radar.toml", "-o", "none")
    assert done.exit_code == 2 and done.stderr.count("\n") == 2
    assert done.stdout == "" and not Path("none").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run", "data.h5", "-o", "two.edf"), "2 trials for two.edf"),
        (("run", "data.h5", "-o", "ecg.mat"), "ecg.mat to write to"),
        (("run", "data.h5", "-o", "a b.hea"), "a b.hea as the name of a WFDB record"),
        (("run", "data.h5", "-o", "no/ecg"), "no folder"),
        (("run", "nothing.bin", "-o", "new"), "no capture or data set at"),
        (("data.h5", "data.h5", "-o", "new"), "data.h5 among 2 paths that are no run; expected"),
        (("run", "one.h5", "data.h5", "-o", "new"), "the data set one.h5 among 2 paths"),
        (("rnu", "data.h5", "-o", "new"), "no run, capture or data set at rnu"),
        (("no-run", "run/best.pt", "-o", "new"), "no-run is no run; expected a folder with run.js"),
        (("run/best.pt", "run", "-o", "new"), "the run run behind run/best.pt; expected one run"),
        (("run", "-o", "new"), "the run run alone; expected [RUN] CAPTURE...|DATA"),
        (("run", "run/best.pt", "run/run.json", "-o", "two.edf"), "2 trials for two.edf"),
        (("run", "run/best.pt", "data.h5", "-o", "new"), "the data set data.h5 among 2 paths"),
        (("run", "data.h5", "-o", "new", "--max-range", "2"), "--max-range with the data set"),
        (("run", "run/best.pt", "-o", "new", "--board", "x"), "--board x without --config"),
        (("run", "slow.h5", "-o", "new"), "100 Hz; expected 71 rows, 120 frames and 200 Hz"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(folder, arguments, said, monkeypatch):
    monkeypatch.chdir(folder)
    if "slow.h5" in arguments:
        with create(folder / "slow.h5", config={}, seed=None) as writer:
            recording = Recording(np.random.default_rng(0).normal(size=(2, 1200)), 100.0, "a", "1")
            writer.add(recording, spectrogram_of(recording))
    before = set(folder.rglob("*"))
    done = call(*arguments)
    assert done.exit_code == 2 and said in done.stderr and done.stderr.count("\n") == 1
    assert set(folder.rglob("*")) == before


@pytest.mark.slow
def test_a_small_network_tells_hearts_from_noise(tmp_path):
    """Minutes: it is trained on eight people and reads four others and eight noises."""
    run = CliRunner().invoke
    simulated = run(app, ["simulate", "lying", "-o", str(tmp_path / "people"), "--subjects", "16",
                          "--duration", "30", "--channels", "4", "--seed", "3"])  # fmt: skip
    assert simulated.exit_code == 0, simulated.stderr
    trained = run(app, ["train", str(tmp_path / "people"), "-o", str(tmp_path / "run"),
                        "--epochs", "12", "--seed", "1"])  # fmt: skip
    assert trained.exit_code == 0, trained.stderr
    unseen = json.loads((tmp_path / "run" / "run.json").read_text())["split"]["test"]
    (tmp_path / "unseen").mkdir()
    for name in unseen:
        shutil.copy(tmp_path / "people" / f"{name}.h5", tmp_path / "unseen")
    rng = np.random.default_rng(2)
    with create(tmp_path / "noise.h5", config={}, seed=None) as writer:
        for number in range(8):
            motion = 1e-5 * rng.normal(size=(4, 6000))
            if number % 2:  # wanders, as the phase of an empty room does
                motion = np.cumsum(motion, axis=1)
            recording = Recording(motion.astype(np.float32), 200.0, f"noise{number}", "1")
            writer.add(recording, spectrogram_of(recording))
    hearts = read_all(tmp_path / "run", tmp_path / "unseen")
    assert sum(reading.heartbeat_found for reading in hearts) >= len(hearts) - 1
    assert not any(
        each.heartbeat_found for each in read_all(tmp_path / "run", tmp_path / "noise.h5")
    )
