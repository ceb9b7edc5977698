"""What the documents say to type must work as it stands there."""

import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
import typer.main

import radarkit.extract
from radarkit.capture import read_config, write_dca1000
from radarkit.cli.main import app
from radarkit.datasets.recipes import load_recipe
from radarkit.datasets.simulation import SimulationConfig, simulate_dataset
from radarkit.simulate.fmcw import simulate_capture
from radarkit.simulate.scene import FrontEndConfig

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
RADARKIT = f'radarkit() {{ {shlex.quote(sys.executable)} -m radarkit.cli.main "$@"; }}\n'


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def run_page(name):
    """Run the Python of a page from top to bottom; return what its names stand for in the end."""
    text = (ROOT / "docs" / name).read_text("utf-8")
    names = {}
    for code in re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        exec(compile(code, name, "exec"), names)
    return names


def commands(first_word):
    """Indented command lines of the README, in order."""
    return re.findall(rf"^    (radarkit {first_word}\b.*)$", README, re.MULTILINE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where a reader of the README would stand: the TOML of it and captures of its radar."""
    where = tmp_path_factory.mktemp("reader")
    (toml,) = blocks("toml")
    (where / "radar.toml").write_text(toml, "utf-8")
    radar = read_config(where / "radar.toml")
    time_s = np.arange(20 * 200) / 200
    motion_m = 2e-3 * np.sin(2 * np.pi * 0.25 * time_s) + 1e-4 * np.sin(2 * np.pi * 1.2 * time_s)
    (where / "night").mkdir()
    for number, name in enumerate(("adc_data.bin", "night/ann-2.bin")):
        rng = np.random.default_rng(number)
        chest = np.tile(motion_m, (5, 1))
        blocks_ = simulate_capture(chest, 200.0, radar, FrontEndConfig(), rng)
        write_dca1000(where / name, blocks_, radar)
    return where


def test_the_commands_of_the_readme_run_as_they_stand_there(folder):
    lines = commands("info") + commands("extract")
    assert len(lines) == 4
    script = RADARKIT + "\n".join(sorted(lines, key=README.index))
    done = subprocess.run(["sh", "-ec", script], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "range bin" in done.stdout and "range 0.7" in done.stdout
    made = {"chest.h5", "chest.html", "night.html", "night.data/ann-2.h5"}
    assert all((folder / name).stat().st_size > 0 for name in made)


def test_the_python_of_the_readme_runs_as_it_stands_there(folder, monkeypatch):
    monkeypatch.chdir(folder)
    (code,) = blocks("python")
    names = {}
    exec(compile(code, "README.md", "exec"), names)
    assert names["found"].displacement_m.shape == (50, 4000)
    assert names["found"].report.range_m == pytest.approx(0.7, abs=0.05)


@pytest.mark.parametrize("page", ["spectrogram.md", "dataset.md"])
def test_the_python_of_a_page_runs_from_top_to_bottom(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    recipe = load_recipe(duration_s=12, channels=2)
    simulate_dataset(tmp_path / "chest.h5", SimulationConfig(recipe=recipe))
    names = run_page(page)
    if page == "dataset.md":
        assert names["frames"].shape == (2, 71, 120)
        assert len(names["five"]) == 5 and len(names["each"]) == 24
        assert names["batch"].spectrogram.shape == (8, 2, 71, 120)
    else:
        assert names["sharp"][2] < min(names["sharp"][:2])
        np.testing.assert_allclose(names["found"][900:4500:900], [5, 8, 11, 14], rtol=0.05)
        difference = np.abs(names["whole"] - names["picture"].values).sum()
        assert difference < 1e-3 * names["picture"].values.sum()


def test_the_example_finds_the_heart_of_its_chest(capsys):
    names = runpy.run_path(str(ROOT / "docs" / "examples" / "one_point.py"))
    assert "0.70 m" in capsys.readouterr().out
    assert np.ptp(names["heart_um"]) == pytest.approx(np.ptp(names["wanted_um"]), rel=0.1)
    assert names["error_um"] < 3


def test_the_worked_example_of_ega_has_the_numbers_that_stand_beside_it():
    names = run_page("ega.md")
    text = (ROOT / "docs" / "ega.md").read_text("utf-8")
    digits = {"eigenvalues": 3, "g": 3, "shares": 4, "weights": 3, "released": 3, "against": 0}
    for name, after in digits.items():
        shown = ", ".join(f"{value:.{after}f}" for value in torch.as_tensor(names[name]).tolist())
        assert re.search(rf"^{name}\b.* = .* # {shown}$", text, re.MULTILINE), (name, shown)
    assert all(torch.isfinite(parameter.grad).all() for parameter in names["trunk"].parameters())


def test_ega_learns_the_digits_outside_radarkit(capsys):
    names = runpy.run_path(str(ROOT / "docs" / "examples" / "ega.py"))
    vectors = np.array(names["vectors"])
    np.testing.assert_allclose(vectors.sum(axis=1), 3)
    assert vectors.shape == (names["EPOCHS"], 3) and np.ptp(vectors, axis=1)[-1] > 0.01
    for rows in names["scores"].values():
        assert (np.mean(rows, axis=0) < (15, 12, 0.2)).all()  # by chance: 90 %, 50 %, 0.5 px
    printed = capsys.readouterr().out
    assert all(f"\n{name}  " in printed for name in names["scores"])


def test_the_toy_problem_of_ega_has_its_front_where_neither_loss_can_fall():
    toy = runpy.run_path(str(ROOT / "docs" / "ega.py"))
    for x, y in toy["pareto_front"]():
        around = np.linspace(0, 2 * np.pi, 60)
        near = np.array([x, y]) + 1e-2 * np.stack([np.cos(around), np.sin(around)], axis=1)
        at = toy["losses"](torch.tensor([x, y], dtype=torch.float64))
        assert ((toy["losses"](torch.from_numpy(near)) - at).max(dim=1).values > -1e-6).all()


def test_every_step_that_is_named_exists():
    table = (ROOT / "docs" / "extraction.md").read_text("utf-8")
    cells = re.findall(r"^\| [a-zA-Z]+ \| (`[^|]+) \|", table, re.MULTILINE)
    steps = [name for cell in cells for name in re.findall(r"`([\w.]+)`", cell)]
    assert len(steps) > 15
    for step in steps:
        found = radarkit.extract
        for part in step.split("."):
            found = getattr(found, part)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_option_and_link_that_is_named_exists(page):
    text = page.read_text("utf-8")
    known = {
        option
        for command in typer.main.get_command(app).commands.values()
        for parameter in command.params
        for option in parameter.opts
    }
    commands = re.sub(
        r"^    (python docs/|torchrun ).*$", "", text, flags=re.MULTILINE
    )  # have their own
    assert not set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", commands)) - known - {"--help"}
    for link in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (page.parent / link).exists(), link
