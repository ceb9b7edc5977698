"""Curves of the noise tables: what is left of a run as noise grows.

A row of panels for each metric and delta-m, a column for each kind of noise, all from the clean
row outwards; the runs in colours, the printed frameworks in grey.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from radarkit.evaluation.columns import METRICS
from radarkit.evaluation.delta_m import NOISE_METRICS
from radarkit.evaluation.noise_conditions import CLEAN, Condition, Domain, conditions_of
from radarkit.evaluation.published_noise import FRAMEWORKS, published
from radarkit.evaluation.robustness_rows import NoiseRow
from radarkit.style import DASHES, PALE, legend_above_all, line_styles, new_figure

_KINDS = {  # title and axis
    "constant": ("constant noise", "SNR (dB)"),
    "mild": ("mild movements, 0 dB", "length (s)"),
    "extensive": ("extensive movements, -9 dB", "length (s)"),
}
_DELTA = "delta_m_percent"


def robustness_figure(rows: Sequence[NoiseRow], domain: Domain, where: str) -> Figure:
    """Draw the curves of some runs in one domain.

    Parameters
    ----------
    rows : sequence of NoiseRow
        One a run and condition; those of other domains are left out.
    domain : str
        Where the noise was added.
    where : str
        What the printed rows are of, for the legend.
    """
    metrics = (*NOISE_METRICS, _DELTA)
    figure, panels = new_figure(len(metrics) * len(_KINDS), 1.9, columns=len(_KINDS))
    runs = list(dict.fromkeys(row.run for row in rows))
    for panel, (metric, kind) in zip(
        panels, ((metric, kind) for metric in metrics for kind in _KINDS), strict=True
    ):
        shown = [CLEAN, *(each for each in conditions_of(domain) if each.group == kind)]
        places = np.arange(len(shown))
        for framework, dash in zip(FRAMEWORKS, DASHES, strict=False):
            printed = [_printed(framework, each, metric) for each in shown]
            panel.plot(
                places, printed, dash, color=PALE, linewidth=0.9, label=f"{framework} ({where})"
            )
        for run, style in zip(runs, line_styles(), strict=False):
            values = [_value(rows, run, each, metric) for each in shown]
            panel.plot(places, values, marker="o", markersize=3, label=run, **style)
        panel.set_xticks(places, ["clean", *(f"{each.level:g}" for each in shown[1:])])
        if kind == "constant":
            panel.set_ylabel(_heading(metric))
    for column, kind in enumerate(_KINDS):
        title, axis = _KINDS[kind]
        panels[column].set_title(title, fontsize=9)
        panels[len(panels) - len(_KINDS) + column].set_xlabel(axis)
    for row in _rows_of(panels):
        _same_range(row)
    legend_above_all(figure, panels[0], 2)
    return figure


def _value(rows: Sequence[NoiseRow], run: str, condition: Condition, metric: str) -> float:
    row = next(row for row in rows if row.run == run and row.condition == condition)
    return _scaled(row.delta_m_percent if metric == _DELTA else row.values[metric], metric)


def _printed(framework: str, condition: Condition, metric: str) -> float:
    row = published(framework, condition)
    return np.nan if row is None else _scaled(getattr(row, metric), metric)


def _scaled(value: float, metric: str) -> float:
    return 100 * value if metric == "missed_detection_rate" else value


def _heading(metric: str) -> str:
    if metric == _DELTA:
        return "delta-m (%)"
    found = next(each for each in METRICS if each.key == metric)
    return found.heading.replace(", offset removed", ",\noffset removed")


def _rows_of(panels: Sequence[Axes]) -> Iterator[Sequence[Axes]]:
    for first in range(0, len(panels), len(_KINDS)):
        yield panels[first : first + len(_KINDS)]


def _same_range(row: Sequence[Axes]) -> None:
    """Let the panels of a metric be compared by eye."""
    limits = [panel.get_ylim() for panel in row]
    for panel in row:
        panel.set_ylim(min(low for low, _ in limits), max(high for _, high in limits))
