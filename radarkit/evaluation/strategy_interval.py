"""How sure a delta-m is: a bootstrap over people and seeds, paired with the baseline.

Two runs of a seed are scored on the same people, and the single-task baseline too. In each draw
people and seeds are drawn independently, each time as many as there are; a trial counts as often as
its person was drawn times its seed was, for the strategy and for the baseline alike. The scores of
the seeds are made of the trials that count, and delta-m is the mean of those of the seeds. What
makes both rows better or worse at once, an easy person or a lucky split, falls out of it.

How often the 95 % interval of the difference of two strategies that are equally good holds zero
(docs/interval_coverage.py): where they differ by person and person, in 94 cases of 100 with twelve
people of two trials and one seed, in 91 with six people, in 100 with three seeds. Where one seed is
better for one and the next for the other, and all people agree, in 51 of 100 with two seeds, in 75
with three and in 80 with five: few seeds say little of others, and one seed says nothing.

Source: Owen, The pigeonhole bootstrap, Annals of Applied Statistics 1, 2007, for rows and columns
that are drawn independently.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from radarkit.evaluation.bootstrap import DRAWS, LEVEL
from radarkit.evaluation.delta_m import BETTER, TASKS
from radarkit.recording import Float64

Trial = Mapping[str, str | float | None]
BySeed = Mapping[int, Sequence[Trial]]

MEANS = ("missed_detection_rate",)  # the other metrics are medians over trials
_FEWEST_DEFINED = 0.95  # of the draws, for an interval


class Redrawn:
    """People and seeds, drawn many times.

    Parameters
    ----------
    scores : mapping of int to sequence of mapping
        By seed, the row of every trial with its ``subject``.
    draws : int
        How many times they are drawn.
    seed : int
        Of the draws; the same seed gives the same ones.
    """

    def __init__(self, scores: BySeed, *, draws: int = DRAWS, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        people = {
            number: np.array([str(trial["subject"]) for trial in trials])
            for number, trials in scores.items()
        }
        everybody = np.unique(np.concatenate(list(people.values())))
        self._enough = everybody.size > 1
        person = _drawn(rng, everybody.size, draws)
        self._seeds = tuple(people)
        self._times_seed = _drawn(rng, len(people), draws)
        self._times_trial = {
            number: person[:, np.searchsorted(everybody, names)] for number, names in people.items()
        }

    def delta_m(self, scores: BySeed, base: BySeed) -> Float64:
        """Delta-m by task in every draw.

        Parameters
        ----------
        scores, base : mapping of int to sequence of mapping
            Of the same seeds and trials.

        Returns
        -------
        (draws,) float64
            In %; NaN where a draw leaves it undefined. A PCC that counts as failed is a number
            like any other here.
        """
        of_seeds = np.stack(
            [self._of_seed(scores[seed], base[seed], seed) for seed in self._seeds], axis=1
        )
        weight = np.where(np.isfinite(of_seeds), self._times_seed, 0)
        total = weight.sum(axis=1)
        mean = np.nansum(of_seeds * weight, axis=1) / np.where(total > 0, total, 1)
        return np.where(total > 0, mean, np.nan)

    def interval(self, values: Float64, level: float = LEVEL) -> tuple[float, float]:
        """Percentiles of what came out of the draws; NaN for one person or too few values."""
        defined = values[np.isfinite(values)]
        if not self._enough or defined.size < _FEWEST_DEFINED * values.size:
            return np.nan, np.nan
        low, high = np.percentile(defined, [50 * (1 - level), 50 * (1 + level)])
        return float(low), float(high)

    def _of_seed(self, scores: Sequence[Trial], base: Sequence[Trial], seed: int) -> Float64:
        times = self._times_trial[seed]
        tasks = []
        for task in TASKS:
            gains = []
            for metric in task:
                value, start = (_score(rows, metric, times) for rows in (scores, base))
                change = value - start if BETTER[metric] == "higher" else start - value
                known = np.divide(change, np.abs(start), out=np.full_like(change, np.nan),
                                  where=start != 0)  # fmt: skip
                gains.append(np.where((start == 0) & (change == 0), 0.0, known))
            tasks.append(np.mean(gains, axis=0))
        return np.asarray(100 * np.mean(tasks, axis=0), np.float64)


def _drawn(rng: np.random.Generator, among: int, draws: int) -> NDArray[np.int64]:
    """How often each of some is drawn, (draws, among)."""
    return rng.multinomial(among, np.full(among, 1 / among), size=draws)


def _score(trials: Sequence[Trial], metric: str, times: NDArray[np.int64]) -> Float64:
    """Take a metric over trials that count several times: (draws,); NaN where none counts."""
    x = np.array([trial[metric] for trial in trials], np.float64)
    x, times = x[np.isfinite(x)], times[:, np.isfinite(x)]
    total = times.sum(axis=1)
    if x.size == 0:
        return np.full(times.shape[0], np.nan)
    if metric in MEANS:
        found = times @ x / np.where(total > 0, total, 1)
    else:
        order = np.argsort(x, kind="stable")
        up_to = np.cumsum(times[:, order], axis=1)
        # beyond the last one where nothing counts, which is taken out below
        at = [
            np.minimum((up_to <= middle[:, None]).sum(axis=1), x.size - 1)
            for middle in ((total - 1) // 2, total // 2)
        ]
        found = (x[order][at[0]] + x[order][at[1]]) / 2
    return np.where(total > 0, found, np.nan)
