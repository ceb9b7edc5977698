"""One self-contained page that says how good a model is, beside the baselines.

Pictures are embedded; nothing is loaded from anywhere. The page is rendered from
``report.html.j2``.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
from matplotlib.figure import Figure

from radarkit.evaluation.columns import METRICS, Metric
from radarkit.evaluation.figures import history_figure
from radarkit.evaluation.scores import Row
from radarkit.files import atomic_file
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
    """

    title: str
    summary: Sequence[str]
    methods: Mapping[str, Sequence[Row]]
    figures: Sequence[ReportFigure]
    configuration: Mapping[str, Any]
    versions: Mapping[str, str]
    seed: int
    history: Sequence[Mapping[str, Any]] = ()


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
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = files("radarkit.evaluation").joinpath("report.html.j2").read_text("utf-8")
    page = environment.from_string(template).render(
        content=content,
        metrics=METRICS,
        main=[metric for metric in METRICS if metric.main],
        table=_table({name: rows[0] for name, rows in content.methods.items()}),
        subjects=_by_subject(content.methods),
        verdicts=_verdicts(content.methods),
        pictures=[(figure, *embed(figure.figure)) for figure in figures],
        configuration=json.dumps(content.configuration, indent=2, default=str, ensure_ascii=False),
    )
    with atomic_file(path, force=force) as part:
        part.write_text(page, "utf-8")


def _table(rows: Mapping[str, Row]) -> list[tuple[str, dict[str, tuple[str, bool]]]]:
    """For each method, each metric as it is shown and whether no method shows a better one."""
    shown = {
        metric.key: {name: metric.shown(float(row[metric.key])) for name, row in rows.items()}
        for metric in METRICS
    }
    best = {
        metric.key: _best(metric, [float(row[metric.key]) for row in rows.values()])
        for metric in METRICS
    }
    return [
        (
            name,
            {key: (texts[name], texts[name] == best[key]) for key, texts in shown.items()},
        )
        for name in rows
    ]


def _best(metric: Metric, values: Sequence[float]) -> str | None:
    """How the best value is shown, None when all show the same."""
    defined = [x for x in values if np.isfinite(x)]
    if len({metric.shown(x) for x in values}) < 2 or not defined:
        return None
    return metric.shown((min if metric.better == "lower" else max)(defined))


def _by_subject(
    methods: Mapping[str, Sequence[Row]],
) -> list[tuple[str, list[tuple[str, dict[str, tuple[str, bool]]]]]]:
    """For each subject the same table as of all."""
    rows = {
        name: {str(row["subject"]): row for row in table[1:]} for name, table in methods.items()
    }
    subjects = dict.fromkeys(subject for table in rows.values() for subject in table)
    return [
        (
            subject,
            _table({name: table[subject] for name, table in rows.items() if subject in table}),
        )
        for subject in subjects
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
