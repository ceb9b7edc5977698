"""Pictures of the table of strategies: delta-m with its intervals, and how the trainings went."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from radarkit.evaluation.panels import panel_grid
from radarkit.evaluation.published_strategies import WHERE, printed_strategy
from radarkit.evaluation.strategy_entries import SINGLE
from radarkit.evaluation.strategy_rows import StrategyRow, reference_of
from radarkit.evaluation.training_figures import ECCENTRIC
from radarkit.style import (
    MODEL,
    PALE,
    TRUE,
    TRUE_LINE,
    legend_above_all,
    line_styles,
)
from radarkit.training.losses import TASKS

History = Sequence[Mapping[str, Any]]
Histories = Mapping[str, Mapping[int, Mapping[str, History]]]
_LINE_IN = 0.27  # of the picture's height for a strategy
_LOG_FROM = 10.0  # largest over smallest loss
_FAR_PERCENT = -60.0  # a delta-m below it has no mark, lest it hide all other differences


def delta_m_figure(rows: Sequence[StrategyRow], *, phone: bool = False) -> Figure:
    """Draw delta-m of each strategy with its interval, the best on top, and the printed ones.

    Parameters
    ----------
    rows : sequence of StrategyRow
        Those without a delta-m are named, without a mark.
    phone : bool
        Draw it for a phone.
    """
    shown = sorted(
        (row for row in rows if row.name != SINGLE),
        key=lambda row: np.nan_to_num(row.delta_m_percent.value, nan=-np.inf),
    )
    figure, (axes,) = panel_grid(1, 1.2 + _LINE_IN * len(shown), phone=phone)
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
    # a name with its settings in lines of their own leaves a phone some room
    names = [row.name.replace(":", ":\n") if phone else row.name for row in shown]
    axes.set_yticks(places, names)
    axes.set_ylim(-0.6, len(shown) - 0.4)
    axes.set_xlabel("delta-m against the single-task networks (%)")
    legend_above_all(figure, axes, 1 if phone else 3)
    return figure


def losses_figure(histories: Histories, *, phone: bool = False) -> Figure:
    """Draw the validation loss of each task over the epochs, a line a strategy, of its first seed.

    Parameters
    ----------
    histories : mapping
        By entry, seed and name of the run, the epochs; of a run of the single-task baseline only
        its own task is drawn.
    phone : bool
        Draw it for a phone.
    """
    figure, panels = panel_grid(len(TASKS), 3.2, columns=len(TASKS), phone=phone)
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
        axes.set_title(f"validation loss, {task}", fontsize=9)
        _count_epochs(axes)
    legend_above_all(figure, panels[0], 2 if phone else 5)
    return figure


def vector_figure(histories: Histories, *, phone: bool = False) -> Figure | None:
    """Draw EGA's eccentric vector over the epochs, a panel a variant, a line a task and seed.

    Parameters
    ----------
    histories : mapping
        As of `losses_figure`.
    phone : bool
        Draw it for a phone.

    Returns
    -------
    Figure or None
        None without EGA.
    """
    of_entries = {
        name: [rows for runs in seeds.values() for rows in runs.values()]
        for name, seeds in histories.items()
    }
    shown = {
        name: seeds
        for name, seeds in of_entries.items()
        if all(ECCENTRIC in row for rows in seeds for row in rows)
    }
    if not shown:
        return None
    figure, panels = panel_grid(
        len(shown), 2.4, columns=min(3, len(shown)), phone=phone, share=True
    )
    for axes, (name, seeds) in zip(panels, shown.items(), strict=True):
        for task, style in zip(TASKS, line_styles(), strict=False):
            for number, rows in enumerate(seeds):
                axes.plot(
                    [row["epoch"] + 1 for row in rows],
                    [row[ECCENTRIC][task] for row in rows],
                    label=task if number == 0 else None,
                    alpha=1.0 if number == 0 else 0.45,
                    **style,
                )
        axes.set_title(f"eccentric vector of {name}", fontsize=9)
        _count_epochs(axes)
    legend_above_all(figure, panels[0], len(TASKS))
    return figure


def _count_epochs(axes: Axes) -> None:
    axes.set_xlabel("epoch")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
