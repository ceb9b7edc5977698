"""Pictures of an extraction: where the chest is, how it moves, and how clean its phase is.

Every function returns a matplotlib `Figure` made through the object interface, or None where what
it would show is not there.
"""

from collections.abc import Iterator

import numpy as np
from matplotlib.figure import Figure

from radarkit.extract.motion_figures import motion_figure, spectrum_figure
from radarkit.extract.point_figures import points_figure
from radarkit.extract.report import ExtractionReport
from radarkit.extract.report_pictures import Pictures
from radarkit.recording import Float64
from radarkit.style import MODEL, PALE, PICKED, SERIES, new_figure

_SHOWN_DB = 40.0  # below the highest, a picture of power fades out
_PROFILE_DB = 80.0  # below its highest, a profile is cut off
_CHEST = SERIES[5]  # seen on the dark and on the bright end of the picture


def figures(pictures: Pictures, report: ExtractionReport) -> Iterator[tuple[str, str, Figure]]:
    """Yield the title, the caption and the figure of all that can be drawn."""
    for title, caption, figure in (
        (
            "Range",
            "Moving power over range and time; beside it the power of what stands still and of "
            "what moves, in dB of one ADC count squared. The dashed line is the chest.",
            range_figure(pictures, report.range_m),
        ),
        (
            "Points",
            "Where the points lie, the best one ringed; a larger dot is several of them, one "
            "behind the other. Beside it the echo of the best: dots on an arc around the static "
            "clutter make a good phase, a cloud does not.",
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
    bar.ax.set_title("dB", fontsize=8)
    bar.ax.tick_params(labelsize=8)
    picture.axhline(range_m, color=_CHEST, linestyle="--", linewidth=1.2)
    picture.set(xlabel="time (s)", ylabel="range (m)")
    for power_db, color, style, label in (
        (pictures.static_db, PALE, "--", "static"),
        (pictures.moving_db, MODEL, "-", "moving"),
    ):
        if power_db is not None:
            known = np.where(np.isfinite(power_db), power_db, np.nan)
            lowest = np.max(known, initial=-np.inf, where=np.isfinite(known)) - _PROFILE_DB
            known = np.maximum(known, lowest)  # where noise was taken away nothing is left
            profile.plot(known, ranges_m, style, color=color, linewidth=1.4, label=label)
    profile.axhline(range_m, color=PICKED, linestyle="--", linewidth=1)
    profile.set(xlabel="power (dB)", ylim=picture.get_ylim())
    profile.tick_params(labelleft=False)
    if len(profile.lines) > 1:
        profile.legend(
            loc="lower center",
            bbox_to_anchor=(0.5, 1.0),
            ncols=2,
            frameon=False,
            fontsize=8,
            columnspacing=1.0,
            handlelength=1.5,
        )
    return figure


def _edges(centres: Float64) -> Float64:
    """Edges of the cells around points that ascend."""
    if len(centres) == 1:
        return np.array([centres[0] - 0.5, centres[0] + 0.5])
    middles = (centres[1:] + centres[:-1]) / 2
    first, last = 2 * centres[0] - middles[0], 2 * centres[-1] - middles[-1]
    return np.concatenate([[first], middles, [last]])
