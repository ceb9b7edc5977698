"""What a user can get wrong: one line, exit code 2, nothing half-written, nothing lost."""

import os
import signal
import subprocess
import time

import h5py
import numpy as np
import pytest
import torch

from radarkit.capture import read_config, write_dca1000

from .conftest import COMMAND, run

RADAR = """\
[chirp]
start_frequency_hz = 60.36e9
slope_hz_per_s = 60e12
samples = 16
sample_rate_hz = 4e6
[frame]
loops = 1
tx_order = [0]
period_s = 0.05
[array]
rx = 2
"""
BYTES_PER_FRAME = 16 * 2 * 4


@pytest.fixture
def radar(tmp_path):
    path = tmp_path / "radar.toml"
    path.write_text(RADAR)
    return path


@pytest.fixture
def capture(tmp_path, radar):
    path = tmp_path / "capture.bin"
    noise = np.random.default_rng(0).normal(0, 100, (200, 1, 1, 2, 16, 2))
    frames = noise.astype(np.float32).view(np.complex64)[..., 0]
    write_dca1000(path, [frames], read_config(radar))
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A data set and a run on it."""
    folder = tmp_path_factory.mktemp("made")
    people = ("--subjects", 3, "--duration", 12, "--channels", 2)
    assert run("simulate", "-o", "data.h5", *people, cwd=folder).returncode == 0
    assert run("train", "data.h5", "-o", "run", "--epochs", 1, cwd=folder).returncode == 0
    return folder


def extract(*captures, config="radar.toml", more=()):
    return ("extract", *captures, "-c", config, "-o", "out.h5", *more)


def test_a_missing_capture(refused, radar):
    assert "no capture at nothing.bin" in refused(*extract("nothing.bin"))


def test_a_missing_configuration(refused, capture):
    assert "nothing.toml" in refused(*extract(capture, config="nothing.toml"))


def test_a_truncated_capture_says_what_was_whole_and_what_was_left(refused, capture):
    capture.write_bytes(capture.read_bytes()[:-30])
    line = refused(*extract(capture))
    assert "199 whole frames" in line and f"{BYTES_PER_FRAME - 30} bytes left over" in line


def test_an_empty_capture(refused, capture):
    capture.write_bytes(b"")
    assert "is empty" in refused(*extract(capture))


def test_a_configuration_with_an_unknown_key(refused, capture, radar):
    radar.write_text(RADAR + "tx = 3\n")
    assert "array.tx" in refused(*extract(capture))


def test_a_configuration_that_does_not_fit_the_file(refused, capture, radar):
    radar.write_text(RADAR.replace("samples = 16", "samples = 18"))
    assert f"{18 * 2 * 4} bytes per frame" in refused(*extract(capture))


def test_a_capture_of_an_empty_room(refused, capture):
    refused(*extract(capture))


def test_two_captures_for_one_file(refused, capture, tmp_path):
    other = tmp_path / "other.bin"
    other.write_bytes(capture.read_bytes())
    assert "2 captures for the one file out.h5" in refused(*extract(capture, other))


def test_an_option_out_of_range(refused, capture):
    assert "--sample-rate -5" in refused(*extract(capture, more=("--sample-rate", "-5")))
    # 30 seconds at a gigahertz are 12 GB a point
    assert "50 to 10000 Hz" in refused(*extract(capture, more=("--sample-rate", "1e9")))
    assert "--min-range -1" in refused(*extract(capture, more=("--min-range", "-1")))


def test_a_pipe_is_no_capture_and_no_configuration(refused, capture, radar, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert "pipe is a pipe or a device" in refused(*extract("pipe"))
    assert "pipe is a pipe or a device" in refused(*extract(capture, config="pipe"))


@pytest.mark.parametrize(
    "arguments",
    [
        ("simulate", "-o", "there"),
        ("train", "{made}/data.h5", "-o", "there"),
        ("eval", "{made}/run", "{made}/data.h5", "-o", "there"),
    ],
)
def test_an_output_that_exists_is_kept(refused, made, tmp_path, arguments):
    (tmp_path / "there").write_text("mine")
    filled = [argument.format(made=made) for argument in arguments]
    assert "there exists already" in refused(*filled)
    assert (tmp_path / "there").read_text() == "mine"


@pytest.mark.parametrize("command", ["train", "eval", "info"])
def test_a_file_that_is_no_data_set(refused, made, tmp_path, command):
    (tmp_path / "data.h5").write_text("hello")
    before = {
        "train": ("train", "data.h5", "-o", "out"),
        "eval": ("eval", made / "run", "data.h5", "-o", "out"),
        "info": ("info", "data.h5"),
    }
    assert "data.h5 is not a whole HDF5 file" in refused(*before[command])


def test_a_truncated_data_set(refused, made, tmp_path):
    whole = (made / "data.h5").read_bytes()
    (tmp_path / "data.h5").write_bytes(whole[: len(whole) // 2])
    assert "not a whole HDF5 file" in refused("train", "data.h5", "-o", "out")


@pytest.mark.parametrize("name", ["ecg", "spectrogram", "radar"])
def test_nan_in_a_signal(refused, made, tmp_path, name):
    (tmp_path / "data.h5").write_bytes((made / "data.h5").read_bytes())
    with h5py.File(tmp_path / "data.h5", "r+") as file:
        for trial in file["trials"].values():
            trial[name][..., 100] = np.nan
    line = refused("train", "data.h5", "-o", "out")
    assert "NaN" in line and name in line


def test_too_few_subjects(refused, tmp_path):
    assert run("simulate", "-o", "d.h5", "--duration", 12, cwd=tmp_path).returncode == 0
    assert "1 subject(s) in the data; expected at least 3" in refused("train", "d.h5", "-o", "out")


def test_an_unknown_strategy(refused, made):
    line = refused("train", made / "data.h5", "-o", "out", "--strategy", "magic")
    assert "no strategy 'magic'" in line and "ega" in line


def test_a_folder_that_is_no_run(refused, made, tmp_path):
    assert "is no run" in refused("eval", tmp_path, made / "data.h5", "-o", "out")


class Malicious:
    def __reduce__(self):
        return os.mkdir, ("was-here",)


def test_a_checkpoint_that_carries_a_pickled_object(refused, made, tmp_path):
    (tmp_path / "run").mkdir()
    for path in (made / "run").iterdir():
        (tmp_path / "run" / path.name).write_bytes(path.read_bytes())
    content = torch.load(made / "run" / "best.pt", weights_only=True)
    torch.save({**content, "extra": Malicious()}, tmp_path / "run" / "best.pt")
    line = refused("eval", "run", made / "data.h5", "-o", "out")
    assert "best.pt carries objects that are not tensors" in line


def test_data_of_another_size_than_the_run(refused, made, tmp_path):
    people = ("--subjects", 3, "--duration", 12, "--channels", 5, "--seed", 9)
    assert run("simulate", "-o", "five.h5", *people, cwd=tmp_path).returncode == 0
    line = refused("eval", made / "run", "five.h5", "-o", "out")
    assert "5 channels" in line and "2 channels" in line


def interrupt(arguments, cwd, when):
    process = subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        cwd=cwd,
        stderr=subprocess.PIPE,
        text=True,
        # jobs in the background of a shell inherit that SIGINT is ignored
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    end = time.monotonic() + 120
    while not when() and time.monotonic() < end and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    try:
        _, errors = process.communicate(timeout=120)
    finally:
        process.kill()
    return process.returncode, errors


def test_ctrl_c_in_a_simulation_leaves_nothing_behind(tmp_path):
    arguments = ("simulate", "-o", "out.h5", "--raw", "raw", "--subjects", 5000)
    code, errors = interrupt(arguments, tmp_path, (tmp_path / "out.h5.part").exists)
    assert (code, errors) == (2, "radarkit: interrupted; no half-written file is left behind\n")
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_in_training_keeps_the_finished_epochs(made, tmp_path):
    arguments = ("train", made / "data.h5", "-o", "run", "--epochs", 100_000)
    code, errors = interrupt(arguments, tmp_path, (tmp_path / "run" / "last.pt").exists)
    assert code == 2 and errors.count("\n") == 1 and "--resume goes on from there" in errors
    done = run("eval", "run", made / "data.h5", "-o", "report", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
