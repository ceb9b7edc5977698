"""One self-contained page that says how good a model is, beside the baselines.

Pictures are embedded, each in a size for a page and in one for a phone. The page is rendered from
``report.html.j2``.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from radarkit.evaluation.columns import METRICS
from radarkit.evaluation.delta_m import FAILED_BELOW_PCC
from radarkit.evaluation.page import write_page
from radarkit.evaluation.report_tables import (
    PRINTED_METRICS,
    beside_printed,
    grouped,
    span,
    table,
)
from radarkit.evaluation.scores import Row
from radarkit.evaluation.verdicts import verdicts
from radarkit.style import embed

Embedded = tuple[str, int, int]


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
        As wide as a page.
    phone : Figure
        The same for a phone.
    """

    title: str
    caption: str
    figure: Figure
    phone: Figure

    @cached_property
    def wide(self) -> Embedded:
        """Data URI of the figure for a page, with its size in CSS pixels."""
        return embed(self.figure)

    @cached_property
    def narrow(self) -> Embedded:
        """The same of the figure for a phone."""
        return embed(self.phone)

    @property
    def png(self) -> bytes:
        """The picture for a page, as a file."""
        return base64.b64decode(self.wide[0].partition(",")[2])


@dataclass(frozen=True, eq=False)
class ReportContent:
    """What a report says.

    Attributes
    ----------
    title : str
    summary : sequence of str
        Paragraphs under the title: which run, which data, what is remarkable.
    trials : mapping of str to sequence of Row
        The scores of every trial for each method; the model first, then the baselines.
    methods : mapping of str to sequence of Row
        What `summarise` returned for each of them.
    figures : mapping of str to sequence of ReportFigure
        By the heading of their section.
    configuration : mapping
        The resolved configuration, nested as it likes, JSON-serialisable.
    versions : mapping of str to str
        Package and version.
    seed : int
    commands : sequence of str
        What makes the run and the page again.
    statuses : mapping of str to sequence of Row
        What `summarise_by` returned for the states of the people, of each method, or none.
    """

    title: str
    summary: Sequence[str]
    trials: Mapping[str, Sequence[Row]]
    methods: Mapping[str, Sequence[Row]]
    figures: Mapping[str, Sequence[ReportFigure]]
    configuration: Mapping[str, Any]
    versions: Mapping[str, str]
    seed: int
    commands: Sequence[str]
    statuses: Mapping[str, Sequence[Row]] = field(default_factory=dict)


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
    everyone = {name: rows[0] for name, rows in content.methods.items()}
    model, row = next(iter(everyone.items()))
    judged = verdicts(content.trials)
    own, printed = beside_printed(model, row)
    write_page(
        path,
        "report.html.j2",
        force=force,
        content=content,
        metrics=METRICS,
        main=[metric for metric in METRICS if metric.table == "main"],
        more=[metric for metric in METRICS if metric.table == "more"],
        waves=[metric for metric in METRICS if metric.table == "waves"],
        table=table(everyone),
        spread=[
            ("Nine trials in ten reach", table(everyone, "_nine_in_ten")),
            ("Mean over trials", table(everyone, "_mean")),
        ],
        failed_below=f"{FAILED_BELOW_PCC:.0%}",
        lags=[(name, f"{float(row['lag_ms']):.0f}") for name, row in everyone.items()],
        statuses=grouped(content.statuses, "status"),
        subjects=grouped({name: rows[1:] for name, rows in content.methods.items()}, "subject"),
        baselines=list(judged),
        verdicts=list(zip(*judged.values(), strict=True)),
        people=len(content.methods[model]) - 1,
        span=span(content.methods[model][1:]),
        printed_metrics=PRINTED_METRICS,
        own=own,
        printed=printed,
        configuration=json.dumps(content.configuration, indent=2, default=str, ensure_ascii=False),
    )
