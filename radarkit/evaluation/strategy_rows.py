"""The rows of the table of strategies: five metrics of three tasks, and delta-m.

    delta-m = 100 / 3 * sum over the tasks of the mean over its metrics of sign * (x - base) / base

with the tasks shape {RMSE, PCC}, length {PPI error} and anchors {R timing error, MDR}, sign + where
more is better and - where less is, and for base the single-task networks of the same seed, scored
on the same people. RMSE, PCC, PPI error and R timing error (offset removed, as published) are
medians over trials; MDR is their mean, as most trials of a good network miss no beat at all. Every
figure is the mean over the seeds. Where a seed's PCC is below 60 % it has failed, and delta-m of
that row is undefined. Source: radarODE-MTL, Table II; see `radarkit.evaluation.delta_m`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from radarkit.evaluation.delta_m import TASKS, delta_m_by_task, has_failed
from radarkit.evaluation.strategy_entries import EGA, SINGLE
from radarkit.evaluation.strategy_interval import MEANS, BySeed, Redrawn, Trial

METRIC_KEYS = tuple(metric for task in TASKS for metric in task)


@dataclass(frozen=True)
class Interval:
    """A figure and its 95 % confidence interval; NaN where undefined."""

    value: float
    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        """Whether zero lies outside."""
        return bool(self.low > 0 or self.high < 0)


UNDEFINED = Interval(np.nan, np.nan, np.nan)


@dataclass(frozen=True)
class StrategyRow:
    """A line of the table.

    Attributes
    ----------
    name : str
        Of the entry.
    seeds : tuple of int
        Whose mean it is.
    values : dict of str to float
        Mean over the seeds of each of the five metrics; NaN where a seed has none.
    by_seed : dict of int to dict
        The same of each seed, and its ``delta_m_percent``.
    trials : int
        Scored, over all seeds.
    failed : tuple of int
        Seeds whose PCC is below 60 %.
    delta_m_percent : Interval
        Against the single-task networks, whose own is 0.
    ega_ahead : Interval
        By how many points EGA's delta-m is higher, over the seeds that both have; undefined for
        EGA itself, for the baseline and without EGA.
    """

    name: str
    seeds: tuple[int, ...]
    values: dict[str, float]
    by_seed: dict[int, dict[str, float]]
    trials: int
    failed: tuple[int, ...]
    delta_m_percent: Interval
    ega_ahead: Interval = UNDEFINED


def strategy_rows(scores: Mapping[str, BySeed]) -> list[StrategyRow]:
    """Make the rows.

    Parameters
    ----------
    scores : mapping
        By entry and seed, the rows of all trials; undefined scores are NaN or None. The first entry
        is the single-task baseline, which has every seed that another has.
    """
    base = scores[SINGLE]
    ega = reference_of(scores)
    return [_row(name, found, base, scores.get(ega) if ega else None, ega)
            for name, found in scores.items()]  # fmt: skip


def reference_of(names: Mapping[str, object] | Sequence[str]) -> str | None:
    """Name the entry that others are compared with: EGA as it is, or else its first variant."""
    variants = [name for name in names if name.partition(":")[0] == EGA]
    return EGA if EGA in variants else next(iter(variants), None)


def ranked(rows: Sequence[StrategyRow]) -> list[str]:
    """Names of the strategies, the best delta-m first, those without one last."""
    strategies = [row for row in rows if row.name != SINGLE]
    return [
        row.name
        for row in sorted(
            strategies, key=lambda row: np.nan_to_num(-row.delta_m_percent.value, nan=np.inf)
        )
    ]


def seed_values(trials: Sequence[Trial]) -> dict[str, float]:
    """Take the five metrics of one seed: medians over trials, of MDR the mean."""
    values = {}
    for metric in METRIC_KEYS:
        column = np.array([trial[metric] for trial in trials], np.float64)  # None becomes NaN
        defined = column[np.isfinite(column)]
        middle = np.mean if metric in MEANS else np.median
        values[metric] = float(middle(defined)) if defined.size else np.nan
    return values


def _row(
    name: str, scores: BySeed, base: BySeed, ega: BySeed | None, ega_name: str | None
) -> StrategyRow:
    of_seeds = {seed: seed_values(trials) for seed, trials in scores.items()}
    values = {
        metric: float(np.mean([of_seed[metric] for of_seed in of_seeds.values()]))
        for metric in METRIC_KEYS
    }
    deltas = _deltas(scores, base)
    delta = float(np.mean(list(deltas.values())))
    interval = UNDEFINED
    if name == SINGLE:
        interval = Interval(delta, np.nan, np.nan)
    elif np.isfinite(delta):
        drawn = Redrawn(scores)
        interval = Interval(delta, *drawn.interval(drawn.delta_m(scores, base)))
    return StrategyRow(
        name=name,
        seeds=tuple(scores),
        values=values,
        by_seed={
            seed: {**of_seed, "delta_m_percent": deltas[seed]} for seed, of_seed in of_seeds.items()
        },
        trials=sum(len(trials) for trials in scores.values()),
        failed=tuple(seed for seed, of_seed in of_seeds.items() if has_failed(of_seed["pcc"])),
        delta_m_percent=interval,
        ega_ahead=UNDEFINED
        if ega is None or name in (SINGLE, ega_name)
        else _ahead(ega, scores, base),
    )


def _deltas(scores: BySeed, base: BySeed) -> dict[int, float]:
    return {
        seed: delta_m_by_task(seed_values(trials), seed_values(base[seed])) + 0.0  # no minus zero
        for seed, trials in scores.items()
    }


def _ahead(ega: BySeed, scores: BySeed, base: BySeed) -> Interval:
    """By how much EGA's delta-m is higher, on the seeds that both have."""
    common = {seed: trials for seed, trials in scores.items() if seed in ega}
    if not common:
        return UNDEFINED
    theirs = _deltas(common, base)
    own = _deltas({seed: ega[seed] for seed in common}, base)
    difference = float(np.mean([own[seed] - theirs[seed] for seed in common]))
    if not np.isfinite(difference):
        return UNDEFINED
    drawn = Redrawn(common)
    return Interval(
        difference, *drawn.interval(drawn.delta_m(ega, base) - drawn.delta_m(scores, base))
    )
