"""How the errors of single beats are distributed, of a network and of the baselines beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from radarkit.datasets.windows import TARGET_RATE_HZ
from radarkit.evaluation import metrics
from radarkit.evaluation.panels import panel_grid
from radarkit.evaluation.scores import Comparison
from radarkit.recording import Float64
from radarkit.style import PALE, legend_above_all, line_styles

_SHOWN = 0.97  # of what the first method has of finite values lies within a panel


@dataclass(frozen=True)
class BeatQuantity:
    """What is known of the single beats.

    Attributes
    ----------
    key, heading : str
    decimals : int
    higher_is_better : bool
    """

    key: str
    heading: str
    decimals: int
    higher_is_better: bool = False

    @property
    def never(self) -> float:
        """The value of a beat that was missed: worse than any."""
        return -np.inf if self.higher_is_better else np.inf


QUANTITIES = (
    BeatQuantity("rmse", "RMSE of the cycle (mV)", 3),
    BeatQuantity("pcc", "PCC of the cycle", 3, higher_is_better=True),
    BeatQuantity("timing", "R timing error (ms)", 1),
    BeatQuantity("ppi", "PPI error of the cycle (ms)", 1),
)


def beat_errors(trials: Sequence[Comparison]) -> dict[str, Float64]:
    """Gather the errors of all true beats of some trials.

    Parameters
    ----------
    trials : sequence of Comparison
        Of one method.

    Returns
    -------
    dict of str to (beats,) float64
        For the key of each of `QUANTITIES`: RMSE in mV, PCC, and the absolute errors of R timing
        and cycle length in ms. Missed beats have `BeatQuantity.never`. What is undefined, as of a
        constant true cycle, is left out.
    """
    found: dict[str, list[Float64]] = {quantity.key: [] for quantity in QUANTITIES}
    for trial in trials:
        length_error = (trial.predicted_lengths - trial.true_lengths) / TARGET_RATE_HZ
        of_trial = {
            "rmse": metrics.rmse_mv(trial.predicted_cycles, trial.true_cycles_mv),
            "pcc": metrics.pcc(trial.predicted_cycles, trial.true_cycles_mv),
            "timing": np.abs(trial.timing_error_ms),
            "ppi": 1000 * np.abs(length_error),
        }
        for quantity in QUANTITIES:
            missed = np.full(trial.missed, quantity.never)
            defined = of_trial[quantity.key][np.isfinite(of_trial[quantity.key])]
            found[quantity.key].append(np.concatenate([defined, missed]))
    return {key: np.concatenate(parts) if parts else np.empty(0) for key, parts in found.items()}


def reached(values: Float64, share: float, quantity: BeatQuantity) -> float:
    """Find what a share of the beats reach or better; NaN where too many were missed for it."""
    if not values.size:
        return np.nan
    better_first = -1 if quantity.higher_is_better else 1
    value = better_first * np.quantile(better_first * values, share, method="inverted_cdf")
    return float(value) if np.isfinite(value) else np.nan


def error_curves_figure(
    errors: Mapping[str, Mapping[str, Float64]], *, phone: bool = False
) -> Figure:
    """Draw which share of the true beats comes within an error, a panel for each quantity.

    Left is better in every panel. A circle marks what half of the beats reach, a square what nine
    in ten do, and the numbers in the corner are the same two; what is missing to 1 was missed or
    lies outside.

    Parameters
    ----------
    errors : mapping of str to mapping of str to (beats,) float64
        What `beat_errors` gave, by method.
    phone : bool
        Draw it for a phone.
    """
    figure, panels = panel_grid(len(QUANTITIES), 2.6, columns=2, phone=phone)
    for axes, quantity in zip(panels, QUANTITIES, strict=True):
        of_methods = {name: found[quantity.key] for name, found in errors.items()}
        for (name, values), style in zip(of_methods.items(), line_styles(), strict=False):
            _draw_curve(axes, name, values, quantity, style, first=name == next(iter(errors)))
        axes.set_xlim(_limits(list(of_methods.values()), quantity))
        axes.set_ylim(0, 1.02)
        axes.set_yticks([0, 0.25, 0.5, 0.75, 0.9, 1.0])
        for share in (0.5, 0.9):
            axes.axhline(share, color=PALE, linewidth=0.5, linestyle=":", zorder=0)
        axes.set_xlabel(quantity.heading)
        _write_marks(axes, of_methods, quantity)
    for axes in panels[:: 1 if phone else 2]:
        axes.set_ylabel("share of the true beats")
    legend_above_all(figure, panels[0], 1 if phone else 3)
    return figure


def timing_figure(errors_ms: Mapping[str, Float64], *, phone: bool = False) -> Figure:
    """Draw how the signed R timing errors are distributed: whether beats come early or late.

    Parameters
    ----------
    errors_ms : mapping of str to (matched,) float64
        Of each method; positive is late.
    phone : bool
        Draw it for a phone.
    """
    figure, (axes,) = panel_grid(1, 2.6, phone=phone)
    reach = max(
        [20.0, *(float(np.quantile(np.abs(e), 0.98)) for e in errors_ms.values() if e.size)]
    )
    bins = np.linspace(-reach, reach, 61)
    for (name, error), style in zip(errors_ms.items(), line_styles(), strict=False):
        if error.size:
            shares = 100 * np.histogram(error, bins)[0] / error.size
            axes.stairs(shares, bins, label=name, **style)
    axes.axvline(0, color=PALE, linewidth=0.6)
    axes.set(xlabel="R timing error (ms), late is positive", ylabel="matched beats (%)")
    if axes.get_legend_handles_labels()[0]:
        legend_above_all(figure, axes, 1 if phone else 3)
    return figure


def _draw_curve(
    axes: Axes,
    name: str,
    values: Float64,
    quantity: BeatQuantity,
    style: dict[str, Any],
    *,
    first: bool,
) -> None:
    better_first = -1 if quantity.higher_is_better else 1
    found = np.sort(better_first * values[np.isfinite(values)])
    share = np.arange(1, found.size + 1) / max(values.size, 1)
    start = found[:1]
    axes.step(
        better_first * np.concatenate([start, found]),
        np.concatenate([np.zeros(start.size), share]),
        where="post",
        label=name,
        **style,
    )
    for at, marker in ((0.5, "o"), (0.9, "s")):
        value = reached(values, at, quantity)
        if np.isfinite(value):
            face = style["color"] if first else "white"  # a ring around, where two are the same
            axes.plot(
                value, at, marker, color=style["color"], markerfacecolor=face,
                markersize=4 if first else 6.5, zorder=5 if first else 4,
            )  # fmt: skip


def _limits(of_methods: Sequence[Float64], quantity: BeatQuantity) -> tuple[float, float]:
    """Find the ends of the axis, the better on the left: where the first method has its errors."""
    best = 1.0 if quantity.higher_is_better else 0.0
    off = [np.abs(best - values[np.isfinite(values)]) for values in of_methods]
    network, *others = off
    far = [float(np.quantile(network, _SHOWN))] if network.size else []
    far += [1.5 * float(np.median(other)) for other in others if other.size]
    reach = max(far, default=0.0) or 1.0
    return best, best - reach if quantity.higher_is_better else reach


def _write_marks(axes: Axes, of_methods: Mapping[str, Float64], quantity: BeatQuantity) -> None:
    """Write the two marked values of each method into the corner that the curves leave free."""
    words = []
    for values in of_methods.values():
        pair = (reached(values, share, quantity) for share in (0.5, 0.9))
        words.append(
            "   ".join(
                f"{x:.{quantity.decimals}f}" if np.isfinite(x) else "\N{EN DASH}" for x in pair
            )
        )
    axes.legend(
        axes.get_legend_handles_labels()[0],
        words,
        title="half    nine in ten",
        title_fontsize=8,
        fontsize=8,
        loc="lower right",
        frameon=False,
        alignment="left",
        handlelength=2.4,
    )
