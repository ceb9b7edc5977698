"""How sure a median over trials, or the difference of two, is: a bootstrap that draws people.

The trials of a person resemble each other, so a person is drawn with all of their trials, or not at
all (cluster bootstrap). The interval reaches from one percentile of the redrawn medians to the
other. With few people it is too narrow, as it knows no heart but those it has seen: of normally
distributed people with four trials each, the 95 % interval holds the true median in 92 to 94 cases
of 100 with ten people, in 86 with five and in 75 with three. If trials were drawn instead, it would
hold it in 65 to 84. The interval of the difference of two such medians, of methods that agree on
which people are hard, holds the true one in 98 cases of 100 with ten people, in 94 with five and in
83 with three.

Source: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, sections 8 and 13.3; Davison
and Hinkley, Bootstrap Methods and their Application, 1997, section 3.8 (strategy 1).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from radarkit.recording import Float64

DRAWS = 2000
LEVEL = 0.95


def median_interval(
    values: ArrayLike,
    subjects: Sequence[str],
    *,
    level: float = LEVEL,
    draws: int = DRAWS,
    seed: int = 0,
) -> tuple[float, float]:
    """Confidence interval of the median over trials.

    Parameters
    ----------
    values : (trials,)
        One score of each; NaN where it is undefined, which leaves the trial out.
    subjects : sequence of str
        Who each trial is of.
    level : float
        Confidence, 0 to 1.
    draws : int
        How many times the people are drawn, each time as many as there are.
    seed : int
        Of the draws; the same seed gives the same interval.

    Returns
    -------
    low, high : float
        In the unit of `values`; NaN with fewer than two people who have a defined value.
    """
    x = np.asarray(values, np.float64)
    defined = np.isfinite(x)
    names, person = np.unique(np.asarray(subjects)[defined], return_inverse=True)
    if names.size < 2:
        return np.nan, np.nan
    medians = _redrawn_medians(x[defined], person, _times_drawn(names.size, draws, seed))
    return _middle(medians, level)


def median_difference_interval(
    values: ArrayLike,
    others: ArrayLike,
    subjects: Sequence[str],
    *,
    level: float = LEVEL,
    draws: int = DRAWS,
    seed: int = 0,
) -> tuple[float, float]:
    """Confidence interval of the difference of two medians over the same trials.

    Both medians are taken of the same drawn people, so what makes a person easy or hard for both
    methods cancels. Two methods whose own intervals overlap may well differ for certain.

    Parameters
    ----------
    values, others : (trials,)
        One score of each trial by either method; NaN where it is undefined, which leaves the trial
        out of both.
    subjects : sequence of str
        Who each trial is of.
    level, draws, seed
        As of `median_interval`.

    Returns
    -------
    low, high : float
        Of the median of `values` less that of `others`, in their unit; NaN with fewer than two
        people who have a trial where both are defined.
    """
    pair = np.asarray([values, others], np.float64)
    defined = np.isfinite(pair).all(axis=0)
    names, person = np.unique(np.asarray(subjects)[defined], return_inverse=True)
    if names.size < 2:
        return np.nan, np.nan
    times_drawn = _times_drawn(names.size, draws, seed)
    mine, theirs = (_redrawn_medians(row[defined], person, times_drawn) for row in pair)
    return _middle(mine - theirs, level)


def _times_drawn(people: int, draws: int, seed: int) -> NDArray[np.int64]:
    """(draws, people): how often each person is drawn."""
    rng = np.random.default_rng(seed)
    return rng.multinomial(people, np.full(people, 1 / people), size=draws)


def _redrawn_medians(
    values: Float64, person: NDArray[np.int64], times_drawn: NDArray[np.int64]
) -> Float64:
    """(draws,) medians of trials that count several times, without writing them out."""
    order = np.argsort(values, kind="stable")
    x = values[order]
    up_to = np.cumsum(times_drawn[:, person[order]], axis=1)
    total = up_to[:, -1:]
    lower, upper = ((up_to <= middle).sum(axis=1) for middle in ((total - 1) // 2, total // 2))
    return np.asarray((x[lower] + x[upper]) / 2, np.float64)


def _middle(drawn: Float64, level: float) -> tuple[float, float]:
    low, high = np.percentile(drawn, [50 * (1 - level), 50 * (1 + level)])
    return float(low), float(high)
