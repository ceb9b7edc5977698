"""What the pages say to type must work as it stands there."""

import re
import runpy
import shlex
import tomllib
from pathlib import Path

import numpy as np
import pytest
import torch
import typer.main
from typer.testing import CliRunner

import radarkit.extract
from radarkit.capture import open_capture, read_config
from radarkit.cli.main import app
from radarkit.datasets.recipes import load_recipe
from radarkit.models import PRESETS
from radarkit.training.presets import load_config

from . import docs_files
from .docs_pages import ROOT, blocks, command_lines, pages, text_of

CLI = typer.main.get_command(app)
PAGES = pages()
MAKES = {  # what a page takes for granted
    "README.md": docs_files.for_readme,
    "docs/dataset.md": docs_files.simulated_data_set,
    "docs/howto/matlab.md": docs_files.for_matlab,
    "docs/howto/dca1000-cli.md": docs_files.for_dca1000_cli,
    "docs/howto/mmwave-studio.md": docs_files.for_mmwave_studio,
    "docs/howto/infineon.md": docs_files.for_infineon,
}
ELSEWHERE = {  # pages whose Python needs more than a file or two, and the tests that run it
    "docs/tutorial.md": "tests/test_tutorial.py",
    "docs/importing.md": "tests/cli/test_import.py",
}
HOWTO = [page for page in MAKES if page.startswith("docs/howto")]


@pytest.fixture
def stand(tmp_path, monkeypatch):
    """Put the reader of a page where its files are."""
    monkeypatch.chdir(tmp_path)

    def prepare(page):
        MAKES.get(page, lambda folder: None)(tmp_path)
        return tmp_path

    return prepare


def run_python(page):
    """Run the Python of a page from top to bottom; return what its names stand for in the end."""
    names = {}
    for code in blocks(page, "python"):
        exec(compile(code, page, "exec"), names)
    return names


def check_readme(names):
    assert names["found"].displacement_m.shape == (50, 4000)
    assert names["found"].report.range_m == pytest.approx(0.7, abs=0.05)


def check_dataset(names):
    assert names["frames"].shape == (2, 71, 120)
    assert len(names["five"]) == 5 and len(names["each"]) == 24
    assert names["batch"].spectrogram.shape == (8, 2, 71, 120)


def check_spectrogram(names):
    assert names["sharp"][2] < min(names["sharp"][:2])
    np.testing.assert_allclose(names["found"][900:4500:900], [5, 8, 11, 14], rtol=0.05)
    difference = np.abs(names["whole"] - names["picture"].values).sum()
    assert difference < 1e-3 * names["picture"].values.sum()


def check_ega(names):
    digits = {"eigenvalues": 3, "g": 3, "shares": 4, "weights": 3, "released": 3, "against": 0}
    for name, after in digits.items():
        shown = ", ".join(f"{value:.{after}f}" for value in torch.as_tensor(names[name]).tolist())
        page = text_of("docs/ega.md")
        assert re.search(rf"^{name}\b.* = .* # {shown}$", page, re.MULTILINE), (name, shown)
    assert all(torch.isfinite(parameter.grad).all() for parameter in names["trunk"].parameters())


def check_theory(names):
    for variant, called in (("algorithm", "Algorithm 1"), ("released", "released")):
        weights, shares = (
            ", ".join(f"{value:.3f}" for value in names[kind][variant].tolist())
            for kind in ("weights", "shares")
        )
        row = rf"\| {called}, [^|]+\| {weights} \| {shares} \|"
        assert re.search(row, text_of("docs/theory.md")), row
    against = {
        name: int((names["G"] @ names["G"].T @ each < 0).sum())
        for name, each in names["weights"].items()
    }
    assert against == {"algorithm": 1, "released": 2}  # "against two of the three"


def check_front_end(names):
    capture = open_capture(Path("adc_data.bin"), names["MMECG_RADAR"])
    assert capture.frames == names["motion_m"].shape[1]


CHECKS = {
    "docs/front_end.md": check_front_end,
    "README.md": check_readme,
    "docs/dataset.md": check_dataset,
    "docs/spectrogram.md": check_spectrogram,
    "docs/ega.md": check_ega,
    "docs/theory.md": check_theory,
}


@pytest.mark.parametrize(
    "page", [page for page in PAGES if blocks(page, "python") and page not in ELSEWHERE]
)
def test_the_python_of_a_page_runs_from_top_to_bottom(page, stand):
    stand(page)
    names = run_python(page)
    CHECKS.get(page, lambda names: None)(names)


@pytest.mark.parametrize("page", ELSEWHERE)
def test_a_page_whose_python_is_not_run_here_is_run_elsewhere(page):
    test = text_of(ELSEWHERE[page])
    assert Path(page).name in test and ("exec(" in test or "run_python(" in test)


def test_the_commands_of_the_readme_run_as_they_stand_there(stand):
    folder = stand("README.md")
    lines = [line for line in command_lines("README.md") if line.startswith("radarkit ")]
    assert len(lines) == 4
    said = run_lines(lines)
    assert "range bin" in said and "range 0.7" in said
    made = {"chest.h5", "chest.html", "night.html", "night.data/ann-2.h5"}
    assert all((folder / name).stat().st_size > 0 for name in made)


