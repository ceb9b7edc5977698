"""The floors of the house are the same on every page, and imports keep to them."""

import ast
import re
import tomllib

from .docs_pages import ROOT, text_of

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
(CONTRACT,) = PROJECT["tool"]["importlinter"]["contracts"]
FLOORS = [
    {name.strip().removeprefix("radarkit.") for name in floor.split("|")}
    for floor in CONTRACT["layers"]
]
HEIGHT = {name: -at for at, floor in enumerate(FLOORS) for name in floor}


def modules():
    """Find every file of the package and the part of the house that it belongs to."""
    for top in ("radarkit", "cli", "datasets"):
        for path in (ROOT / top).rglob("*.py"):
            parts = path.relative_to(ROOT / "radarkit" if top == "radarkit" else ROOT).parts
            if parts not in (("__init__.py",), ("__main__.py",)):  # the two doors
                yield parts[0].removesuffix(".py"), path


def imports(path):
    """Parts of the house that a file imports from, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{each.name}" for each in node.names]
        elif isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        else:
            continue
        for name in names:
            if name.startswith("radarkit.") and name.split(".")[1] != "__version__":
                yield name.split(".")[1]


def test_every_file_has_a_floor_and_imports_from_below_it():
    seen = set()
    for own, path in modules():
        seen.add(own)
        for other in set(imports(path)) - {own}:
            assert HEIGHT[other] < HEIGHT[own], f"{path} imports radarkit.{other}"
    assert seen == set(HEIGHT)


def test_the_diagram_shows_the_floors_that_are_checked():
    (diagram,) = re.findall(r"```text\n(.*?)```", text_of("docs/architecture.md"), re.DOTALL)
    shown = [set(re.findall(r"\w+", line)) for line in diagram.splitlines() if "|" in line]
    assert shown == FLOORS


def test_the_page_says_what_each_package_is_for():
    rows = re.findall(r"^\| `(\w+)` \| \S", text_of("docs/architecture.md"), re.MULTILINE)
    assert rows == list(dict.fromkeys(rows)) and set(rows) == set(HEIGHT)


def test_contributing_names_the_same_floors():
    (house,) = re.findall(
        r"^    (cli >.*?)\n\n", text_of("CONTRIBUTING.md"), re.DOTALL | re.MULTILINE
    )
    assert [set(re.findall(r"\w+", floor)) for floor in house.split(">")] == FLOORS


def test_every_package_has_a_page_of_reference():
    pages = (ROOT / "docs" / "reference").glob("*.md")
    shown = re.findall(r"automodule:: (radarkit[\w.]*)", "".join(map(text_of_path, pages)))
    packages = set(PROJECT["tool"]["setuptools"]["packages"]) - {"radarkit", "radarkit.cli"}
    for package in packages:
        assert any(f"{name}.".startswith(f"{package}.") for name in shown), package
    assert len(shown) == len(set(shown))


def text_of_path(path):
    return path.read_text("utf-8")


def test_every_file_that_a_recipe_of_contributing_names_exists():
    names = re.findall(
        r"`((?:radarkit|cli|datasets|tests|docs)/[\w/.]+)`", text_of("CONTRIBUTING.md")
    )
    assert len(names) > 20
    for name in names:
        if "NAME" not in name:
            assert (ROOT / name).exists(), name
