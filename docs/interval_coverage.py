"""How often the interval between two strategies holds the truth: figures of evaluation.md.

    python docs/interval_coverage.py

Scores are made up. Two strategies are equally good in the long run: either every person is better
with one or the other, or every seed is. Counted is how often the 95 % interval of the difference of
their delta-m holds 0. Half a minute.
"""

import numpy as np

from radarkit.evaluation.delta_m import BETTER, TASKS
from radarkit.evaluation.strategy_interval import Redrawn, Trial

METRICS = [metric for task in TASKS for metric in task]
LEVELS = dict(zip(METRICS, (0.1, 0.85, 30.0, 7.0, 0.03), strict=True))
REPEATS, DRAWS, SPREAD = 500, 400, 0.2
CASES = (  # what differs, people, seeds
    ("by person", 12, 1),
    ("by person", 6, 1),
    ("by person", 12, 3),
    ("by seed", 10, 2),
    ("by seed", 10, 3),
    ("by seed", 10, 5),
)


def draw_trials(rng: np.random.Generator, people: int) -> list[Trial]:
    """Draw two trials of each person."""
    rows: list[Trial] = []
    for person in range(people):
        own = rng.lognormal(0, 0.3, len(METRICS))
        for _ in range(2):
            around = own * rng.lognormal(0, 0.1, len(METRICS))
            factors = dict(zip(METRICS, around.tolist(), strict=True))
            rows.append({"subject": f"p{person}", **scaled(LEVELS, factors)})
    return rows


def scaled(row: dict[str, float], by: dict[str, float]) -> dict[str, float]:
    """Make the errors of a trial longer by some factors."""
    return {
        metric: 1 - by[metric] * (1 - x) if BETTER[metric] == "higher" else by[metric] * x
        for metric, x in row.items()
    }


def luck(rng: np.random.Generator, trials: list[Trial], kind: str) -> list[Trial]:
    """Let a strategy be better or worse, with every person or with all of them."""
    factors: dict[str, float] = {}
    rows: list[Trial] = []
    for trial in trials:
        who = str(trial["subject"]) if kind == "by person" else "all"
        factor = factors.setdefault(who, float(rng.lognormal(0, SPREAD)))
        values = {metric: float(trial[metric] or 0) for metric in METRICS}
        by = dict.fromkeys(METRICS, factor)
        rows.append({"subject": trial["subject"]} | scaled(values, by))
    return rows


def holds_zero(kind: str, people: int, seeds: int, number: int) -> bool:
    """Compare two strategies once."""
    rng = np.random.default_rng(number)
    base = {seed: draw_trials(rng, people) for seed in range(seeds)}
    one, other = ({n: luck(rng, rows, kind) for n, rows in base.items()} for _ in range(2))
    redrawn = Redrawn(base, draws=DRAWS, seed=number)
    between = redrawn.delta_m(one, base) - redrawn.delta_m(other, base)
    low, high = redrawn.interval(between)
    return low <= 0 <= high


def main() -> None:
    """Print the table."""
    print("| they differ | people | seeds | the interval holds 0 (%) |\n|---|---|---|---|")
    for kind, people, seeds in CASES:
        held = np.mean([holds_zero(kind, people, seeds, n) for n in range(REPEATS)])
        print(f"| {kind} | {people} | {seeds} | {100 * held:.0f} |")


if __name__ == "__main__":
    main()
