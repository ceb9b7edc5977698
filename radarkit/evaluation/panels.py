"""Grids of panels in two sizes: as wide as a page, and as wide as a phone.

A picture drawn for a page is unreadable when a phone shrinks it, and half of it is out of sight
when the phone does not. So every picture of a report is drawn for both, from the same numbers.
"""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from radarkit.style import new_figure

PHONE_IN = 4.0  # a phone shows it at about 9/10: letters of 8 points stay readable


def panel_grid(
    panels: int,
    row_height_in: float,
    *,
    columns: int = 1,
    phone_columns: int = 1,
    phone: bool = False,
    share: bool = False,
) -> tuple[Figure, list[Axes]]:
    """Make a figure with a grid of panels.

    Parameters
    ----------
    panels : int
        How many are used.
    row_height_in : float
        The same in both sizes.
    columns, phone_columns : int
        Panels beside each other, on a page and on a phone.
    phone : bool
        Make it for a phone.
    share : bool
        Whether all panels have the same axes.
    """
    figure, found = new_figure(
        panels, row_height_in, columns=phone_columns if phone else columns, share=share
    )
    if phone:
        figure.set_size_inches(PHONE_IN, figure.get_figheight())
    return figure, found
