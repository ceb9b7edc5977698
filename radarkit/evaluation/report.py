"""One self-contained page that says how good a model is, beside the baselines.

Pictures are embedded. The page is rendered from ``report.html.j2``.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from radarkit.evaluation.columns import METRICS, Metric
from radarkit.evaluation.delta_m import FAILED_BELOW_PCC
from radarkit.evaluation.figures import history_figure
from radarkit.evaluation.page import write_page
from radarkit.evaluation.scores import Row
from radarkit.style import embed


@dataclass(frozen=True, eq=False)
class ReportFigure:
    """A picture with its words.

    Attributes
    ----------
    title : str
        Heading; also what a screen reader says.
    caption : str
        What to see in it.
    figure : Figure
    """

    title: str
    caption: str
    figure: Figure


@dataclass(frozen=True, eq=False)
class ReportContent:
    """What a report says.

    Attributes
    ----------
    title : str
    summary : sequence of str
        Paragraphs under the title: which run, which data, what is remarkable.
    methods : mapping of str to sequence of Row
        What `summarise` returned for each method; the model first, then the baselines.
    figures : sequence of ReportFigure
    configuration : mapping
        The resolved configuration, nested as it likes, JSON-serialisable.
    versions : mapping of str to str
        Package and version.
    seed : int
    history : sequence of mappings
        Epochs of the training as `history_figure` takes them, or none.
    statuses : mapping of str to sequence of Row
        What `summarise_by` returned for the states of the people, of each method, or none.
    """

    title: str
    summary: Sequence[str]
    methods: Mapping[str, Sequence[Row]]
    figures: Sequence[ReportFigure]
    configuration: Mapping[str, Any]
    versions: Mapping[str, str]
    seed: int
    history: Sequence[Mapping[str, Any]] = ()
    statuses: Mapping[str, Sequence[Row]] = field(default_factory=dict)


@dataclass(frozen=True)
class Cell:
    """A value of a table as it is shown.

    Attributes
    ----------
    text : str
        The value.
    interval : str
        Its confidence interval, or nothing.
    best : bool
        Whether no method shows a better one, and some a worse.
    """

    text: str
    interval: str
    best: bool


@dataclass(frozen=True)
class Line:
    """A method's line of a table: its name, whether it failed, and a cell for each metric."""

    name: str
    failed: bool
    cells: Mapping[str, Cell]


def write_report(path: Path, content: ReportContent, *, force: bool = False) -> None:
    """Write the page.

    Parameters
    ----------
    path : Path
        The ``.html`` file.
    content : ReportContent
    force : bool
        Replace what is there.

    Raises
    ------
    UserError
        When `path` cannot be written.
    """
    figures = list(content.figures)
    if content.history:
        caption = "Mean losses and weights of each epoch of the training."
        figures.append(ReportFigure("Training", caption, history_figure(content.history)))
    everyone = {name: rows[0] for name, rows in content.methods.items()}
    write_page(
        path,
        "report.html.j2",
        force=force,
        content=content,
        metrics=METRICS,
        main=[metric for metric in METRICS if metric.table == "main"],
        more=[metric for metric in METRICS if metric.table == "more"],
        waves=[metric for metric in METRICS if metric.table == "waves"],
        table=_table(everyone),
        spread=[
            ("Nine trials in ten reach", _table(everyone, "_nine_in_ten")),
            ("Mean over trials", _table(everyone, "_mean")),
        ],
        failed_below=f"{FAILED_BELOW_PCC:.0%}",
        lags=[(name, f"{float(row['lag_ms']):.0f}") for name, row in everyone.items()],
        statuses=_grouped(content.statuses, "status"),
        subjects=_grouped({name: rows[1:] for name, rows in content.methods.items()}, "subject"),
        verdicts=_verdicts(content.methods),
        pictures=[(figure, *embed(figure.figure)) for figure in figures],
        configuration=json.dumps(content.configuration, indent=2, default=str, ensure_ascii=False),
    )


def _table(rows: Mapping[str, Row], ending: str = "") -> list[Line]:
    """Show each method's metrics, those whose keys in the rows have an ending, as a line."""
    values = {
        metric: [float(row[metric.key + ending]) for row in rows.values()] for metric in METRICS
    }
    best = {metric: _best(metric, of_metric) for metric, of_metric in values.items()}
    return [
        Line(
            name,
            bool(row["failed"]),
            {
                metric.key: Cell(
                    text := metric.shown(float(row[metric.key + ending])),
                    "" if ending else _interval(metric, row),
                    text == best[metric],
                )
                for metric in METRICS
            },
        )
        for name, row in rows.items()
    ]


def _interval(metric: Metric, row: Row) -> str:
    """How the confidence interval of a median is shown; nothing where there is none."""
    ends = [float(row[f"{metric.key}_{end}"]) for end in ("low", "high")]
    if not np.isfinite(ends).all():
        return ""
    return "\N{EN DASH}".join(metric.shown(end) for end in ends)


def _best(metric: Metric, values: Sequence[float]) -> str | None:
    """How the best value is shown, None when all show the same."""
    defined = [x for x in values if np.isfinite(x)]
    if len({metric.shown(x) for x in values}) < 2 or not defined:
        return None
    return metric.shown((min if metric.better == "lower" else max)(defined))


def _grouped(methods: Mapping[str, Sequence[Row]], key: str) -> list[tuple[str, list[Line]]]:
    """For each subject or status the same table as of all."""
    rows = {name: {str(row[key]): row for row in table} for name, table in methods.items()}
    groups = dict.fromkeys(group for table in rows.values() for group in table)
    return [
        (group, _table({name: table[group] for name, table in rows.items() if group in table}))
        for group in groups
    ]


def _verdicts(methods: Mapping[str, Sequence[Row]]) -> list[tuple[str, list[tuple[str, str]]]]:
    """For each baseline, in which metrics of the main table the model is better, worse, equal."""
    model, *baselines = methods
    verdicts = []
    for baseline in baselines:
        groups: dict[str, list[str]] = {"better": [], "worse": [], "equal": []}
        for metric in METRICS:
            pair = [float(methods[name][0][metric.key]) for name in (model, baseline)]
            if not metric.main or not np.isfinite(pair).all():
                continue
            mine, theirs = (metric.shown(x) for x in pair)
            if mine == theirs:
                groups["equal"].append(metric.label)
                continue
            won = (pair[0] < pair[1]) == (metric.better == "lower")
            unit = f"\N{NO-BREAK SPACE}{metric.unit}" if metric.unit else ""
            groups["better" if won else "worse"].append(
                f"{metric.label} {mine} against {theirs}{unit}"
            )
        verdicts.append((baseline, [(word, ", ".join(x)) for word, x in groups.items() if x]))
    return verdicts
