"""How Sphinx builds the documentation: `make docs`.

The pages are plain Markdown that GitHub shows as well as the site does. Made by the build, and kept
out of git: the reference of the command line, from typer; the reference of the packages, from their
docstrings; and the gallery with its pictures, from the scripts in `examples`.
"""

import sys
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

import radarkit

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # for the generator beside this file

project = "radarkit"
author = "The radarkit developers"
version = release = radarkit.__version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.mathjax",
    "sphinx-mathjax-offline",
    "sphinx_copybutton",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build", "examples", "gallery/*.ipynb", "gallery/*.zip", "gallery/*.json"]
suppress_warnings = ["config.cache"]  # sphinx-gallery's settings hold an object, which is not kept

myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3  # as GitHub makes them

# `name` in a docstring is code, and a link where the name has an entry
default_role = "py:obj"
nitpick_ignore_regex = [("py:obj", ".*")]
autodoc_preserve_defaults = True
autodoc_typehints = "none"  # the types stand in the text, with shapes and units
autodoc_member_order = "bysource"
numpydoc_show_class_members = False

html_theme = "furo"
html_title = "radarkit"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_show_copyright = False  # LICENSE says whose it is

copybutton_prompt_text = "$ "

sphinx_gallery_conf = {
    "examples_dirs": "examples",
    "gallery_dirs": "gallery",
    "filename_pattern": r"\.py$",  # all of them are run
    "ignore_pattern": "^$",
    "download_all_examples": False,
    "show_memory": False,
    "min_reported_time": 60,
    "plot_gallery": "True",
    "abort_on_example_error": True,
    "within_subsection_order": "sphinx_gallery.sorting.FileNameSortKey",
}

_FROM_ABOVE = {
    "contributing": "CONTRIBUTING.md",
    "releasing": "RELEASING.md",
    "changes": "CHANGELOG.md",
}


def _show_files_from_above(app: Sphinx, page: str, text: list[str]) -> None:
    """Put the files above this folder on their pages, and let links lead there."""
    if page in _FROM_ABOVE:
        above = (HERE.parent / _FROM_ABOVE[page]).read_text("utf-8")
        text[0] = above.replace("](docs/", "](")
    for name, file in _FROM_ABOVE.items():
        text[0] = (
            text[0].replace(f"](../{file}", f"]({name}.md").replace(f"]({file}", f"]({name}.md")
        )
    text[0] = text[0].replace("](../README.md", "](index.md")


def _escape_bars(
    app: Sphinx, what: str, name: str, found: Any, options: Any, lines: list[str]
) -> None:
    """Let |T| in a docstring be a modulus, and no name of something to put in its place."""
    for at, line in enumerate(lines):
        parts = line.split("``")  # every second one is code
        parts[::2] = [part.replace("|", r"\|") for part in parts[::2]]
        lines[at] = "``".join(parts)


def _skip(app: Sphinx, what: str, name: str, found: Any, skip: bool, options: Any) -> bool | None:
    """Leave out what Python writes about named tuples and pydantic about its models."""
    about_itself = name == "model_config" or str(found.__doc__).startswith("Alias for field number")
    return True if about_itself else None


def _write_cli_reference(app: Sphinx) -> None:
    from cli_reference import write

    write(HERE / "reference" / "cli.md")


def setup(app: Sphinx) -> None:
    """Add the steps of our own."""
    app.connect("builder-inited", _write_cli_reference, priority=1)
    app.connect("source-read", _show_files_from_above)
    app.connect("autodoc-process-docstring", _escape_bars, priority=400)  # before numpydoc
    app.connect("autodoc-skip-member", _skip)
