"""The course of a training: its losses, and what its strategy made of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from radarkit.evaluation.panels import panel_grid
from radarkit.recording import Float64
from radarkit.style import PALE, legend_above_all, line_styles

ECCENTRIC = "v"  # what EGA calls its vector in a history
LOG_FROM = 20  # losses whose largest is so many times the smallest are drawn on a log axis
_TITLES = {"train": "training loss", "validation": "validation loss"}


def history_figure(history: Sequence[Mapping[str, Any]], *, phone: bool = False) -> Figure:
    """Draw the course of a training, a panel for each group of values.

    Parameters
    ----------
    history : sequence of mappings
        One an epoch, with ``epoch``; every entry that is itself a mapping of names to numbers
        (losses, weights) becomes a panel, but for EGA's vector, which `eccentric_figure` draws. A
        number that is missing or None was not finite. Where there is a ``validation_score``, the
        epoch with the lowest, which was kept, is marked.
    phone : bool
        Draw it for a phone.
    """
    groups = dict.fromkeys(
        key for row in history for key, value in row.items() if isinstance(value, Mapping)
    )
    groups.pop(ECCENTRIC, None)
    figure, panels = panel_grid(
        max(1, len(groups)), 2.4, columns=max(1, min(3, len(groups))), phone=phone
    )
    kept = _kept_epoch(history)
    for axes, group in zip(panels, groups, strict=False):
        lines = _draw_group(axes, history, group)
        values = np.concatenate([line[np.isfinite(line)] for line in lines] or [np.empty(0)])
        if values.size and values.min() > 0 and values.max() > LOG_FROM * values.min():
            axes.set_yscale("log")
        if kept is not None:
            axes.axvline(kept, color=PALE, linewidth=0.9, linestyle=":", label="the epoch kept")
        axes.set_title(_TITLES.get(group, group), fontsize=9)
    if groups:
        legend_above_all(figure, panels[0], 2 if phone else 4)
    return figure


def eccentric_figure(
    history: Sequence[Mapping[str, Any]], warmup_epochs: int, *, phone: bool = False
) -> Figure:
    """Draw EGA's eccentric vector over the epochs, one line a task.

    Through the warm-up, and until an epoch has been held against the one after it, all are 1; a
    task whose loss falls less than those of the others rises above 1 and pulls the step its way.

    Parameters
    ----------
    history : sequence of mappings
        One an epoch, with ``epoch`` and ``v``, the vector that was in force, by task.
    warmup_epochs : int
        How many epochs the warm-up has; the losses of the next one are the reference.
    phone : bool
        Draw it for a phone.
    """
    figure, (axes,) = panel_grid(1, 2.6, phone=phone)
    epochs = [row["epoch"] for row in history]
    last = max(epochs, default=0)
    if warmup_epochs:
        end = min(warmup_epochs, last + 1) - 0.5
        axes.axvspan(-0.5, end, facecolor="#f0f0f0", zorder=0, label="warm-up")
    if warmup_epochs <= last:
        axes.axvline(
            warmup_epochs, color=PALE, linewidth=0.9, linestyle=":", label="reference epoch"
        )
    axes.axhline(1, color=PALE, linewidth=0.6)
    _draw_group(axes, history, ECCENTRIC)
    axes.set(ylabel="eccentric vector v (1)", xlim=(-0.5, last + 0.5))
    legend_above_all(figure, axes, 2 if phone else 5)
    return figure


def _draw_group(axes: Axes, history: Sequence[Mapping[str, Any]], group: str) -> list[Float64]:
    rows = [row for row in history if group in row]
    names = dict.fromkeys(name for row in rows for name in row[group])
    epochs = [row["epoch"] for row in rows]
    lines = []
    for name, style in zip(names, line_styles(), strict=False):
        # what was not finite stands as None in the log
        values = np.array([row[group].get(name) for row in rows], np.float64)
        axes.plot(epochs, values, marker="o", markersize=2.5, label=name, **style)
        lines.append(values)
    axes.set_xlabel("epoch")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    return lines


def _kept_epoch(history: Sequence[Mapping[str, Any]]) -> int | None:
    scores = {row["epoch"]: row.get("validation_score") for row in history}
    known = {epoch: score for epoch, score in scores.items() if score is not None}
    return min(known, key=lambda epoch: float(known[epoch])) if known else None
