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
autodoc_typehints = "none"  # the types stand in the text, with shapes and units
autodoc_member_order = "bysource"
numpydoc_show_class_members = False

html_theme = "furo"
html_title = "radarkit"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sphinx = False

copybutton_prompt_text = "$ "

sphinx_gallery_conf = {
    "examples_dirs": "examples",
    "gallery_dirs": "gallery",
    "filename_pattern": r"\.py$",  # all of them are run
    "ignore_pattern": "^$",
    "download_all_examples": False,
    "show_memory": False,
    "min_reported_time": 60,
    "plot_gallery": True,
    "abort_on_example_error": True,
    "within_subsection_order": "sphinx_gallery.sorting.FileNameSortKey",
}

_ON_THE_SITE = {"](../CONTRIBUTING.md": "](contributing.md", "](../README.md": "](index.md"}


def _link_within_the_site(app: Sphinx, page: str, text: list[str]) -> None:
    """Files above this folder have pages of the site to stand for them."""
    for link, on_the_site in _ON_THE_SITE.items():
        text[0] = text[0].replace(link, on_the_site)


def _skip(app: Sphinx, what: str, name: str, found: Any, skip: bool, options: Any) -> bool | None:
    """Leave out what Python writes about the fields of named tuples."""
    return True if str(found.__doc__).startswith("Alias for field number") else None


def _write_cli_reference(app: Sphinx) -> None:
    from cli_reference import write

    write(HERE / "reference" / "cli.md")


def setup(app: Sphinx) -> None:
    """Add the steps of our own."""
    app.connect("builder-inited", _write_cli_reference, priority=1)
    app.connect("source-read", _link_within_the_site)
    app.connect("autodoc-skip-member", _skip)