@pytest.mark.parametrize("page", HOWTO)
def test_the_commands_for_a_capture_tool_find_the_chest(page, stand):
    folder = stand(page)
    if page == "docs/howto/matlab.md":
        run_python(page)
    said = run_lines(dict.fromkeys(command_lines(page)))
    assert said.count("15.") + said.count("14.") >= 1, said  # breaths per minute
    assert (folder / "chest.h5").stat().st_size > 0


def run_lines(lines):
    """Run command lines one after the other in this process; return all that they said."""
    said = ""
    for line in lines:
        words = shlex.split(line, comments=True)[1:]
        words = [each for word in words for each in spread(word)]
        if words[0] == "extract" and "-o" in words:
            words.append("--force")  # a page may say two ways to the same file
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, (line, done.output)
        said += done.output
    return said


def spread(word):
    """Names that a shell puts in the place of a pattern."""
    return sorted(map(str, Path().glob(word))) if "*" in word else [word]


@pytest.mark.parametrize("page", PAGES)
def test_every_command_line_is_understood(page):
    makefile = (ROOT / "Makefile").read_text("utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for line in command_lines(page):
        words = shlex.split(line, comments=True)
        if words[0] == "radarkit":
            parse(words[1:])
        elif words[0] == "torchrun":
            parse(words[words.index("radarkit.cli.main") + 1 :])
        elif words[0] == "make":
            assert f"\n{words[1]}:" in makefile, line
        elif words[0] == "python" and words[1].endswith(".py"):
            assert (ROOT / words[1]).is_file(), line
        extras = re.findall(r"(?:^\.|radarkit-mmwave)\[([\w,-]+)\]", " ".join(words[-1:]))
        for extra in ",".join(extras).split(",") if extras else ():
            assert extra in project["optional-dependencies"], line


def parse(words):
    """Parse a command line; raises where the command does not know something in it."""
    if words[0] in ("--help", "--version"):
        return
    CLI.commands[words[0]].make_context(words[0], list(words[1:]))


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "toml")])
def test_every_file_of_settings_is_one_that_is_read(page, tmp_path):
    for toml in blocks(page, "toml"):
        tables, file = tomllib.loads(toml), tmp_path / "settings.toml"
        file.write_text(toml, "utf-8")
        if "chirp" in tables:
            assert read_config(file).frame_rate_hz > 0
        elif tables.get("extends") in PRESETS:
            assert load_config(file=file).preset in PRESETS
        elif "extends" in tables:
            assert load_recipe(str(file)).description == tables["description"]
        else:
            assert page in ELSEWHERE, toml


@pytest.mark.parametrize("page", PAGES)
def test_every_option_and_link_that_is_named_exists(page):
    text = text_of(page)
    known = {
        option
        for command in CLI.commands.values()
        for parameter in command.params
        for option in parameter.opts
    } | {"--help", "--version"}
    own = re.sub(r"^ +(python|torchrun|dask|pip) .*$", "", text, flags=re.MULTILINE)
    assert not set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", own)) - known
    for link in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text):
        if not link.startswith("gallery/"):  # made by the build
            assert ((ROOT / page).parent / link).exists(), link


@pytest.mark.parametrize("page", PAGES)
def test_every_heading_that_is_linked_to_exists(page):
    for path, anchor in re.findall(r"\]\(([^)#:\s]*)#([^)\s]+)\)", text_of(page)):
        target = (ROOT / page).parent / path if path else ROOT / page
        headings = re.findall(r"^#+ (.+)$", target.read_text("utf-8"), re.MULTILINE)
        anchors = {re.sub(r"[^\w\- ]", "", each).lower().replace(" ", "-") for each in headings}
        assert anchor in anchors, (path, anchor)


def test_every_page_is_on_the_site():
    index = text_of("docs/index.md")
    for page in PAGES:
        if page.startswith("docs/") and not page.startswith(("docs/reference/", "docs/index")):
            name = page.removeprefix("docs/").removesuffix(".md")
            assert re.search(rf"^{name}$", index, re.MULTILINE), name


def test_the_reference_of_the_command_line_has_every_option_with_its_help():
    page = runpy.run_path(str(ROOT / "docs" / "cli_reference.py"))["reference"]()
    for name, command in CLI.commands.items():
        section = page.split(f"\n## radarkit {name}\n")[1].split("\n## ")[0]
        rows = re.findall(r"^\| `([^`]+)` \| (.+) \|$", section, re.MULTILINE)
        assert len(rows) == len(command.params)
        for parameter, (shown, text) in zip(command.params, rows, strict=True):
            named = [each for each in parameter.opts if each.startswith("-")]  # arguments have none
            assert all(each in shown for each in named)
            assert " ".join(parameter.help.split()) in text.replace("\\|", "|")


def test_every_step_that_is_named_exists():
    table = text_of("docs/extraction.md")
    cells = re.findall(r"^\| [a-zA-Z]+ \| (`[^|]+) \|", table, re.MULTILINE)
    steps = [name for cell in cells for name in re.findall(r"`([\w.]+)`", cell)]
    assert len(steps) > 15
    for step in steps:
        found = radarkit.extract
        for part in step.split("."):
            found = getattr(found, part)
