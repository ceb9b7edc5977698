"""Self-contained pages: a template, one style sheet for all, nothing loaded from anywhere."""

from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2

from radarkit.files import atomic_file

_HERE = files("radarkit.evaluation")


def write_page(path: Path, template: str, *, force: bool = False, **names: Any) -> None:
    """Render a page.

    Parameters
    ----------
    path : Path
        The ``.html`` file.
    template : str
        A file of this folder; it puts ``style|safe`` into its head.
    force : bool
        Replace what is there.
    **names
        What the template asks for; text is escaped, and all of it must be there.

    Raises
    ------
    UserError
        When `path` cannot be written.
    """
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    page = environment.from_string(_HERE.joinpath(template).read_text("utf-8"))
    style = _HERE.joinpath("page.css").read_text("utf-8")
    with atomic_file(path, force=force) as part:
        part.write_text(page.render(style=style, **names), "utf-8")
