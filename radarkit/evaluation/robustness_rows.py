"""The rows of the robustness tables: four metrics, and how much of the clean ones is left.

    delta-m = 100 / 4 * sum over the metrics of sign * (noisy - clean) / clean

with sign + where more is better (PCC) and - where less is (RMSE, R timing error, MDR): the flat
mean of the published noise tables, each method against its own clean row. RMSE, PCC and timing are
medians over trials, as published. MDR is the mean over trials, as most trials of a good network
miss no beat at all, and no change is relative to a median of zero. Where a clean figure is zero all
the same, no change is 0 and any other has no delta-m. A row whose PCC is below 60 % has failed and
has none either. Source: radarODE-MTL, "Noise Robustness".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from radarkit.evaluation.delta_m import BETTER, NOISE_METRICS, delta_m_flat, gain, has_failed
from radarkit.evaluation.noise_conditions import CLEAN, Condition
from radarkit.recording import Float64

Trial = Mapping[str, str | float | None]

_MEANS = ("missed_detection_rate", "f1")  # the others are medians


@dataclass(frozen=True)
class NoiseRow:
    """A run, by one method, under one condition.

    Attributes
    ----------
    run, method : str
        Whose row it is.
    condition : Condition
        The noise.
    values : dict of str to float
        Those of `NOISE_METRICS`, NaN where no trial has them, and ``f1``, the mean over trials.
    trials, silent : int
        How many there are, and in how many of them not one beat was matched: these are in MDR and
        F1 only.
    changes_percent : dict of str to float
        Signed relative change of each metric against the clean row; negative is worse.
    failed : bool
        Whether PCC is below 60 %, or undefined.
    delta_m_percent : float
        Mean of the changes; NaN where it failed or a change is undefined.
    """

    run: str
    method: str
    condition: Condition
    values: dict[str, float]
    trials: int
    silent: int
    changes_percent: dict[str, float]
    failed: bool
    delta_m_percent: float


def noise_rows(
    scores: Mapping[str, Mapping[Condition, Mapping[str, Sequence[Trial]]]],
) -> list[NoiseRow]:
    """Make the rows of all runs, methods and conditions.

    Parameters
    ----------
    scores : mapping
        By run, condition and method, the scores of every trial; undefined ones are NaN or None.
        Each run has the clean condition.
    """
    rows = []
    for run, conditions in scores.items():
        clean = {method: _values(trials) for method, trials in conditions[CLEAN].items()}
        for condition, methods in conditions.items():
            rows += [
                _row(run, method, condition, trials, clean[method])
                for method, trials in methods.items()
            ]
    return rows


def networks(rows: Sequence[NoiseRow]) -> list[NoiseRow]:
    """Only the rows of the networks, the first method of each run."""
    first: dict[str, str] = {}
    for row in rows:
        first.setdefault(row.run, row.method)
    return [row for row in rows if row.method == first[row.run]]


def _row(
    run: str, method: str, condition: Condition, trials: Sequence[Trial], clean: dict[str, float]
) -> NoiseRow:
    values = _values(trials)
    changes = {
        metric: 100 * gain(values[metric], clean[metric], BETTER[metric]) + 0.0  # no minus zero
        for metric in NOISE_METRICS
    }
    failed, delta = has_failed(values["pcc"]), delta_m_flat(values, clean) + 0.0
    silent = int((~np.isfinite(_column(trials, "pcc"))).sum())
    return NoiseRow(run, method, condition, values, len(trials), silent, changes, failed, delta)


def _values(trials: Sequence[Trial]) -> dict[str, float]:
    values = {}
    for metric in (*NOISE_METRICS, "f1"):
        column = _column(trials, metric)
        defined = column[np.isfinite(column)]
        middle = np.mean if metric in _MEANS else np.median
        values[metric] = float(middle(defined)) if defined.size else np.nan
    return values


def _column(trials: Sequence[Trial], metric: str) -> Float64:
    return np.array([row[metric] for row in trials], np.float64)  # None becomes NaN
