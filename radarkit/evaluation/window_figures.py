"""The best and the worst that a network made of the windows of all trials.

Windows follow each other without overlap and are ranked by the correlation of the long-term ECG
with the true one, nothing aligned: so a window is bad where beats are lost or late, or the shape is
wrong. What decides nothing, the first and last second of a trial, is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from radarkit.datasets.windows import TARGET_RATE_HZ
from radarkit.evaluation.assemble import Reconstruction
from radarkit.evaluation.ecg_figure import draw_stretch
from radarkit.evaluation.judged_beats import judge_beats
from radarkit.evaluation.labels import EDGE_S
from radarkit.evaluation.metrics import ecg_pcc
from radarkit.evaluation.panels import panel_grid
from radarkit.recording import Recording
from radarkit.style import TRUE, legend_above_all

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


def windows_figure(ranked: Sequence[RankedWindow], each: int = 4, *, phone: bool = False) -> Figure:
    """Draw the best windows on the left and the worst on the right; on a phone, in turn.

    Parameters
    ----------
    ranked : sequence of RankedWindow
        As `rank_windows` gives them.
    each : int
        How many of either, fewer if there are not so many.
    phone : bool
        Draw it for a phone.
    """
    rows = min(each, len(ranked) // 2)
    best, worst = ranked[:rows], ranked[len(ranked) - rows :][::-1]
    if phone:
        shown = [(kind, window) for kind, of in (("best", best), ("worst", worst)) for window in of]
    else:
        shown = [
            (kind, window)
            for pair in zip(best, worst, strict=True)
            for kind, window in zip(("best", "worst"), pair, strict=True)
        ]
    figure, panels = panel_grid(max(len(shown), 1), 1.7, columns=2, phone=phone)
    for axes, (kind, window) in zip(panels, shown, strict=False):
        beats = judge_beats(window.reconstruction, window.truth)
        left_s = window.start / TARGET_RATE_HZ
        draw_stretch(axes, window.reconstruction, window.truth, beats, left_s, left_s + WINDOW_S)
        title = f"{kind}: {window.truth.name}, PCC {window.pcc:.2f}"
        axes.set_title(title, fontsize=8, color=TRUE, pad=3)
    columns = 1 if phone else 2
    for axes in panels[::columns]:
        axes.set_ylabel("ECG (mV)")
    for axes in panels[-columns:]:
        axes.set_xlabel("time (s)")
    if shown:
        legend_above_all(figure, panels[0], 2 if phone else 4)
    return figure
