"""The tutorial, typed as it stands there: on less data always, on all of it with the slow tests."""

import json
import re

import pytest
from matplotlib import pyplot

from .docs_pages import blocks, command_lines, run_python, text_of
from .test_docs import run_lines

PAGE = "docs/tutorial.md"
LINES = [line for line in command_lines(PAGE) if line.startswith("radarkit ")]
REAL = ("demo.bin", "radar.toml", "real.h5")
SMALLER = {
    "--subjects 12": "--subjects 3",
    "--duration 30": "--duration 12",
    "--epochs 6": "--epochs 1",
}


@pytest.fixture
def reader(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(pyplot, "show", lambda: None)
    yield tmp_path
    pyplot.close("all")


def is_of_the_real_capture(line):
    return any(name in line.split() for name in REAL)


def simulated_part():
    lines = [line for line in LINES if not is_of_the_real_capture(line)]
    steps = ["--help", "simulate", "info", "extract", "train", "eval", "reconstruct"]
    assert [line.split()[1] for line in lines] == steps
    return lines


def test_every_step_of_the_tutorial_works_on_less_data(reader):
    script = "\n".join(simulated_part())
    for much, little in SMALLER.items():
        assert much in script
        script = script.replace(much, little)
    run_lines(script.splitlines())
    names = run_python(PAGE)
    assert names["made"].ecg_mv.size == 12 * 200
    assert {"chest.png", "ecg.png"} <= {path.name for path in reader.iterdir()}


@pytest.mark.slow
def test_the_tutorial_says_what_is_seen(reader, shared_data):
    (reader / "demo.bin").symlink_to(shared_data / "iwr6843-seated" / "demo.bin")
    (toml,) = blocks(PAGE, "toml")
    (reader / "radar.toml").write_text(toml, "utf-8")
    said = run_lines(LINES)
    for block in blocks(PAGE, "text"):
        for line in block.splitlines():
            alike = [each for each in said.splitlines() if each.startswith(line[:9])]
            assert line.removesuffix(" ...") in said, alike
    names = run_python(PAGE)
    found, true = names["made"].r_peaks, names["true_peaks"]
    near = abs(found[:, None] - true).min(axis=0) < 30  # samples, 150 ms
    assert near.mean() > 0.9  # "the R peaks are found"


def test_the_real_capture_of_the_tutorial_gives_what_is_known_of_it(reader, shared_data):
    (reader / "demo.bin").symlink_to(shared_data / "iwr6843-seated" / "demo.bin")
    (toml,) = blocks(PAGE, "toml")
    (reader / "radar.toml").write_text(toml, "utf-8")
    lines = [line for line in LINES if is_of_the_real_capture(line)]
    assert len(lines) == 4 and lines[-1].startswith("radarkit reconstruct demo.bin ")
    said = run_lines(lines)
    *_, seen = blocks(PAGE, "text")
    assert seen.splitlines()[0] in said  # how few frames there are
    (made,) = json.loads((reader / "real-ecg" / "summary.json").read_text())["recordings"]
    assert made["heartbeat_found"] and made["confidence"] < 0.5 and made["rmssd_ms"] is None
    (stretch,) = made["stretches"]
    # nobody recorded an ECG beside it, but the rate is known: 69.6 +- 2 per minute
    assert stretch["heart_rate_per_min"] == pytest.approx(69.6, abs=5)
    range_m, breaths, beats = re.search(
        r"range ([\d.]+) m, breathing ([\d.]+) /min \([\d.]+\), heart ([\d.]+) /min", said
    ).groups()
    claim = f"at {range_m} m, {breaths} breaths and {beats} heart beats per minute"
    assert claim in text_of(PAGE).replace("\n", " ")
