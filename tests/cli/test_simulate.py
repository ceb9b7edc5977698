"""``radarkit simulate``: recipes, shards, and what it refuses."""

import resource
import subprocess

import h5py
import numpy as np
import pytest
import wfdb

from radarkit.datasets import Dataset

from .conftest import COMMAND, run

SHORT = ("--duration", 10, "--channels", 2, "--seed", 3)
RECIPES = {
    "not = [toml": "recipe mine.toml is not TOML",
    'extends = "default"\n[people.rhythm]\nlf_s = { normal = [0, 1], within = [20, 30] }': (
        "at least 0.1% of it within"
    ),
    'extends = "default"\n[people.pulse]\nheight_m = { normal = [1e-4, 1e-4] }': (
        "pulse.height_m can become -0.0005; expected greater than or equal to 0"
    ),
    'extends = "default"\n[people.heart]\nsize_m = 1': (
        "recipe mine.toml: heart; expected a quantity that is simulated"
    ),
}


def test_a_recipe_of_ones_own_makes_a_folder_of_people(tmp_path):
    (tmp_path / "ward.toml").write_text(
        'extends = "lying"\ndescription = "a ward"\nsubjects = 3\ntrials = ["SP", "NB"]\n'
        "duration_s = 12\nchannels = 2\n[people.rhythm]\nheart_rate_per_min = 80\n"
        "[status.SP.people.rhythm]\nheart_rate_per_min = 50\n"
    )
    done = run("simulate", "ward.toml", "--jobs", 2, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "ward: 6 trials of 12 s" in done.stdout
    dataset = Dataset(tmp_path / "ward")
    assert [t.status for t in dataset.trials] == ["SP", "NB"] * 3
    for trial in dataset.trials:
        rate = 12_000 / np.diff(dataset.labels(trial)[1]).mean()
        assert rate == pytest.approx(50 if trial.status == "SP" else 80, rel=0.15)
    again = run("simulate", "ward.toml", "--subjects", 4, cwd=tmp_path)
    assert "3 of 4 people were there already" in again.stdout
    shown = run("info", "ward", cwd=tmp_path).stdout
    assert "of which SP" in shown and '"recipe": "a ward"' in shown


@pytest.mark.parametrize("text", RECIPES)
def test_a_malformed_recipe(refused, tmp_path, text):
    (tmp_path / "mine.toml").write_text(text)
    assert RECIPES[text] in refused("simulate", "mine.toml", "-o", "out.h5")


def test_a_recipe_that_is_not_there(refused):
    assert "no recipe named seated; expected benchmark, benchmark-small, default, lying" in refused(
        "simulate", "seated", "-o", "out.h5"
    )
    assert "no recipe at seated.toml" in refused("simulate", "seated.toml", "-o", "out.h5")


def write_ecg(folder, ecg, rate=250):
    wfdb.wrsamp("r", rate, ["mV"], ["II"], ecg[:, None], fmt=["16"], write_dir=str(folder))


def beating(seconds=30, rate=250):
    ecg = np.zeros(seconds * rate)
    for peak in range(rate // 2, ecg.size - rate // 2, round(0.8 * rate)):
        ecg[peak - 3 : peak + 4] += [0.2, 0.5, 0.8, 1, 0.8, 0.5, 0.2]
    return ecg


def one_beat():
    ecg = beating()
    ecg[200:] = 0
    return ecg


def with_gap(ecg):
    ecg[1000:1100] = np.nan
    return ecg


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: np.full(7500, 0.3), "ECG record r has 0 beats from 0 to 10 s"),
        (one_beat, "ECG record r has 1 beats from 0 to 10 s"),
        (lambda: with_gap(beating()), "ECG record r misses 0.4 s of lead II"),
        (lambda: beating(5), "lasts 5 s; expected at least 10 s"),
    ],
)
def test_an_ecg_that_cannot_drive_a_heart(refused, tmp_path, make, says):
    write_ecg(tmp_path, make())
    line = refused("simulate", "-o", "out.h5", "--ecg", "r", *SHORT)
    assert says in line, line


def test_an_ecg_that_is_too_slow(refused, tmp_path):
    write_ecg(tmp_path, beating(rate=50), rate=50)
    line = refused("simulate", "-o", "out.h5", "--ecg", "r", *SHORT)
    assert "II of r is sampled at 50 Hz; expected 100 Hz or more" in line


def test_a_real_ecg_drives_the_chest(tmp_path):
    write_ecg(tmp_path, beating())
    done = run("simulate", "-o", "out.h5", "--ecg", "r", "--subjects", 2, *SHORT, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    dataset = Dataset(tmp_path / "out.h5")
    assert [t.name for t in dataset.trials] == ["r_01-1", "r_02-1"]
    for trial in dataset.trials:
        np.testing.assert_allclose(np.diff(dataset.labels(trial)[1]), 160, atol=1)


def test_a_shard_of_another_schema_is_not_touched(refused, tmp_path):
    assert run("simulate", "-o", "data", *SHORT, cwd=tmp_path).returncode == 0
    (shard,) = (tmp_path / "data").iterdir()
    with h5py.File(shard, "r+") as file:
        file.attrs["schema_version"] = 2
    line = refused("simulate", "-o", "data", *SHORT)
    assert "has schema version 2; expected radarkit schema version 1" in line
    assert "schema version 2" in refused("info", "data")


def test_a_disk_that_is_full_leaves_what_was_finished(tmp_path):
    def no_more_than_a_tenth_of_a_megabyte():
        # a file that may not grow is what a full disk looks like from here
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    assert run("simulate", "-o", "data", *SHORT, cwd=tmp_path).returncode == 0
    finished = {p.name: p.read_bytes() for p in (tmp_path / "data").iterdir()}
    arguments = ("simulate", "-o", "data", "--subjects", 2, *SHORT)
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        preexec_fn=no_more_than_a_tenth_of_a_megabyte,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("radarkit: ") and done.stderr.count("\n") == 1, done.stderr
    assert {p.name: p.read_bytes() for p in (tmp_path / "data").iterdir()} == finished
    assert run(*arguments, cwd=tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--snr-db", "nan"), "--snr-db nan; expected a finite number"),
        (("--snr-db", 9000), "--snr-db 9000.0; expected less than"),
        (("--movement-db", -9000), "--movement-db -9000.0; expected greater"),
        (("--movement-share", 0.5), "--movement-share without --movement-db"),
        (("--movement-s", 2), "--movement-s without --movement-db"),
        (("--seed", 2**63), f"--seed {2**63}; expected less than"),
    ],
)
def test_an_option_that_cannot_be_met(refused, options, says):
    assert says in refused("simulate", "-o", "out.h5", *options)
