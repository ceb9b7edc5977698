"""``radarkit train`` as its users meet it: settings, signals, resuming, several processes."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
import torch

from radarkit.training.checkpoint import read_checkpoint

from .conftest import COMMAND, run


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("train")
    people = ("--subjects", 4, "--duration", 14, "--channels", 2, "--seed", 1)
    assert run("simulate", "lying", "-o", "data.h5", *people, cwd=folder).returncode == 0
    return folder


def settings_of(run_folder):
    return json.loads((run_folder / "run.json").read_text())["train"]


def test_settings_come_from_the_preset_then_the_file_then_the_options(folder):
    (folder / "mine.toml").write_text(
        'extends = "compact"\nepochs = 7\nbatch_size = 8\n'
        '[strategy]\nname = "cagrad"\nc = 0.3\n[optimiser]\nlearning_rate = 1e-3\n'
    )
    done = run(
        "train", "data.h5", "-o", "settings", "-c", "mine.toml", "--epochs", 1, "--set",
        "optimiser.weight_decay=0.05", "--set", "precision=bfloat16", cwd=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = settings_of(folder / "settings")
    assert (found["epochs"], found["batch_size"], found["precision"]) == (1, 8, "bfloat16")
    assert found["strategy"]["name"] == "cagrad" and found["strategy"]["c"] == 0.3
    assert found["optimiser"] == {"name": "adamw", "learning_rate": 1e-3, "weight_decay": 0.05}


def test_another_strategy_takes_no_settings_over_from_the_file(folder):
    (folder / "warm.toml").write_text('[strategy]\nname = "ega"\ntemperature = 0.5\n')
    done = run(
        "train", "data.h5", "-o", "uw", "-c", "warm.toml", "--strategy", "uw", "--epochs", 1,
        cwd=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "temperature" not in settings_of(folder / "uw")["strategy"]


def test_a_run_says_what_it_is(folder):
    done = run(
        "train", "data.h5", "-o", "card", "--epochs", 1, "--tensorboard", cwd=folder
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    epoch, end = done.stdout.splitlines()[:2]
    assert epoch.startswith("epoch 1/1  shape ") and epoch.endswith(" windows/s")
    assert "trained on 2 subjects for 1 epochs" in end
    assert "compact" in (folder / "card" / "MODEL_CARD.md").read_text()
    assert list((folder / "card" / "tensorboard").iterdir())
    shown = run("info", "card", cwd=folder)
    assert shown.returncode == 0, shown.stderr
    assert "ega" in shown.stdout


BAD = [
    (("--preset", "huge"), "no preset 'huge'; expected one of compact, paper"),
    (("--epochs", 0), "--epochs 0"),
    (("--learning-rate", -1), "--learning-rate -1"),
    (("--temperature", 0), "temperature"),
    (("--strategy", "magic"), "no strategy 'magic'"),
    (("--strategy", "uw", "--temperature", 2), "temperature"),
    (("--strategy", "single-task"), "shape, length, anchors"),
    (("--set", "epochs"), "--set epochs; expected KEY=VALUE"),
    (("--set", "depth=3"), "unknown setting depth"),
    (("--set", "optimiser.depth=3"), "unknown setting optimiser.depth"),
    (("--set", "batch_size=many"), "--batch-size many"),
    (("--config", "nothing.toml"), "no configuration nothing.toml"),
    (("--accumulate", 20), "batches of"),
    (("--accumulate", 2, "--gradient-space", "features"), "accumulate = 1"),
    (("--strategy", "moco", "--gradient-space", "features"), 'gradient_space = "parameters"'),
    (("--device", "tpu"), "--device tpu"),
    (("--resume",), "is no run"),
]


@pytest.mark.parametrize(("options", "message"), BAD, ids=lambda value: str(value)[:40])
def test_settings_that_do_not_fit_are_refused_in_one_line(refused, folder, options, message):
    assert message in refused("train", folder / "data.h5", "-o", "run", *options)


def test_a_configuration_that_is_no_toml_is_refused(refused, folder, tmp_path):
    (tmp_path / "bad.toml").write_text("epochs = = 3\n")
    assert "is not TOML" in refused("train", folder / "data.h5", "-o", "run", "-c", "bad.toml")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_saves_and_leaves_and_resuming_ends_as_without_it(folder, number):
    name = f"stopped-by-{number.name}"
    options = ("train", "data.h5", "--epochs", "6", "--batch-size", "8", "--seed", "2")
    process = subprocess.Popen(
        [*COMMAND, *options, "-o", name], cwd=folder, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 120
    while not (folder / name / "last.pt").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(process.pid, number)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 2
    assert said.count("\n") == 1 and "stopped after" in said and "--resume" in said, said
    resumed = run(*options, "-o", name, "--resume", cwd=folder)
    assert resumed.returncode == 0, resumed.stderr
    whole = folder / "never-stopped"
    if not whole.exists():
        assert run(*options, "-o", "never-stopped", cwd=folder).returncode == 0
    first, second = (read_checkpoint(path / "last.pt")["model"] for path in (whole, folder / name))
    assert all(torch.equal(first[key], second[key]) for key in first)


def test_a_run_that_is_being_trained_is_not_touched(folder):
    options = ("train", "data.h5", "-o", "busy", "--epochs", "100000")
    process = subprocess.Popen([*COMMAND, *options], cwd=folder, stderr=subprocess.PIPE, text=True)
    try:
        while not (folder / "busy" / "last.pt").exists():
            assert process.poll() is None
            time.sleep(0.02)
        for more in ("--resume", "--force"):
            other = run(*options, more, cwd=folder)
            assert other.returncode == 2
            assert "in use by another process" in other.stderr
        assert process.poll() is None and (folder / "busy" / "last.pt").exists()
    finally:
        process.kill()
        process.communicate()


TOGETHER = (
    "--set",
    "optimiser.name=sgd",
    "--set",
    "optimiser.learning_rate=0.005",
    "--epochs",
    "2",
)


@pytest.mark.parametrize(
    "more",
    [
        (),
        ("--strategy", "uw"),
        pytest.param(("--gradient-space", "features"), marks=pytest.mark.slow),
        pytest.param(("--accumulate", "2"), marks=pytest.mark.slow),
    ],
)
def test_two_processes_take_the_steps_of_one(folder, more):
    """The preset `compact` has no batch statistics; every step sees the whole batch."""
    name = "-".join(("pair", *more)).replace("--", "")
    arguments = ("train", "data.h5", "--batch-size", "6", "--seed", "7", *TOGETHER, *more)
    together = subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2",
         "-m", "radarkit", *arguments, "-o", name],
        cwd=folder, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert together.returncode == 0, together.stderr
    assert together.stdout.count("trained on") == 1
    alone = run(*arguments, "-o", f"{name}-alone", cwd=folder)
    assert alone.returncode == 0, alone.stderr
    pair, single = (read_checkpoint(folder / run / "last.pt") for run in (name, f"{name}-alone"))
    start = None
    for key, weights in single["model"].items():
        torch.testing.assert_close(pair["model"][key], weights, rtol=1e-4, atol=1e-5, msg=key)
        start = weights
    assert start is not None
    rows = [
        json.loads(line)
        for path in (name, f"{name}-alone")
        for line in (folder / path / "metrics.jsonl").read_text().splitlines()
    ]
    for one, two in zip(rows[:2], rows[2:], strict=True):
        assert one["validation"] == pytest.approx(two["validation"], rel=1e-4)
