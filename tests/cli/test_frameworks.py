"""radarODE and MMECG through the commands that radarODE-MTL has: train, info, eval."""

import pytest
from typer.testing import CliRunner

from radarkit.cli.main import app
from radarkit.training.metrics_log import read_history

PRESETS = {"radarode": ("radarODE", ("shape", "ecg")), "mmecg": ("MMECG", ("samples",))}


def call(*arguments):
    done = CliRunner().invoke(app, [*map(str, arguments)], env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A data set and a run of each framework."""
    folder = tmp_path_factory.mktemp("frameworks")
    people = ("--subjects", 4, "--duration", 14, "--channels", 2, "--seed", 1)
    call("simulate", "lying", "-o", folder / "data.h5", *people)
    for preset in PRESETS:
        call("train", folder / "data.h5", "-o", folder / preset, "--preset", preset, "--epochs", 1)
    return folder


@pytest.mark.parametrize("preset", PRESETS)
def test_a_framework_is_trained_told_and_scored(folder, tmp_path, preset):
    framework, tasks = PRESETS[preset]
    (row,) = read_history(folder / preset)
    assert tuple(row["train"]) == tuple(row["validation"]) == tasks
    assert f"Model card: {framework}" in (folder / preset / "MODEL_CARD.md").read_text()
    assert preset in call("info", folder / preset)
    shown = call("eval", folder / preset, folder / "data.h5", "-o", tmp_path / "report")
    assert f"{framework} ({preset})" in " ".join(shown.split())
    assert (tmp_path / "report" / "report.html").stat().st_size > 10_000


BAD = [
    (("--strategy", "uw"), "strategy uw for"),
    (("--accumulate", 2), "batches in 2 parts for"),
    (("--batch-size", 1), "parts of one window for a network with batch normalisation"),
]


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize(("options", "message"), BAD, ids=lambda value: str(value)[:20])
def test_settings_that_do_not_fit_are_refused_in_one_line(
    refused, folder, preset, options, message
):
    data = folder / "data.h5"
    assert message in refused("train", data, "-o", "run", "--preset", preset, *options)


@pytest.mark.parametrize("preset", PRESETS)
def test_noise_in_the_spectrogram_is_refused_in_one_line(refused, folder, preset):
    asked = ("eval", folder / preset, folder / "data.h5", "-o", "out", "--robustness")
    line = refused(*asked, "--domain", "spectrogram")
    assert (
        f"{PRESETS[preset][0]} reads the signal, which has none; expected --domain signal" in line
    )
