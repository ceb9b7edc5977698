"""The long-term ECG over the true one, in stretches long enough to read."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from radarkit.datasets.windows import TARGET_RATE_HZ
from radarkit.evaluation.assemble import Reconstruction
from radarkit.evaluation.judged_beats import JudgedBeats, draw_marks, judge_beats
from radarkit.evaluation.labels import EDGE_S
from radarkit.evaluation.panels import panel_grid
from radarkit.recording import Recording
from radarkit.style import MODEL, PALE, TRUE_LINE, legend_above_all

ROW_S, PHONE_ROW_S = 10.0, 5.0
_ROWS, _PHONE_ROWS = 4, 5
_ROOM_ABOVE, _ROOM_BELOW = 0.35, 0.4  # for marks and for the confidence, shares of the ECG's range
_BAND = 0.16  # of the height of a panel: the confidence from 0 to 1


def ecg_figure(
    reconstruction: Reconstruction,
    truth: Recording,
    *,
    start_s: float = 0.0,
    phone: bool = False,
) -> Figure:
    """Draw the long-term ECG over the true one, its beats, and how sure it is, a stretch a row.

    Parameters
    ----------
    reconstruction : Reconstruction
        Its confidence is drawn where it has one.
    truth : Recording
        At 200 Hz, with ECG and R peaks.
    start_s : float
        Where the first row starts; at most four rows of 10 s follow (five of 5 s on a phone),
        fewer when the trial ends before.
    phone : bool
        Draw it for a phone.
    """
    row_s, most = (PHONE_ROW_S, _PHONE_ROWS) if phone else (ROW_S, _ROWS)
    rows = max(1, min(most, int(np.ceil((truth.duration_s - start_s) / row_s))))
    figure, panels = panel_grid(rows, 1.9, phone=phone)
    beats = judge_beats(reconstruction, truth)
    for row, axes in enumerate(panels):
        left = start_s + row * row_s
        draw_stretch(axes, reconstruction, truth, beats, left, left + row_s)
        _draw_confidence(axes, reconstruction, label=row == 0)
        axes.set_ylabel("ECG (mV)")
    panels[-1].set_xlabel("time (s)")
    legend_above_all(figure, panels[0], 2 if phone else 5)
    return figure


def draw_stretch(
    axes: Axes,
    reconstruction: Reconstruction,
    truth: Recording,
    beats: JudgedBeats,
    left_s: float,
    right_s: float,
) -> None:
    """Draw a stretch of both ECGs with the marks of its beats.

    Parameters
    ----------
    axes : Axes
    reconstruction : Reconstruction
    truth : Recording
        At 200 Hz, with ECG.
    beats : JudgedBeats
        Of the whole trial.
    left_s, right_s : float
        The stretch; it may reach over the end of the trial.
    """
    assert truth.ecg is not None  # its beats were judged
    first, last = (max(round(end_s * TARGET_RATE_HZ), 0) for end_s in (left_s, right_s))
    part = slice(first, last + 1)
    true = truth.ecg[part]
    times_s = (first + np.arange(true.size)) / TARGET_RATE_HZ
    axes.plot(times_s, true, **TRUE_LINE)
    axes.plot(
        times_s, reconstruction.ecg_mv[part], color=MODEL, linewidth=1.0, label="reconstructed"
    )
    low, high = (
        end([end(ecg, initial=0.0) for ecg in (truth.ecg, reconstruction.ecg_mv)])
        for end in (np.min, np.max)
    )
    span = (high - low) or 1.0
    axes.set_ylim(low - _ROOM_BELOW * span, high + _ROOM_ABOVE * span)
    axes.set_xlim(left_s, right_s)
    draw_marks(axes, beats)
    edges = ((0.0, EDGE_S), (truth.duration_s - EDGE_S, truth.duration_s))
    for edge_left, edge_right in edges:
        inside = max(edge_left, left_s), min(edge_right, right_s)
        if inside[0] < inside[1]:
            axes.axvspan(*inside, facecolor="#f0f0f0", zorder=0)


def _draw_confidence(axes: Axes, reconstruction: Reconstruction, *, label: bool) -> None:
    """Fill a band along the bottom, to its full height where the method is sure."""
    sure = reconstruction.ecg_confidence
    if sure is None:
        return
    left, right = axes.get_xlim()
    times_s = np.arange(sure.size) / TARGET_RATE_HZ
    part = (times_s >= left) & (times_s <= right)
    axes.fill_between(
        times_s[part], _BAND * sure[part], color=PALE, alpha=0.45, linewidth=0,
        transform=axes.get_xaxis_transform(), zorder=1,
        label="confidence, 0 to 1" if label else None,
    )  # fmt: skip
    low, high = axes.get_ylim()
    axes.axhline(low + _BAND * (high - low), color=PALE, linewidth=0.5, linestyle=":")
