"""Pictures of an extraction: where the chest is, how it moves, and how clean its phase is.

Every function returns a matplotlib `Figure` made through the object interface, or None where what
it would show is not there.
"""

from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from radarkit.extract.motion_figures import motion_figure, spectrum_figure
from radarkit.extract.report import ExtractionReport
from radarkit.extract.report_pictures import Pictures
from radarkit.recording import Float64
from radarkit.style import MODEL, PALE, PICKED, legend_above, new_figure

_SHOWN_DB = 40.0  # below the highest, a picture of power fades out
_MOST_DOTS = 4000  # of a circle; more only make the file larger


def figures(pictures: Pictures, report: ExtractionReport) -> Iterator[tuple[str, str, Figure]]:
    """Yield the title, the caption and the figure of all that can be drawn."""
    for title, caption, figure in (
        (
            "Range",
            "Moving power over range and time; beside it the power of what stands still and of "
            "what moves. The dashed line is the chest.",
            range_figure(pictures, report.range_m),
        ),
        (
            "Points",
            "Where the points lie, the best one ringed, and its echo: dots on an arc around the "
            "static clutter make a good phase, a cloud does not.",
            points_figure(pictures, report),
        ),
        (
            "Motion",
            "Displacement of the best point, away from the radar upwards, and ten seconds of it "
            "without breathing.",
            motion_figure(pictures, report),
        ),
        (
            "Spectrum",
            "Of the displacement of the best point; dotted lines are the second and third harmonic "
            "of each rate.",
            spectrum_figure(pictures, report),
        ),
    ):
        if figure is not None:
            yield title, caption, figure


def range_figure(pictures: Pictures, range_m: float) -> Figure | None:
    """Draw moving power over range and time, and beside it what stands still and what moves."""
    ranges_m, times_s, over_time = pictures.ranges_m, pictures.profile_times_s, pictures.profile_db
    if ranges_m is None or times_s is None or over_time is None or not np.isfinite(over_time).any():
        return None
    figure, (picture, profile) = new_figure(2, 3.0, columns=2, widths=(3, 1))
    highest = float(over_time[np.isfinite(over_time)].max())
    shown = np.clip(np.nan_to_num(over_time, nan=-np.inf), highest - _SHOWN_DB, highest)
    edges = [_edges(times_s), _edges(ranges_m)]
    mesh = picture.pcolormesh(*edges, shown.T, cmap="magma", rasterized=True)
    bar = figure.colorbar(mesh, ax=picture, pad=0.01)
    bar.set_label("moving power (dB)", fontsize=8)
    bar.ax.tick_params(labelsize=7)
    picture.axhline(range_m, color="white", linestyle="--", linewidth=1)
    picture.set(xlabel="time (s)", ylabel="range (m)")
    for power_db, color, style, label in (
        (pictures.static_db, PALE, "--", "static"),
        (pictures.moving_db, MODEL, "-", "moving"),
    ):
        if power_db is not None:
            known = np.where(np.isfinite(power_db), power_db, np.nan)
            profile.plot(known, ranges_m, style, color=color, linewidth=1.4, label=label)
    profile.axhline(range_m, color=PICKED, linestyle="--", linewidth=1, label="chest")
    profile.set(xlabel="power (dB)", ylim=picture.get_ylim())
    profile.legend(frameon=False, fontsize=7, loc="best")
    return figure


def points_figure(pictures: Pictures, report: ExtractionReport) -> Figure | None:
    """Draw where the points lie, and the circle that the echo of the best one draws."""
    if not report.points:
        return None
    figure, (map_, circle) = new_figure(2, 3.4, columns=2)
    scores = [np.nan if point.score is None else point.score for point in report.points]
    places = [point.position_m for point in report.points]
    if all(place is not None for place in places):
        x, y = np.array(places, np.float64)[:, :2].T * 100
        map_.set(xlabel="to the right (cm)", ylabel="up (cm)")
        map_.set_aspect("equal", adjustable="datalim")
    else:
        x = np.array([point.range_m for point in report.points])
        pairs = [f"{_number(point.tx)}-{_number(point.rx)}" for point in report.points]
        names = sorted(set(pairs))
        y = np.array([names.index(pair) for pair in pairs], np.float64)
        map_.set_yticks(range(len(names)), names)
        map_.margins(y=0.5 / len(names) + 0.05)
        map_.set(xlabel="range (m)", ylabel="transmitter - receiver")
    colours = np.nan_to_num(scores)
    dots = map_.scatter(x, y, c=colours, cmap="viridis", s=30, vmin=0, vmax=max(colours.max(), 0.1))
    bar = figure.colorbar(dots, ax=map_, pad=0.02)
    bar.set_label("repeats with the heart", fontsize=8)
    bar.ax.tick_params(labelsize=7)
    map_.scatter(x[:1], y[:1], s=110, facecolors="none", edgecolors=PICKED, linewidths=1.5)
    _draw_circle(circle, pictures)
    return figure


def _draw_circle(axes: Axes, pictures: Pictures) -> None:
    axes.set(xlabel="I (counts)", ylabel="Q (counts)")
    axes.set_aspect("equal", adjustable="datalim")
    echo = pictures.best_iq
    if echo is None or not np.isfinite(echo).any():
        axes.set_visible(False)
        return
    shown = echo[:: -(-len(echo) // _MOST_DOTS)]
    axes.plot(shown.real, shown.imag, ".", color=MODEL, markersize=2, alpha=0.4, label="echo")
    centre, radius = pictures.centre, pictures.radius
    reach = 3 * float(np.nanmax(np.abs(shown - np.nanmean(shown)))) + 1e-12
    if centre is not None and np.isfinite(centre):
        if abs(centre - np.nanmean(shown)) < reach:
            axes.plot(centre.real, centre.imag, "+", color=PICKED, markersize=9, label="clutter")
        if radius is not None and 0 < radius < reach:
            turn = centre + radius * np.exp(1j * np.linspace(0, 2 * np.pi, 200))
            axes.plot(turn.real, turn.imag, color=PICKED, linewidth=1.2, label="circle")
    legend_above(axes)


def _edges(centres: Float64) -> Float64:
    """Edges of the cells around points that ascend."""
    if len(centres) == 1:
        return np.array([centres[0] - 0.5, centres[0] + 0.5])
    middles = (centres[1:] + centres[:-1]) / 2
    first, last = 2 * centres[0] - middles[0], 2 * centres[-1] - middles[-1]
    return np.concatenate([[first], middles, [last]])


def _number(value: int | None) -> str:
    return "?" if value is None else str(value)
