"""Figures of the report.

Every function returns a matplotlib `Figure` made through the object interface, so that nothing
global is touched and no display is needed. Units are on the axes.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from radarkit.datasets.windows import R_FRACTION, TARGET_RATE_HZ, normalise_cycle
from radarkit.evaluation.assemble import Reconstruction
from radarkit.evaluation.scores import Comparison
from radarkit.recording import Float32, Float64, Recording
from radarkit.style import (
    MODEL,
    PALE,
    PICKED,
    TRUE,
    TRUE_LINE,
    legend_above,
    legend_above_all,
    line_styles,
    new_figure,
)

LOG_FROM = 20  # losses whose largest is so many times the smallest are drawn on a log axis


def spectrogram_figure(
    values: Float32,
    frequencies_hz: Float64,
    frame_rate_hz: float,
    predicted: Float64,
    true: Float64,
    *,
    start_s: float = 0.0,
    duration_s: float = 10.0,
) -> Figure:
    """Draw one channel's spectrogram with predicted and true R peaks.

    Parameters
    ----------
    values : (rows, frames) float32
        Magnitude of the whole trial.
    frequencies_hz : (rows,)
        Ascending.
    frame_rate_hz : float
    predicted, true : (beats,)
        R peaks in samples at 200 Hz.
    start_s, duration_s : float
        The stretch shown.
    """
    figure, (axes,) = new_figure(1, 3.0)
    first = round(start_s * frame_rate_hz)
    shown = values[:, first : first + round(duration_s * frame_rate_hz)]
    times = (first + np.arange(shown.shape[1])) / frame_rate_hz
    ceiling = float(np.quantile(shown, 0.995)) if shown.size else 0.0
    mesh = axes.pcolormesh(
        times, frequencies_hz, shown, cmap="cividis", vmin=0, vmax=ceiling or 1.0, rasterized=True
    )
    axes.set_yscale("log")
    ticks = [f for f in (1, 2, 5, 10, 20, 50) if frequencies_hz[0] <= f <= frequencies_hz[-1]]
    axes.set_yticks(ticks, [str(f) for f in ticks])
    axes.minorticks_off()
    axes.set(xlabel="time (s)", ylabel="frequency (Hz)", xlim=(start_s, start_s + duration_s))
    # above and below the picture, so that they hide nothing of it
    _ticks_beside(axes, true, 1.02, "v", TRUE, "true R peak")
    _ticks_beside(axes, predicted, -0.02, "^", MODEL, "predicted R peak")
    bar = figure.colorbar(mesh, ax=axes, pad=0.015)
    bar.set_label("magnitude", fontsize=9)
    bar.ax.tick_params(labelsize=8)
    axes.tick_params(axis="x", pad=7)
    legend_above(axes)
    return figure


def anchors_figure(
    curve: Float32,
    predicted: Float64,
    true: Float64,
    *,
    start_s: float = 0.0,
    duration_s: float = 10.0,
) -> Figure:
    """Draw the averaged anchor curve, the R peaks picked from it and the true ones.

    Parameters
    ----------
    curve : (samples,) float32
    predicted, true : (beats,)
        In samples at 200 Hz.
    start_s, duration_s : float
        The stretch shown.
    """
    figure, (axes,) = new_figure(1, 2.4)
    times = np.arange(curve.size) / TARGET_RATE_HZ
    for number, r in enumerate(_within(true, start_s, duration_s)):
        label = "true R peak" if number == 0 else None
        axes.axvline(r, color=TRUE, linewidth=0.8, linestyle=":", label=label)
    axes.plot(times, curve, color=MODEL, linewidth=1.2, label="anchor curve")
    at = _within(predicted, start_s, duration_s)
    axes.plot(at, np.interp(at, times, curve), "o", color=PICKED, markersize=4, label="picked")
    axes.set(xlabel="time (s)", ylabel="height (1)", xlim=(start_s, start_s + duration_s))
    legend_above(axes)
    return figure


def cycles_figure(found: Comparison, rows: int = 2, columns: int = 4) -> Figure:
    """Draw single cycles, predicted over true, spread evenly over a trial.

    The predicted cycle is scaled to the true foot and height, as the RMSE and PCC of a cycle are.

    Parameters
    ----------
    found : Comparison
    rows, columns : int
        Of the grid.
    """
    cycles = len(found.true_cycles_mv)
    shown = max(1, min(rows * columns, cycles))
    figure, panels = new_figure(shown, 1.6, columns=columns, share=True)
    place = np.linspace(0, 1, found.true_cycles_mv.shape[1])
    chosen = np.linspace(0, cycles - 1, min(shown, cycles)).round().astype(int)
    for axes, index in zip(panels, chosen, strict=cycles > 0):
        true = found.true_cycles_mv[index]
        scaled = true.min() + np.ptp(true) * normalise_cycle(found.predicted_cycles[index])
        axes.plot(place, true, **TRUE_LINE)
        axes.plot(place, scaled, color=MODEL, linewidth=1.0, label="predicted")
        axes.axvline(R_FRACTION, color=PALE, linewidth=0.6, linestyle=":")
        axes.set_title(f"beat {index + 1} of {cycles}", fontsize=8, color=PALE, pad=2)
    figure.supxlabel("share of the cycle", fontsize=9)
    figure.supylabel("ECG (mV)", fontsize=9)
    legend_above_all(figure, panels[0], 2)
    return figure


def ecg_figure(
    reconstruction: Reconstruction,
    truth: Recording,
    *,
    start_s: float = 0.0,
    rows: int = 3,
    row_s: float = 10.0,
) -> Figure:
    """Draw the long-term ECG over the true one, a stretch a row.

    Parameters
    ----------
    reconstruction : Reconstruction
    truth : Recording
        At 200 Hz, with ECG.
    start_s : float
        Where the first row starts.
    rows : int
        At most; fewer when the trial ends before.
    row_s : float
        Length of a row.
    """
    rows = max(1, min(rows, int(np.ceil((truth.duration_s - start_s) / row_s))))
    figure, panels = new_figure(rows, 1.6)
    times = np.arange(truth.samples) / TARGET_RATE_HZ
    for row, axes in enumerate(panels):
        left = start_s + row * row_s
        part = (times >= left) & (times <= left + row_s)
        if truth.ecg is not None:
            axes.plot(times[part], truth.ecg[part], **TRUE_LINE)
        ecg = reconstruction.ecg_mv[part]
        axes.plot(times[part], ecg, color=MODEL, linewidth=0.9, label="reconstructed")
        axes.set(ylabel="ECG (mV)", xlim=(left, left + row_s))
    panels[-1].set_xlabel("time (s)")
    legend_above(panels[0])
    return figure


def timing_figure(errors_ms: Mapping[str, Float64]) -> Figure:
    """Draw how R timing errors are distributed, signed and absolute.

    Parameters
    ----------
    errors_ms : mapping of str to (matched,) float64
        Signed errors of each method; positive is late.
    """
    figure, (left, right) = new_figure(2, 2.8, columns=2)
    reach = max(
        [20.0, *(float(np.quantile(np.abs(e), 0.99)) for e in errors_ms.values() if e.size)]
    )
    bins = np.linspace(-reach, reach, 61)
    for (name, error), style in zip(errors_ms.items(), line_styles(), strict=False):
        if error.size:
            left.stairs(100 * np.histogram(error, bins)[0] / error.size, bins, **style)
            right.ecdf(np.abs(error), label=name, **style)
    left.axvline(0, color=PALE, linewidth=0.6)
    left.set(xlabel="R timing error (ms), late is positive", ylabel="matched beats (%)")
    right.set(
        xlabel="absolute R timing error (ms)", ylabel="share of matched beats", xlim=(0, reach)
    )
    if right.lines:
        right.legend(frameon=False, loc="lower right", fontsize=8)
    return figure


def history_figure(history: Sequence[Mapping[str, Any]]) -> Figure:
    """Draw the course of a training, a panel for each group of values.

    Parameters
    ----------
    history : sequence of mappings
        One an epoch, with ``epoch``; every entry that is itself a mapping of names to numbers
        (losses, the eccentric vector) becomes a panel.
    """
    groups = list(
        dict.fromkeys(k for row in history for k, v in row.items() if isinstance(v, Mapping))
    )
    figure, panels = new_figure(max(1, len(groups)), 2.5, columns=max(1, min(3, len(groups))))
    for axes, group in zip(panels, groups, strict=False):
        rows = [row for row in history if group in row]
        names = list(dict.fromkeys(name for row in rows for name in row[group]))
        for name, style in zip(names, line_styles(), strict=False):
            values = [row[group].get(name, np.nan) for row in rows]
            axes.plot([row["epoch"] for row in rows], values, label=name, **style)
        values = [x for row in rows for x in row[group].values() if np.isfinite(x)]
        if values and min(values) > 0 and max(values) > LOG_FROM * min(values):
            axes.set_yscale("log")
        axes.set_xlabel("epoch")
        axes.set_title(group, fontsize=9)
        axes.legend(frameon=False, fontsize=8)
    return figure


def _within(positions: Float64, start_s: float, duration_s: float) -> Float64:
    times = np.asarray(positions, np.float64) / TARGET_RATE_HZ
    return times[(times >= start_s) & (times <= start_s + duration_s)]


def _ticks_beside(
    axes: Axes, positions: Float64, height: float, marker: str, color: str, label: str
) -> None:
    left, right = axes.get_xlim()
    at = _within(positions, left, right - left)
    axes.plot(
        at, np.full(at.size, height), marker, color=color, markersize=5, label=label,
        transform=axes.get_xaxis_transform(), clip_on=False,
    )  # fmt: skip
