"""Which beats of a trial were found, put in between, invented and missed, and how they are drawn.

A mark has a shape of its own for each, so that no colour is needed to tell them apart. What the
radar says stands in the upper row, the truth in the lower one. The first and the last second of a
trial, which no score looks at, have true R peaks and no verdict.
"""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from radarkit.datasets.windows import TARGET_RATE_HZ
from radarkit.evaluation.assemble import Reconstruction
from radarkit.evaluation.labels import is_scored, labels
from radarkit.evaluation.metrics import match_beats
from radarkit.recording import Float64, Recording
from radarkit.style import MODEL, PICKED, TRUE

_UPPER, _LOWER = 0.96, 0.88  # share of the height of a panel
_MARKS = {  # label: marker, size, colour, whether it is filled, height
    "found": ("v", 5, MODEL, True, _UPPER),
    "put between neighbours": ("v", 5, MODEL, False, _UPPER),
    "invented": ("D", 4.5, PICKED, False, _UPPER),
    "true R peak": ("|", 5, TRUE, True, _LOWER),
    "missed": ("x", 6, PICKED, True, _LOWER),
}


@dataclass(frozen=True, eq=False)
class JudgedBeats:
    """The beats of a trial in seconds.

    Attributes
    ----------
    true_s : (beats,) float64
        All R peaks of the truth.
    found_s, interpolated_s : (n,) float64
        Predicted R peaks that match a true one: from the radar, or put between their neighbours.
    invented_s : (n,) float64
        Predicted R peaks that match none.
    missed_s : (n,) float64
        True R peaks that none matches.
    """

    true_s: Float64
    found_s: Float64
    interpolated_s: Float64
    invented_s: Float64
    missed_s: Float64

    @property
    def in_words(self) -> str:
        """How many of each."""
        right = self.found_s.size + self.interpolated_s.size
        words = f"{right} of {right + self.missed_s.size} beats found"
        if self.interpolated_s.size:
            words += f" ({self.interpolated_s.size} put between their neighbours)"
        return f"{words}, {self.missed_s.size} missed, {self.invented_s.size} invented"


def judge_beats(reconstruction: Reconstruction, truth: Recording) -> JudgedBeats:
    """Tell the beats of a trial apart, by the rules of the scores.

    Parameters
    ----------
    reconstruction : Reconstruction
    truth : Recording
        At 200 Hz, with ECG and R peaks.

    Raises
    ------
    UserError
        When the truth has no ECG or R peaks, or is not at 200 Hz.
    """
    _, true = labels(truth)
    predicted = reconstruction.r_peaks
    pairs = match_beats(predicted, true)
    matched = _chosen(predicted.size, pairs[:, 0])
    missed = ~_chosen(true.size, pairs[:, 1]) & is_scored(true, truth.samples)
    counted = np.zeros(predicted.size, np.bool_)
    counted[pairs[:, 0]] = is_scored(true[pairs[:, 1]], truth.samples)
    between = reconstruction.interpolated
    between = np.zeros(predicted.size, np.bool_) if between is None else between
    invented = ~matched & is_scored(predicted, truth.samples)
    sides = (
        (predicted, counted & ~between),
        (predicted, counted & between),
        (predicted, invented),
        (true, missed),
    )
    return JudgedBeats(
        true / TARGET_RATE_HZ, *(position[which] / TARGET_RATE_HZ for position, which in sides)
    )


def draw_marks(axes: Axes, beats: JudgedBeats) -> None:
    """Mark the beats within the limits of the axes, labelled for a legend even where none is."""
    left, right = axes.get_xlim()
    met_s = np.setdiff1d(beats.true_s, beats.missed_s)  # one mark is enough for a beat
    of_mark = (beats.found_s, beats.interpolated_s, beats.invented_s, met_s, beats.missed_s)
    for (label, (marker, size, color, filled, height)), times_s in zip(
        _MARKS.items(), of_mark, strict=True
    ):
        at = times_s[(times_s >= left) & (times_s <= right)]
        (marks,) = axes.plot(
            at, np.full(at.size, height), marker, color=color, label=label, markersize=size,
            markerfacecolor=color if filled else "white", markeredgewidth=1.3,
            transform=axes.get_xaxis_transform(), zorder=5,
        )  # fmt: skip
        marks.set_in_layout(False)  # without any mark its box would be that of the whole figure


def _chosen(size: int, indices: NDArray[np.int64]) -> NDArray[np.bool_]:
    chosen = np.zeros(size, np.bool_)
    chosen[indices] = True
    return chosen
