"""What the network reads and what it says of single beats.

Every function returns a matplotlib `Figure` made through the object interface, so that nothing
global is touched and no display is needed. Units are on the axes.
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from radarkit.datasets.windows import R_FRACTION, TARGET_RATE_HZ, normalise_cycle
from radarkit.evaluation.panels import panel_grid
from radarkit.evaluation.scores import Comparison
from radarkit.recording import Float32, Float64
from radarkit.style import (
    MODEL,
    PALE,
    PICKED,
    TRUE,
    TRUE_LINE,
    legend_above,
    legend_above_all,
)


def spectrogram_figure(
    values: Float32,
    frequencies_hz: Float64,
    frame_rate_hz: float,
    predicted: Float64,
    true: Float64,
    *,
    start_s: float = 0.0,
    duration_s: float = 10.0,
    phone: bool = False,
) -> Figure:
    """Draw a spectrogram with predicted and true R peaks.

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
    phone : bool
        Draw it for a phone.
    """
    figure, (axes,) = panel_grid(1, 3.0, phone=phone)
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
    phone: bool = False,
) -> Figure:
    """Draw the averaged anchor curve, the R peaks picked from it and the true ones.

    Parameters
    ----------
    curve : (samples,) float32
    predicted, true : (beats,)
        In samples at 200 Hz.
    start_s, duration_s : float
        The stretch shown.
    phone : bool
        Draw it for a phone.
    """
    figure, (axes,) = panel_grid(1, 2.4, phone=phone)
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


def cycles_figure(found: Comparison, shown: int = 8, *, phone: bool = False) -> Figure:
    """Draw single cycles, predicted over true, spread evenly over a trial.

    The predicted cycle is scaled to the true foot and height, as the RMSE and PCC of a cycle are.

    Parameters
    ----------
    found : Comparison
    shown : int
        How many, fewer if there are not so many.
    phone : bool
        Draw it for a phone.
    """
    cycles = len(found.true_cycles_mv)
    shown = max(1, min(shown, cycles))
    figure, panels = panel_grid(shown, 1.6, columns=4, phone_columns=2, phone=phone, share=True)
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
