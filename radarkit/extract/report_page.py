"""What `radarkit extract --report` writes: numbers as ``.json``, or a page with pictures.

The page is rendered from ``report.html.j2``. Pictures are embedded; nothing is loaded from
anywhere. They are drawn where the capture was extracted, so that only they have to travel.
"""

import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from radarkit.errors import UserError
from radarkit.extract.remarks import concerns
from radarkit.extract.report import ExtractionReport, Quality
from radarkit.files import atomic_file

if TYPE_CHECKING:
    from radarkit.extract.report_pictures import Pictures

SUFFIXES = (".json", ".html")


class Drawn(NamedTuple):
    """A picture with its words, drawn.

    Attributes
    ----------
    title, caption : str
        Heading, and what to see.
    uri : str
        The picture itself.
    width, height : int
        In CSS pixels.
    """

    title: str
    caption: str
    uri: str
    width: int
    height: int


def draw(pictures: "Pictures", report: ExtractionReport) -> list[Drawn]:
    """Draw the pictures of an extraction, those that can be."""
    from radarkit.extract.report_figures import figures
    from radarkit.style import embed

    return [
        Drawn(title, caption, *embed(figure))
        for title, caption, figure in figures(pictures, report)
    ]


def check_report_path(path: Path) -> Path:
    """Return `path` if a report can have its name.

    Raises
    ------
    UserError
        When it ends neither in ``.json`` nor in ``.html``.
    """
    if path.suffix.lower() not in SUFFIXES:
        known = " or ".join(SUFFIXES)
        raise UserError(f"a report named {path.name}", expected=f"a name that ends in {known}")
    return path


def write_report(
    path: Path,
    reports: Mapping[str, ExtractionReport | dict[str, Any]],
    pictures: Mapping[str, Sequence[Drawn]] | None = None,
    *,
    failures: Mapping[str, str] | None = None,
    force: bool = False,
) -> None:
    """Write the reports of some captures.

    Parameters
    ----------
    path : Path
        ``.json``: the report of the only capture, or of several by name. ``.html``: the page.
    reports : mapping of str to ExtractionReport
        By the name of the capture; as they are or as `ExtractionReport.as_json` left them.
    pictures : mapping of str to sequence of Drawn, optional
        From `draw`, by the name of the capture; a capture without is described in words.
    failures : mapping of str to str, optional
        Captures that could not be used, and why; the page lists them.
    force : bool
        Replace what is there.

    Raises
    ------
    UserError
        When `path` has another ending or cannot be written.
    """
    found = {name: ExtractionReport.of(report) for name, report in reports.items()}
    if check_report_path(path).suffix.lower() == ".json":
        as_json = {name: report.as_json() for name, report in found.items()}
        content = next(iter(as_json.values())) if len(as_json) == 1 else as_json
        text = json.dumps(content, indent=2, allow_nan=False) + "\n"
    else:
        text = _page(found, pictures or {}, failures or {})
    with atomic_file(path, force=force) as part:
        part.write_text(text, "utf-8")


def _page(
    reports: Mapping[str, ExtractionReport],
    pictures: Mapping[str, Sequence[Drawn]],
    failures: Mapping[str, str],
) -> str:
    import jinja2

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"number": _number, "concerns": concerns}
    template = files("radarkit.extract").joinpath("report.html.j2").read_text("utf-8")
    return environment.from_string(template).render(
        title=_title(list(reports), len(failures)),
        captures=[
            (
                name,
                report,
                pictures.get(name, ()),
                json.dumps(report.config, indent=2, ensure_ascii=False),
            )
            for name, report in reports.items()
        ],
        failures=failures,
        meanings={name: field.description for name, field in Quality.model_fields.items()},
    )


def _title(names: list[str], failures: int) -> str:
    if failures:
        return f"{len(names)} of {len(names) + failures} captures"
    return names[0] if len(names) == 1 else f"{len(names)} captures"


def _number(value: float | None, decimals: int = 1, unit: str = "") -> str:
    """Show a number, or a dash where it is not known."""
    if value is None:
        return "\N{EN DASH}"
    return f"{value:.{decimals}f}" + (f"\N{NO-BREAK SPACE}{unit}" if unit else "")
