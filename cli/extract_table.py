"""What ``radarkit extract`` says on the terminal: a row a capture, then what to be warned of."""

import shutil
import sys
import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from radarkit.extract.report import ExtractionReport

_UNKNOWN = "?"
_NARROWEST = 80  # columns of a terminal that a table fits into
_NARROWEST_TEXT = 40  # columns; words broken into narrower lines are no easier to read


def print_table(reports: "Mapping[str, ExtractionReport | dict[str, Any]]") -> None:
    """Print what was found in some captures.

    Warnings and what was repaired go to stderr, one line each. Where the output is no terminal, or
    a narrow one, each capture is a line of plain text.

    Parameters
    ----------
    reports : mapping of str to ExtractionReport
        By the name of the capture; as they are or as JSON has them.
    """
    from rich.console import Console

    from radarkit.extract.remarks import concerns
    from radarkit.extract.report import ExtractionReport

    found = {name: ExtractionReport.of(report) for name, report in reports.items()}
    console = Console()
    if console.is_terminal and console.width >= _NARROWEST and found:
        _print_rich(console, found)
    else:
        for name, report in found.items():
            say(f"{name}: {_line(report)}")
    for name, report in found.items():
        for remark in (*concerns(report), *report.capture.notes):
            say(f"{name}: {remark}", err=True)


def say(line: str, *, err: bool = False) -> None:
    """Print a line; on a terminal it breaks between words, and what follows is indented."""
    stream = sys.stderr if err else sys.stdout
    if stream.isatty():
        line = textwrap.fill(
            line,
            max(shutil.get_terminal_size().columns, _NARROWEST_TEXT),
            subsequent_indent="  ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    typer.echo(line, err=err)


def _print_rich(console: Any, reports: "Mapping[str, ExtractionReport]") -> None:
    from rich.table import Table

    from radarkit.extract.remarks import concerns

    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("capture", overflow="fold", min_width=8)
    for heading in (
        "range\nm",
        "breathing\n/min (conf.)",
        "heart\n/min (conf.)",
        "points\n",
        "lost\nframes",
        "moved\ns",
        "warnings\n",
    ):
        table.add_column(heading, justify="right")
    colours = {"good": "green", "fair": "yellow", "poor": "red"}
    for name, report in reports.items():
        grades = report.quality
        breathing = _rate(report.breathing_rate_per_min, report.breathing_confidence)
        heart = _rate(report.heart_rate_per_min, report.heart_confidence)
        table.add_row(
            _plain(name),
            f"{report.range_m:.2f}",
            f"[{colours[grades.breathing]}]{breathing}[/]",
            f"[{colours[grades.heart]}]{heart}[/]",
            str(len(report.points)),
            str(report.capture.frames_invalid + report.capture.frames_dropped),
            f"{report.moved_s:.1f}",
            str(len(concerns(report))),
        )
    console.print(table)


def _line(report: "ExtractionReport") -> str:
    unit = " /min"
    breathing = _rate(report.breathing_rate_per_min, report.breathing_confidence, unit)
    heart = _rate(report.heart_rate_per_min, report.heart_confidence, unit)
    capture = report.capture
    return (
        f"range {report.range_m:.2f} m, breathing {breathing}, heart {heart}, "
        f"{len(report.points)} points, {capture.frames} frames, {capture.frames_invalid} with "
        f"losses, {capture.frames_dropped} dropped, {_clipped(report)} % clipped"
    )


def _rate(per_min: float | None, confidence: float, unit: str = "") -> str:
    return _UNKNOWN if per_min is None else f"{per_min:.1f}{unit} ({confidence:.2f})"


def _clipped(report: "ExtractionReport") -> str:
    share = report.health.clipped_fraction
    return _UNKNOWN if share is None else f"{100 * share:.3g}"


def _plain(name: str) -> Any:
    """Keep square brackets in a name from being taken for a style."""
    from rich.text import Text

    return Text(name)
