"""Pictures of the points of a chest: where they lie, and the circle that the best one draws.

As `radarkit.extract.report_figures`: a `Figure`, or None where there is nothing to show.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from numpy.typing import NDArray

from radarkit.extract.report import ExtractionReport, PointFacts
from radarkit.extract.report_pictures import Pictures
from radarkit.recording import Float64
from radarkit.style import MODEL, PICKED, WIDTH_IN, legend_above, new_figure, plain_axes

_HEIGHT_IN = 3.7
_MOST_DOTS = 2500  # of a circle; more only make the file larger
_DOT, _LARGEST_DOT = 26.0, 150.0  # square points
_SAME_CM = 0.1


def points_figure(pictures: Pictures, report: ExtractionReport) -> Figure | None:
    """Draw where the points lie, and the circle that the echo of the best one draws."""
    if not report.points:
        return None
    positions = [point.position_m for point in report.points]
    known = [position for position in positions if position is not None]
    if len(known) < len(positions):
        figure, (map_, circle) = new_figure(2, _HEIGHT_IN, columns=2)
        views = [map_]
        dots = _draw_pairs(map_, report.points)
    else:
        figure = Figure(figsize=(WIDTH_IN, _HEIGHT_IN), layout="constrained")
        grid = figure.add_gridspec(2, 2)
        circle = figure.add_subplot(grid[:, 1])
        xyz_cm = 100 * np.array(known, np.float64)
        beam_cm = None if pictures.beam_m is None else 100 * pictures.beam_m
        # a beam higher than the points tells nothing about their height
        height_cm = float(np.ptp(xyz_cm[:, 1]))
        flat = height_cm == 0 or (beam_cm is not None and beam_cm[1] >= height_cm)
        views = [figure.add_subplot(grid[:, 0] if flat else grid[1, 0])]
        scores = _scores(report.points)
        dots = _draw_places(views[-1], xyz_cm[:, [0, 2]], scores)
        views[-1].set(xlabel="to the right (cm)", ylabel="ahead (cm)")
        if flat:  # equal scales would cut points off where two views share an axis
            views[0].set_aspect("equal", adjustable="datalim")
        else:
            views.insert(0, figure.add_subplot(grid[0, 0], sharex=views[0]))
            _draw_places(views[0], xyz_cm[:, [0, 1]], scores)
            views[0].set(ylabel="up (cm)")
        side = "above" if flat else "the front and from above"
        views[0].set_title(f"from {side}{_of_the_beam(beam_cm)}", fontsize=8, loc="left")
        for axes in (*views, circle):
            plain_axes(axes)
    bar = figure.colorbar(dots, ax=views, pad=0.02)
    bar.set_label("repeats with the heart (0 to 1)", fontsize=8)
    bar.ax.tick_params(labelsize=8)
    _draw_circle(circle, pictures)
    return figure


def _scores(points: Sequence[PointFacts]) -> Float64:
    return np.array([point.score or 0.0 for point in points], np.float64)


def _draw_places(axes: Axes, places_cm: Float64, scores: Float64) -> PathCollection:
    """Draw places, those behind one another as one larger dot of the colour of the best."""
    cells = np.round(places_cm / _SAME_CM).astype(np.int64)
    _, first, cell, many = np.unique(
        cells, axis=0, return_index=True, return_inverse=True, return_counts=True
    )
    best = np.zeros(len(first))
    np.maximum.at(best, cell.ravel(), scores)
    axes.margins(0.15)
    return _dots(axes, places_cm[first], best, many, ringed=places_cm[0])


def _draw_pairs(axes: Axes, points: Sequence[PointFacts]) -> PathCollection:
    """Draw the ranges that each pair of a transmitter and a receiver looks at."""
    pairs = [f"{_number(point.tx)}-{_number(point.rx)}" for point in points]
    names = sorted(set(pairs))
    places = np.array(
        [(point.range_m, names.index(pair)) for point, pair in zip(points, pairs, strict=True)]
    )
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set(xlabel="range (m)", ylabel="transmitter - receiver")
    return _dots(axes, places, _scores(points), np.ones(len(points), np.int64), ringed=places[0])


def _dots(
    axes: Axes, places: Float64, scores: Float64, many: NDArray[np.int64], *, ringed: Float64
) -> PathCollection:
    top = max(float(scores.max()), 0.1)
    sizes = np.minimum(_DOT * many, _LARGEST_DOT)
    x, y = places.T
    dots = axes.scatter(x, y, c=scores, cmap="viridis", s=sizes, vmin=0, vmax=top)
    around = sizes[np.abs(places - ringed).sum(axis=1).argmin()] + 90
    ring = axes.scatter(ringed[:1], ringed[1:], s=around, edgecolors=PICKED, linewidths=1.5)
    ring.set_facecolor("none")
    return dots


def _of_the_beam(beam_cm: Float64 | None) -> str:
    if beam_cm is None:
        return ""
    sizes = [
        f"{size_cm:.0f} cm {name}"
        for size_cm, name in zip(beam_cm, ("wide", "high"), strict=True)
        if np.isfinite(size_cm)
    ]
    return f"; beam {', '.join(sizes)}" if sizes else ""


def _draw_circle(axes: Axes, pictures: Pictures) -> None:
    axes.set(xlabel="I (counts)", ylabel="Q (counts)")
    axes.set_aspect("equal", adjustable="datalim")
    echo = pictures.best_iq
    if echo is None or not np.isfinite(echo).any():
        axes.set_visible(False)
        return
    shown = echo[:: -(-len(echo) // _MOST_DOTS)]
    axes.plot(shown.real, shown.imag, ".", color=MODEL, markersize=2, alpha=0.4)
    axes.plot([], [], ".", color=MODEL, markersize=6, label="echo")  # large enough for a legend
    centre, radius = pictures.centre, pictures.radius
    reach = 3 * float(np.nanmax(np.abs(shown - np.nanmean(shown)))) + 1e-12
    if centre is not None and np.isfinite(centre):
        if abs(centre - np.nanmean(shown)) < reach:
            axes.plot(centre.real, centre.imag, "+", color=PICKED, markersize=9, label="clutter")
        if radius is not None and 0 < radius < reach:
            turn = centre + radius * np.exp(1j * np.linspace(0, 2 * np.pi, 200))
            axes.plot(turn.real, turn.imag, color=PICKED, linewidth=1.2, label="circle")
    legend_above(axes)


def _number(value: int | None) -> str:
    return "?" if value is None else str(value)
