"""A picture of what was read off a radar: the course of the heart rate, and the clearest beats."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from radarkit.datasets.windows import TARGET_RATE_HZ
from radarkit.evaluation.reading import Reading
from radarkit.evaluation.stretches import NO_HEARTBEAT, Stretch
from radarkit.style import MODEL, PALE, PICKED, legend_above, new_figure

_ROW_S, _ROWS = 10.0, 3
_UNSURE = 0.5  # confidence below which the ECG is drawn pale
_HATCHED: dict[str, Any] = {"facecolor": "none", "edgecolor": PALE, "hatch": "///", "linewidth": 0}


def reading_figure(reading: Reading) -> Figure:
    """Draw the heart rate of the whole recording above half a minute of its clearest stretch.

    Where there is no heartbeat nothing is drawn but hatching; without any, the probability of one
    takes the place of everything.

    Parameters
    ----------
    reading : Reading
    """
    shown = _clearest(reading)
    if shown is None:
        figure, (axes,) = new_figure(1, 2.2)
        _draw_probability(axes, reading)
        return figure
    rows = min(_ROWS, max(1, round((shown.end_s - shown.start_s) / _ROW_S)))
    figure, panels = new_figure(1 + rows, 1.7)
    _draw_rate(panels[0], reading)
    for row, axes in enumerate(panels[1:]):
        _draw_ecg(axes, reading, shown.start_s + row * _ROW_S)
    legend_above(panels[1])
    panels[-1].set_xlabel("time (s)")
    return figure


def _clearest(reading: Reading) -> Stretch | None:
    beating = [each for each in reading.stretches if each.heartbeat]
    return max(beating, key=lambda each: each.confidence) if beating else None


def _draw_rate(axes: Axes, reading: Reading) -> None:
    kept = reading.kept
    at_s = kept.r_peaks / TARGET_RATE_HZ
    per_min = 60 / np.diff(at_s)
    sure = np.ones(per_min.size, np.bool_)
    if kept.interpolated is not None:
        sure = ~(kept.interpolated[1:] | kept.interpolated[:-1])
    axes.plot(at_s[1:][sure], per_min[sure], ".", color=MODEL, markersize=3, label="between beats")
    rates = [
        (each.start_s, each.end_s, each.heart_rate_per_min)
        for each in reading.stretches
        if each.heart_rate_per_min is not None and each.heartbeat
    ]
    for number, (start_s, end_s, rate) in enumerate(rates):
        label = "in a stretch" if number == 0 else None
        axes.plot([start_s, end_s], [rate, rate], color=PICKED, linewidth=1.6, label=label)
    _hatch(axes, reading)
    near = per_min[sure]
    if near.size:
        low, high = np.quantile(near, [0.02, 0.98])
        axes.set_ylim(max(0, low - 10), high + 10)
    axes.set(xlim=(0, reading.header.duration_s), xlabel="time (s)", ylabel="rate (1/min)")
    axes.set_title(reading.line(), fontsize=8, loc="left", wrap=True, pad=22)
    legend_above(axes)


def _draw_ecg(axes: Axes, reading: Reading, start_s: float) -> None:
    kept = reading.kept
    first, last = (round(at * TARGET_RATE_HZ) for at in (start_s, start_s + _ROW_S))
    ecg_mv = kept.ecg_mv[first:last]
    time_s = start_s + np.arange(ecg_mv.size) / TARGET_RATE_HZ
    unsure = np.zeros(ecg_mv.size, np.bool_)
    if kept.ecg_confidence is not None:
        unsure = kept.ecg_confidence[first:last] < _UNSURE
    axes.plot(time_s, ecg_mv, color=PALE, linewidth=0.7, label=f"confidence below {_UNSURE:g}")
    sure_mv = np.where(unsure, np.nan, ecg_mv)
    axes.plot(time_s, sure_mv, color=MODEL, linewidth=1.1, label="reconstructed ECG")
    inside = (kept.r_peaks >= first) & (kept.r_peaks < last)
    lost = np.zeros(inside.size, np.bool_) if kept.interpolated is None else kept.interpolated
    marks = ((inside & ~lost, PICKED, "R peak"), (inside & lost, "white", "interpolated R peak"))
    for marked, colour, label in marks:
        at_s = kept.r_peaks[marked] / TARGET_RATE_HZ
        axes.plot(
            at_s,
            np.full(at_s.size, 1.04),
            "v",
            color=colour,
            markeredgecolor=PICKED,
            markersize=4,
            clip_on=False,
            transform=axes.get_xaxis_transform(),
            label=label,
        )[0].set_in_layout(False)  # without any mark its box would be that of the whole figure
    axes.set(xlim=(start_s, start_s + _ROW_S), ylabel="ECG (mV)")


def _draw_probability(axes: Axes, reading: Reading) -> None:
    for each in reading.stretches:
        height = each.probability
        axes.plot([each.start_s, each.end_s], [height, height], color=MODEL, linewidth=1.6)
    _hatch(axes, reading)
    axes.set(
        xlim=(0, reading.header.duration_s),
        ylim=(0, 1),
        xlabel="time (s)",
        ylabel="probability of a heartbeat",
    )
    axes.set_title(f"{reading.header.name}: {NO_HEARTBEAT}", fontsize=9, loc="left")


def _hatch(axes: Axes, reading: Reading) -> None:
    without = [each for each in reading.stretches if not each.heartbeat]
    for number, each in enumerate(without):
        label = NO_HEARTBEAT if number == 0 else None
        axes.axvspan(each.start_s, each.end_s, label=label, **_HATCHED)
