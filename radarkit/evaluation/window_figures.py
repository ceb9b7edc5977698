"""The best and the worst that a network made of the windows of all trials.

Windows follow each other without overlap and are ranked by the correlation of the long-term ECG
with the true one, nothing aligned: so a window is bad where beats are lost or late, or the shape is
wrong. What decides nothing, the first and last second of a trial, is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from radarkit.datasets.windows import TARGET_RATE_HZ
from radarkit.evaluation.assemble import Reconstruction
from radarkit.evaluation.labels import EDGE_S
from radarkit.evaluation.metrics import ecg_pcc
from radarkit.recording import Recording
from radarkit.style import MODEL, PICKED, TRUE, TRUE_LINE, legend_above_all, new_figure

WINDOW_S = 4.0


@dataclass(frozen=True, eq=False)
class RankedWindow:
    """A window of a trial and how good it is.

    Attributes
    ----------
    reconstruction : Reconstruction
    truth : Recording
        The whole trial.
    start : int
        Sample at 200 Hz.
    pcc : float
        Of the ECG within it.
    """

    reconstruction: Reconstruction
    truth: Recording
    start: int
    pcc: float


def rank_windows(trials: Sequence[tuple[Reconstruction, Recording]]) -> list[RankedWindow]:
    """Rank all windows, the best first; those with a constant true ECG have no rank.

    Parameters
    ----------
    trials : sequence of (Reconstruction, Recording)
        At 200 Hz, with ECG.
    """
    edge, samples = round(EDGE_S * TARGET_RATE_HZ), round(WINDOW_S * TARGET_RATE_HZ)
    ranked = []
    for made, truth in trials:
        if truth.ecg is None:
            continue
        for start in range(edge, truth.samples - edge - samples + 1, samples):
            part = slice(start, start + samples)
            ranked.append(
                RankedWindow(made, truth, start, ecg_pcc(made.ecg_mv[part], truth.ecg[part]))
            )
    defined = [window for window in ranked if np.isfinite(window.pcc)]
    return sorted(defined, key=lambda window: window.pcc, reverse=True)


def windows_figure(ranked: Sequence[RankedWindow], each: int = 4) -> Figure:
    """Draw the best windows on the left and the worst on the right.

    Parameters
    ----------
    ranked : sequence of RankedWindow
        As `rank_windows` gives them.
    each : int
        How many of either, fewer if there are not so many.
    """
    rows = min(each, len(ranked) // 2)
    columns = (ranked[:rows], ranked[len(ranked) - rows :][::-1])
    figure, panels = new_figure(max(2 * rows, 1), 1.5, columns=2)
    for number, axes in enumerate(panels[: 2 * rows]):
        window = columns[number % 2][number // 2]
        _draw(axes, window)
        if number % 2 == 0:
            axes.set_ylabel("ECG (mV)")
        if number // 2 == rows - 1:
            axes.set_xlabel("time (s)")
    if rows:
        legend_above_all(figure, panels[0], 3)
    return figure


def _draw(axes: Axes, window: RankedWindow) -> None:
    truth, made = window.truth, window.reconstruction
    assert truth.ecg is not None  # it was ranked
    part = slice(window.start, window.start + round(WINDOW_S * TARGET_RATE_HZ))
    times_s = np.arange(part.start, part.stop) / TARGET_RATE_HZ
    axes.plot(times_s, truth.ecg[part], **TRUE_LINE)
    axes.plot(times_s, made.ecg_mv[part], color=MODEL, linewidth=0.9, label="reconstructed")
    found_s = made.r_peaks / TARGET_RATE_HZ
    found_s = found_s[(found_s >= times_s[0]) & (found_s <= times_s[-1])]
    (marks,) = axes.plot(
        found_s,
        np.full(found_s.size, 1.02),
        "v",
        color=PICKED,
        markersize=4,
        clip_on=False,
        transform=axes.get_xaxis_transform(),
        label="found R peak",
    )
    marks.set_in_layout(False)  # without any mark its box would be that of the whole figure
    axes.set_title(f"{truth.name}, PCC {window.pcc:.2f}", fontsize=8, color=TRUE, pad=8)
    axes.set_xlim(times_s[0], times_s[-1])
