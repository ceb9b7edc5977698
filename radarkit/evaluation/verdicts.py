"""Whether a model is better than a baseline, or only seems to be.

The difference of the medians over the trials that both are defined on, with the interval of a
bootstrap that draws the same people for both: better or worse is said only where the 95 % interval
leaves out zero. Each metric is judged alone: of twenty comparisons of equals one is expected to
say more than it knows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from radarkit.evaluation.bootstrap import median_difference_interval
from radarkit.evaluation.columns import METRICS, Metric
from radarkit.evaluation.scores import Row

Word = Literal["better", "worse", "no clear difference", "the same", "undecided"]


@dataclass(frozen=True)
class Verdict:
    """What the trials say of a model beside a baseline in one metric.

    Attributes
    ----------
    metric : Metric
    word : str
        ``better``, ``worse`` or ``no clear difference``; ``the same`` where the values of every
        trial are; ``undecided`` with fewer than two people to tell from.
    difference, low, high : float
        The median of the model less that of the baseline, and its 95 % confidence interval, in the
        unit of the score.
    trials, people : int
        On whom both are defined.
    """

    metric: Metric
    word: Word
    difference: float
    low: float
    high: float
    trials: int
    people: int

    @property
    def interval(self) -> str:
        """The difference and its interval as they are shown, or nothing where there is none."""
        if not np.isfinite([self.low, self.high]).all():
            return ""
        shown, low, high = (_signed(self.metric, x) for x in (self.difference, self.low, self.high))
        return f"{shown} ({low} to {high})"


def judge(metric: Metric, model: Sequence[Row], baseline: Sequence[Row]) -> Verdict:
    """Compare two methods in one metric.

    Parameters
    ----------
    metric : Metric
    model, baseline : sequence of dict
        The scores of the same trials in the same order, with their ``subject``.
    """
    pair = np.array([[row[metric.key] for row in rows] for rows in (model, baseline)], np.float64)
    subjects = [str(row["subject"]) for row in model]
    defined = np.asarray(np.isfinite(pair).all(axis=0))
    mine, theirs = pair[:, defined]
    people = {name for name, both in zip(subjects, defined.tolist(), strict=True) if both}
    difference = float(np.median(mine) - np.median(theirs)) if mine.size else np.nan
    low, high = median_difference_interval(pair[0], pair[1], subjects)
    word: Word = "no clear difference"
    if len(people) < 2:
        word = "undecided"
    elif np.array_equal(mine, theirs):
        word = "the same"
    elif low > 0 or high < 0:
        word = "better" if (high < 0) == (metric.better == "lower") else "worse"
    return Verdict(metric, word, difference, low, high, int(defined.sum()), len(people))


def verdicts(trials: Mapping[str, Sequence[Row]]) -> dict[str, list[Verdict]]:
    """Judge a model beside each baseline in every metric of the main table.

    Parameters
    ----------
    trials : mapping of str to sequence of dict
        The scores of each trial by method, the model first; the trials in the same order.

    Returns
    -------
    dict of str to list of Verdict
        By baseline.
    """
    model, *baselines = trials
    metrics = [metric for metric in METRICS if metric.main]
    return {
        baseline: [judge(metric, trials[model], trials[baseline]) for metric in metrics]
        for baseline in baselines
    }


def in_words(found: Sequence[Verdict]) -> str:
    """Say in one sentence part in which metrics the model is what."""
    groups: dict[str, list[str]] = {}
    for verdict in found:
        groups.setdefault(verdict.word, []).append(verdict.metric.label)
    order = ("better", "worse", "no clear difference", "the same", "undecided")
    return "; ".join(f"{word} in {', '.join(groups[word])}" for word in order if word in groups)


def _signed(metric: Metric, value: float) -> str:
    shown = metric.shown(abs(value))
    if not float(shown):  # less than the last digit that is shown
        return shown
    return ("\N{MINUS SIGN}" if value < 0 else "+") + shown
