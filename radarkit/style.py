"""How the figures look: size, colours, legends.

Truth is a broad grey line below, or black marks; predictions are blue, baselines orange and green:
Okabe and Ito's colours, which colour-blind readers can tell apart.
"""

import base64
import io
from collections.abc import Iterator, Sequence
from itertools import cycle
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

TRUE, MODEL, PICKED, PALE = "#1a1a1a", "#0072b2", "#d55e00", "#767676"
TRUE_LINE: dict[str, Any] = {"color": "#b3b3b3", "linewidth": 2.6, "label": "true"}
SERIES = (MODEL, "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9")
DASHES = ("-", "--", ":", "-.")  # for eyes and printers without colour
WIDTH_IN = 8.0
DPI = 200  # twice what a page shows
_COLOURS = 128  # of a picture: a third of the bytes that all its shades take


def new_figure(
    panels: int,
    row_height_in: float,
    *,
    columns: int = 1,
    widths: Sequence[float] | None = None,
    share: bool = False,
) -> tuple[Figure, list[Axes]]:
    """Make a figure with a grid of panels.

    Parameters
    ----------
    panels : int
        How many are used; the rest of the last row stays hidden.
    row_height_in : float
    columns : int
    widths : sequence of float, optional
        Of the columns, beside each other; equal when not given.
    share : bool
        Whether all panels have the same axes.
    """
    rows = -(-panels // columns)
    figure = Figure(figsize=(WIDTH_IN, rows * row_height_in), dpi=DPI, layout="constrained")
    found: list[Axes] = list(
        figure.subplots(
            rows, columns, squeeze=False, sharex=share, sharey=share, width_ratios=widths
        ).ravel()
    )
    for axes in found:
        plain_axes(axes)
    for axes in found[panels:]:
        axes.set_visible(False)
    return figure, found[:panels]


def plain_axes(axes: Axes) -> None:
    """Leave out what frames axes without need, and set the size of their letters."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8)
    axes.xaxis.label.set_fontsize(9)
    axes.yaxis.label.set_fontsize(9)


def line_styles() -> Iterator[dict[str, Any]]:
    """Yield one look of a line after the other, without end."""
    for color, dash in zip(cycle(SERIES), cycle(DASHES)):
        yield {"color": color, "linestyle": dash, "linewidth": 1.4}


def legend_above(axes: Axes) -> None:
    """Put the legend above the axes, to the left, where it hides nothing and phones see it."""
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(0.0, 1.04),
        ncols=3,
        frameon=False,
        fontsize=8,
        borderaxespad=0.2,
    )


def legend_above_all(figure: Figure, axes: Axes, columns: int) -> None:
    """Put the legend of one panel above all of them, to the left."""
    figure.legend(
        *axes.get_legend_handles_labels(),
        loc="outside upper left",
        ncols=columns,
        frameon=False,
        fontsize=8,
    )


def embed(figure: Figure) -> tuple[str, int, int]:
    """Draw a figure as a data URI, with its width and height in CSS pixels."""
    drawn, kept = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png", dpi=DPI, facecolor="white")
    with Image.open(drawn) as picture:
        # the farthest colours first, so that a thin line keeps its own beside a large image
        few = picture.convert("RGB").quantize(
            _COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
        )
    few.save(kept, format="png", optimize=True)
    width_in, height_in = figure.get_size_inches()
    uri = "data:image/png;base64," + base64.b64encode(kept.getvalue()).decode("ascii")
    return uri, round(width_in * DPI / 2), round(height_in * DPI / 2)
