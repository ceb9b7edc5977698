"""Pictures of the table of strategies: delta-m with its intervals, and how the trainings went."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from radarkit.evaluation.published_strategies import WHERE, printed_strategy
from radarkit.evaluation.strategy_entries import SINGLE
from radarkit.evaluation.strategy_rows import StrategyRow, reference_of
from radarkit.style import (
    MODEL,
    PALE,
    TRUE,
    TRUE_LINE,
    legend_above,
    legend_above_all,
    line_styles,
    new_figure,
)
from radarkit.training.losses import TASKS

History = Sequence[Mapping[str, Any]]
Histories = Mapping[str, Mapping[int, Mapping[str, History]]]
_LINE_IN = 0.27  # of the picture's height for a strategy
_LOG_FROM = 10.0  # largest over smallest loss
_FAR_PERCENT = -60.0  # a delta-m below it has no mark, lest it hide all other differences


def delta_m_figure(rows: Sequence[StrategyRow]) -> Figure:
    """Draw delta-m of each strategy with its interval, the best on top, and the printed ones.

    Parameters
    ----------
    rows : sequence of StrategyRow
        Those without a delta-m are named, without a mark.
    """
    shown = sorted(
        (row for row in rows if row.name != SINGLE),
        key=lambda row: np.nan_to_num(row.delta_m_percent.value, nan=-np.inf),
    )
    figure, (axes,) = new_figure(1, 1.1 + _LINE_IN * len(shown))
    places = np.arange(len(shown))
    found = np.array(
        [
            (row.delta_m_percent.value, row.delta_m_percent.low, row.delta_m_percent.high)
            for row in shown
        ]
    ).reshape(-1, 3)
    axes.axvline(0, color=PALE, linewidth=0.8)
    of_seeds = [
        (values["delta_m_percent"], place)
        for place, row in zip(places, shown, strict=True)
        if len(row.seeds) > 1
        for values in row.by_seed.values()
    ]
    if of_seeds:
        x, y = zip(*of_seeds, strict=True)
        axes.plot(x, y, "|", color=MODEL, markersize=9, alpha=0.6, label="each seed")
    axes.hlines(places, found[:, 1], found[:, 2], color=MODEL, linewidth=1.6)
    axes.plot(found[:, 0], places, "o", color=MODEL, markersize=5, label="mean, 95 % interval")
    printed = [printed_strategy(row.name) for row in shown]
    beside = [np.nan if row is None else row.delta_m_percent for row in printed]
    axes.plot(beside, places, "D", color=PALE, fillstyle="none", markersize=4,
              label=f"printed ({WHERE})")  # fmt: skip
    far = found[:, 0] < _FAR_PERCENT
    if far.any():
        near = np.nanmin([0.0, *found[~far, 1], *np.array(beside)[~far]])
        left = near - 0.15 * (axes.get_xlim()[1] - near)
        axes.set_xlim(left=left)
        for place in places[far]:
            text = f"\N{LEFTWARDS ARROW} {found[place, 0]:.0f}"
            axes.text(left, place, text, color=MODEL, fontsize=8, va="center")
    axes.set_yticks(places, [row.name for row in shown])
    axes.set_ylim(-0.6, len(shown) - 0.4)
    axes.set_xlabel("delta-m against the single-task networks (%)")
    legend_above(axes)
    return figure


def losses_figure(histories: Histories) -> Figure:
    """Draw the validation loss of each task over the epochs, a line a strategy, of its first seed.

    Parameters
    ----------
    histories : mapping
        By entry, seed and name of the run, the epochs; of a run of the single-task baseline only
        its own task is drawn.
    """
    figure, panels = new_figure(len(TASKS), 3.2, columns=len(TASKS))
    ega = reference_of(list(histories))
    for axes, task in zip(panels, TASKS, strict=True):
        styles, lowest, highest = line_styles(), np.inf, 0.0
        for name, seeds in histories.items():
            runs = next(iter(seeds.values()))
            if name == SINGLE:
                runs = {run: rows for run, rows in runs.items() if f"-{task}-" in run}
                style = TRUE_LINE
            elif name == ega:
                style = {"color": TRUE, "linewidth": 1.8, "zorder": 3}
            else:
                style = {**next(styles), "linewidth": 1.0}
            (rows,) = runs.values()
            losses = [row["validation"][task] for row in rows]
            axes.plot([row["epoch"] + 1 for row in rows], losses, **{**style, "label": name})
            lowest, highest = min(lowest, *losses), max(highest, *losses)
        if 0 < lowest * _LOG_FROM < highest:
            axes.set_yscale("log")
        axes.set_title(task, fontsize=9)
        axes.set_xlabel("epoch")
    panels[0].set_ylabel("validation loss")
    legend_above_all(figure, panels[0], 5)
    return figure


def vector_figure(histories: Histories) -> Figure | None:
    """Draw EGA's eccentric vector over the epochs, a panel a variant, a line a task and seed.

    Returns
    -------
    Figure or None
        None without EGA.
    """
    shown = {
        name: [rows for runs in seeds.values() for rows in runs.values()]
        for name, seeds in histories.items()
        if all("v" in row for runs in seeds.values() for rows in runs.values() for row in rows)
    }
    if not shown:
        return None
    figure, panels = new_figure(len(shown), 2.4, columns=min(3, len(shown)), share=True)
    for axes, (name, seeds) in zip(panels, shown.items(), strict=True):
        for task, style in zip(TASKS, line_styles(), strict=False):
            for number, rows in enumerate(seeds):
                axes.plot(
                    [row["epoch"] + 1 for row in rows],
                    [row["v"][task] for row in rows],
                    label=task if number == 0 else None,
                    alpha=1.0 if number == 0 else 0.45,
                    **style,
                )
        axes.set_title(name, fontsize=9)
        axes.set_xlabel("epoch")
    panels[0].set_ylabel("eccentric vector v")
    legend_above_all(figure, panels[0], len(TASKS))
    return figure
