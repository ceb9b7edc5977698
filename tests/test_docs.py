"""What the pages say to type must work as it stands there."""

import re
import runpy
import shlex
import tomllib
from pathlib import Path

import pytest
import typer.main
from typer.testing import CliRunner

import radarkit.extract
from radarkit.capture import read_config
from radarkit.cli.main import app
from radarkit.datasets.recipes import load_recipe
from radarkit.models import PRESETS
from radarkit.training.presets import load_config

from .docs_files import MAKES, RANGE_M, lay_out
from .docs_pages import ROOT, blocks, command_lines, pages, run_python, text_of

CLI = typer.main.get_command(app)
PAGES = pages()
HOWTO = [page for page in MAKES if page.startswith("docs/howto")]


def test_the_commands_of_the_readme_run_as_they_stand_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lay_out("README.md", tmp_path)
    lines = [line for line in command_lines("README.md") if line.startswith("radarkit ")]
    assert len(lines) == 4
    said = run_lines(lines)
    assert "range bin" in said and "range 0.7" in said
    made = {"chest.h5", "chest.html", "night.html", "night.data/ann-2.h5"}
    assert all((tmp_path / name).stat().st_size > 0 for name in made)


@pytest.mark.parametrize("page", HOWTO)
def test_the_commands_for_a_capture_tool_find_the_chest(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lay_out(page, tmp_path)
    if page == "docs/howto/matlab.md":
        run_python(page)
    said = run_lines(dict.fromkeys(command_lines(page)))
    found = re.findall(r"range ([\d.]+) m, breathing ([\d.]+) /min", said)
    assert len(found) == sum("extract" in line for line in dict.fromkeys(command_lines(page)))
    for range_m, per_min in found:
        assert float(range_m) == pytest.approx(RANGE_M, abs=0.1)
        assert float(per_min) == pytest.approx(15, abs=1)
    assert (tmp_path / "chest.h5").stat().st_size > 0


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
            parse(words[words.index("radarkit") + 1 :])
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
        else:  # a mapping of the importer
            assert "files" in tables, toml


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
