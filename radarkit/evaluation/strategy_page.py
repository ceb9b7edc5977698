"""One self-contained page for the table of strategies, beside the printed one."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from radarkit.evaluation.columns import METRICS, Metric
from radarkit.evaluation.delta_m import FAILED_BELOW_PCC, shown_delta_m
from radarkit.evaluation.page import write_page
from radarkit.evaluation.published_strategies import PRINTED_STRATEGIES, WHERE, printed_strategy
from radarkit.evaluation.strategy_figures import (
    Histories,
    delta_m_figure,
    losses_figure,
    vector_figure,
)
from radarkit.evaluation.strategy_rows import METRIC_KEYS, Interval, StrategyRow, reference_of
from radarkit.style import embed

_COLUMNS: list[Metric] = [
    next(metric for metric in METRICS if metric.key == key) for key in METRIC_KEYS
]
_HEADINGS = [(metric.label, f"{metric.unit} {metric.arrow}".strip()) for metric in _COLUMNS]
_DELTA = ("delta\N{NON-BREAKING HYPHEN}m", "% ↑")
_FAILED = "<failed>"  # no text of a cell begins so; the template draws it

Cell = tuple[str, str, bool]  # value, what stands below it, whether it is the best


def write_strategy_page(
    path: Path,
    rows: Sequence[StrategyRow],
    histories: Histories,
    notes: Sequence[str],
    facts: Mapping[str, Any],
    command: str,
) -> None:
    """Write the page.

    Parameters
    ----------
    path : Path
        The ``.html`` file; replaced if it is there.
    rows : sequence of StrategyRow
        The single-task baseline first.
    histories : mapping
        By entry, seed and name of the run, the epochs of its training.
    notes : sequence of str
        What a reader has to know.
    facts : mapping
        What the rows were made from, ready for JSON.
    command : str
        That makes them again.
    """
    ega = reference_of([row.name for row in rows])
    best = _best(rows)
    write_page(
        path,
        "strategy_page.html.j2",
        force=True,
        title="Strategies compared",
        summary=[_summary(rows, facts), *notes],
        columns=[
            _DELTA,
            *([(f"{ega} ahead by", "points")] if ega else []),
            ("Printed delta\N{NON-BREAKING HYPHEN}m", "% ↑"),
            *_HEADINGS,
            ("Seeds", ""),
        ],
        rows=[
            (
                row.name,
                [
                    _delta(row, best),
                    *([_ahead(row)] if ega else []),
                    (_printed(row.name), "", False),
                    *_metrics(row, best),
                    (str(len(row.seeds)), "", False),
                ],
            )
            for row in rows
        ],
        seed_columns=[*_HEADINGS, _DELTA],
        by_seed=[
            (row.name, [(f"seed {seed}", _of_seed(x)) for seed, x in row.by_seed.items()])
            for row in rows
        ],
        printed=[(name, _printed_row(name)) for name in PRINTED_STRATEGIES],
        where=WHERE,
        failed_below=f"{FAILED_BELOW_PCC:.0%}",
        delta_picture=_both(lambda phone: delta_m_figure(rows, phone=phone)),
        loss_picture=_both(lambda phone: losses_figure(histories, phone=phone)),
        vector_picture=_both(lambda phone: vector_figure(histories, phone=phone)),
        command=command,
        facts=json.dumps(facts, indent=2, ensure_ascii=False),
    )


def _both(draw: Callable[[bool], Figure | None]) -> list[tuple[str, int, int]]:
    """Embed a picture for a page and for a phone; nothing where there is none."""
    return [embed(figure) for figure in (draw(False), draw(True)) if figure is not None]


def _summary(rows: Sequence[StrategyRow], facts: Mapping[str, Any]) -> str:
    strategies = len(rows) - 1
    counts = sorted({len(row.seeds) for row in rows})
    seeds = " or ".join(map(str, counts)) + (" seed" if counts == [1] else " seeds")
    epochs, preset = facts["config"]["epochs"], facts["config"]["preset"]
    people = {name for names in facts["people"].values() for name in names}
    if facts["split"] is None:
        scored = (
            f"people that were not in its training: {len(people)} different ones and "
            f"{_counted(rows[0].trials, 'trial')} in all"
        )
    else:
        unseen = "" if facts["subjects_seen_in_training"] else ", who were not in its training"
        each = _counted(rows[0].trials // len(rows[0].seeds), "trial")
        scored = f"the same {_counted(len(people), 'person', 'people')} in {each}{unseen}"
    return (
        f"{strategies} {'strategies' if strategies > 1 else 'strategy'} and the single-task "
        f"networks, {preset}, each trained for {_counted(epochs, 'epoch')} on the same people with "
        f"the same {seeds}, and scored on {scored}."
    )


def _counted(number: int, thing: str, things: str | None = None) -> str:
    return f"{number} {thing if number == 1 else things or f'{thing}s'}"


def _best(rows: Sequence[StrategyRow]) -> dict[str, str]:
    """How the best value of each column is shown, of those that have not failed.

    Where some have fewer seeds, their metrics are of other people: only delta-m can be compared.
    """
    best = {}
    good = [row for row in rows if not row.failed]
    alike = len({row.seeds for row in rows}) == 1
    for metric in _COLUMNS if alike else ():
        values = [row.values[metric.key] for row in good if np.isfinite(row.values[metric.key])]
        if len({metric.shown(x) for x in values}) > 1:
            best[metric.key] = metric.shown((min if metric.better == "lower" else max)(values))
    deltas = [row.delta_m_percent.value for row in good if np.isfinite(row.delta_m_percent.value)]
    if len(deltas) > 1:
        best[_DELTA[0]] = shown_delta_m(max(deltas))
    return best


def _delta(row: StrategyRow, best: Mapping[str, str]) -> Cell:
    if row.failed:
        which = f"{len(row.failed)} of {len(row.seeds)}" if len(row.seeds) > 1 else ""
        return _FAILED, which, False
    text = shown_delta_m(row.delta_m_percent.value)
    return text, _ends(row.delta_m_percent), text == best.get(_DELTA[0])


def _metrics(row: StrategyRow, best: Mapping[str, str]) -> list[Cell]:
    shown = [(metric.key, metric.shown(row.values[metric.key])) for metric in _COLUMNS]
    return [(text, "", not row.failed and text == best.get(key)) for key, text in shown]


def _ahead(row: StrategyRow) -> Cell:
    if not np.isfinite(row.ega_ahead.value):
        return "", "", False
    return shown_delta_m(row.ega_ahead.value), _ends(row.ega_ahead), row.ega_ahead.excludes_zero


def _ends(found: Interval) -> str:
    if not np.isfinite(found.low):
        return ""
    return f"{shown_delta_m(found.low)} to {shown_delta_m(found.high)}"


def _of_seed(values: Mapping[str, float]) -> list[str]:
    shown = [metric.shown(values[metric.key]) for metric in _COLUMNS]
    return [*shown, shown_delta_m(values["delta_m_percent"])]


def _printed(name: str) -> str:
    row = printed_strategy(name)
    return "" if row is None else shown_delta_m(row.delta_m_percent)


def _printed_row(name: str) -> list[str]:
    row = printed_strategy(name)
    assert row is not None  # it is one of them
    shown = [metric.shown(getattr(row, metric.key)) for metric in _COLUMNS]
    return [*shown, shown_delta_m(row.delta_m_percent)]
