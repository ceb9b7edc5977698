"""How far the peaks of Q, R, S and T are off, beat by beat."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from radarkit.evaluation.panels import panel_grid
from radarkit.recording import Float64
from radarkit.style import legend_above_all, line_styles

_PEAKS_MS = 100.0  # a tenth of a cycle; what is farther off was not the same wave


def peaks_figure(errors_ms: Mapping[str, Mapping[str, Float64]], *, phone: bool = False) -> Figure:
    """Draw how the time errors of Q, R, S and T peaks are distributed, a panel for each.

    Parameters
    ----------
    errors_ms : mapping of str to mapping of str to (beats,) float64
        By method and wave, signed; NaN where a wave was not found, in the true ECG or in the
        predicted one. What is missing to 1 are these, and what is farther off than the panel.
    phone : bool
        Draw it for a phone.
    """
    waves = list(next(iter(errors_ms.values())))
    figure, panels = panel_grid(
        len(waves), 2.2, columns=2, phone_columns=2, phone=phone, share=True
    )
    for axes, wave in zip(panels, waves, strict=True):
        for (name, errors), style in zip(errors_ms.items(), line_styles(), strict=False):
            error = np.abs(errors[wave])
            found = np.sort(error[np.isfinite(error)])
            share = np.arange(1, found.size + 1) / max(error.size, 1)
            axes.step(np.append(0, found), np.append(0, share), where="post", label=name, **style)
        axes.set_title(wave.upper(), fontsize=9)
        axes.set(xlim=(0, _PEAKS_MS), ylim=(0, 1.02))
    for axes in panels[-2:]:
        axes.set_xlabel("absolute time error (ms)")
    for axes in panels[::2]:
        axes.set_ylabel("share of beats")
    legend_above_all(figure, panels[0], 1 if phone else 3)
    return figure
