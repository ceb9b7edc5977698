"""Rows and intervals of the table of strategies, from scores that are made up."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radarkit.evaluation.delta_m import BETTER, delta_m_by_task
from radarkit.evaluation.published_strategies import PRINTED_STRATEGIES, printed_strategy
from radarkit.evaluation.strategy_interval import Redrawn
from radarkit.evaluation.strategy_rows import METRIC_KEYS, ranked, seed_values, strategy_rows

from .published import SHAPE_TABLE

LEVELS = (0.1, 0.85, 30.0, 7.0, 0.03)


def trials(rng, people=8, each=3, spread=0.3):
    """Trials of people who differ more than their trials do."""
    rows = []
    for person in range(people):
        own = rng.lognormal(0, spread, len(LEVELS))
        for _ in range(each):
            found = LEVELS * own * rng.lognormal(0, spread / 3, len(LEVELS))
            row = dict(zip(METRIC_KEYS, found.tolist(), strict=True))
            rows.append({"subject": f"p{person}", **row, "pcc": 1 - 0.15 * row["pcc"] / 0.85})
    return rows


def worse(rows, factor):
    """The same trials with every error and lack of correlation longer by a factor."""
    return [
        {
            key: x if key == "subject" else 1 - factor * (1 - x) if key == "pcc" else factor * x
            for key, x in row.items()
        }
        for row in rows
    ]


def apart(rng, rows):
    """The same trials, each person's errors longer or shorter by a factor of their own."""
    factors = {row["subject"]: rng.lognormal(0, 0.2) for row in rows}
    return [each for row in rows for each in worse([row], factors[row["subject"]])]


def row_of(scores, name):
    return next(row for row in strategy_rows(scores) if row.name == name)


@given(st.integers(0, 2**31), st.integers(1, 3), st.integers(1, 5))
def test_a_draw_is_what_repeating_its_trials_gives(seed, n_seeds, people):
    rng = np.random.default_rng(seed)
    base = {number: trials(rng, people) for number in range(n_seeds)}
    scores = {number: trials(rng, people) for number in range(n_seeds)}
    drawn = Redrawn(scores, draws=5, seed=seed)
    found = drawn.delta_m(scores, base)
    for draw in range(5):
        total, weight = 0.0, 0
        for place, number in enumerate(scores):
            times = drawn._times_trial[number][draw]
            mine, theirs = (
                seed_values([row for row, n in zip(rows[number], times, strict=True)
                             for _ in range(n)])
                for rows in (scores, base)
            )  # fmt: skip
            delta = np.mean([
                np.mean([(1 if BETTER[k] == "higher" else -1) * (mine[k] - theirs[k]) / theirs[k]
                         for k in task])
                for task in (METRIC_KEYS[:2], METRIC_KEYS[2:3], METRIC_KEYS[3:])
            ])  # fmt: skip
            total += 100 * delta * drawn._times_seed[draw, place]
            weight += drawn._times_seed[draw, place]
        assert found[draw] == pytest.approx(total / weight, abs=1e-9)


def test_a_row_is_the_mean_over_seeds_of_the_published_delta_m():
    rng = np.random.default_rng(0)
    scores = {name: {seed: trials(rng) for seed in (3, 4)} for name in ("single-task", "uw", "ega")}
    base, uw, ega = strategy_rows(scores)
    assert base.delta_m_percent.value == 0 and np.isnan(base.ega_ahead.value)
    of_seeds = [
        delta_m_by_task(seed_values(scores["uw"][seed]), seed_values(scores["single-task"][seed]))
        for seed in (3, 4)
    ]
    assert uw.delta_m_percent.value == pytest.approx(np.mean(of_seeds))
    assert [uw.by_seed[seed]["delta_m_percent"] for seed in (3, 4)] == pytest.approx(of_seeds)
    assert uw.values["missed_detection_rate"] == pytest.approx(
        np.mean([row["missed_detection_rate"] for seed in (3, 4) for row in scores["uw"][seed]])
    )
    assert uw.delta_m_percent.low < uw.delta_m_percent.value < uw.delta_m_percent.high
    assert uw.ega_ahead.value == pytest.approx(ega.delta_m_percent.value - uw.delta_m_percent.value)
    assert uw.trials == 2 * len(scores["uw"][3])


def test_what_people_and_seeds_have_in_common_is_not_in_an_interval():
    rng = np.random.default_rng(1)
    base = {seed: trials(rng, spread=0.6) for seed in range(3)}
    better = {seed: worse(rows, 0.9) for seed, rows in base.items()}
    found = row_of({"single-task": base, "uw": better}, "uw").delta_m_percent
    # every error is a tenth lower for everybody; only the share of PCC depends on who is drawn
    assert found.high - found.low < 1.5
    assert found.low > 7
    same = row_of({"single-task": base, "uw": base}, "uw").delta_m_percent
    assert (same.value, same.low, same.high) == (0, 0, 0)


def test_an_interval_of_equals_holds_zero_in_nine_cases_of_ten_or_more():
    held, above = 0, 0
    for number in range(100):
        rng = np.random.default_rng(number)
        people = trials(rng, 12, 2)
        # who does better with which strategy is a matter of the person, not of the strategy
        base, one, ega = ({0: apart(rng, people)} for _ in range(3))
        drawn = Redrawn(base, draws=200)
        low, high = drawn.interval(drawn.delta_m(ega, base) - drawn.delta_m(one, base))
        held += low <= 0 <= high
        low, high = drawn.interval(
            drawn.delta_m({0: worse(ega[0], 0.5)}, base) - drawn.delta_m(one, base)
        )
        above += low > 0
    assert held >= 88
    assert above >= 95  # so it is not too wide to find a difference that is there


def test_a_seed_that_failed_leaves_no_delta_m_and_is_named():
    rng = np.random.default_rng(2)
    good = {seed: trials(rng) for seed in range(2)}
    bad = {0: good[0], 1: [{**row, "pcc": 0.5} for row in good[1]]}
    row = row_of({"single-task": good, "moco": bad, "ega": good}, "moco")
    assert row.failed == (1,)
    assert np.isnan([row.delta_m_percent.value, row.delta_m_percent.low, row.ega_ahead.value]).all()
    assert ranked(strategy_rows({"single-task": good, "moco": bad, "ega": good})) == ["ega", "moco"]


def test_trials_without_a_score_count_only_where_they_have_one():
    rng = np.random.default_rng(3)
    base = {0: trials(rng)}
    holed = {0: [{**row, "rmse_mv": None, "pcc": None} if n % 3 == 0 else row
                 for n, row in enumerate(base[0])]}  # fmt: skip
    row = row_of({"single-task": base, "uw": holed}, "uw")
    kept = [each["rmse_mv"] for each in holed[0] if each["rmse_mv"] is not None]
    assert row.values["rmse_mv"] == np.median(kept)
    assert np.isfinite([row.delta_m_percent.low, row.delta_m_percent.high]).all()


def test_one_person_has_no_interval_and_fewer_seeds_are_compared_on_those_both_have():
    rng = np.random.default_rng(4)
    alone = {0: trials(rng, people=1)}
    row = row_of({"single-task": alone, "uw": {0: worse(alone[0], 0.8)}}, "uw")
    assert row.delta_m_percent.value > 10 and np.isnan(row.delta_m_percent.low)
    base, ega = ({seed: trials(rng) for seed in range(3)} for _ in range(2))
    one = {0: trials(rng)}
    scores = {"single-task": base, "uw": one, "ega": ega}
    first = {name: {0: seeds[0]} for name, seeds in scores.items()}
    assert row_of(scores, "uw").ega_ahead == row_of(first, "uw").ega_ahead
    assert row_of(scores, "ega").seeds == (0, 1, 2)


def test_the_printed_rows_are_those_of_the_table():
    lines = [line.split() for line in SHAPE_TABLE.strip().splitlines()]
    assert len(lines) == len(PRINTED_STRATEGIES)
    for name, (label, *figures) in zip(PRINTED_STRATEGIES, lines, strict=True):
        row = printed_strategy(name)
        values = [getattr(row, key) * (100 if key in ("pcc", "missed_detection_rate") else 1)
                  for key in METRIC_KEYS]  # fmt: skip
        delta = [] if label == "Single-task" else [row.delta_m_percent]
        assert [*values, *delta] == pytest.approx([float(text) for text in figures])
    assert printed_strategy("ega:temperature=1.0") == printed_strategy("ega")
    assert printed_strategy("ega:temperature=0.50") == printed_strategy("ega:temperature=0.5")
    assert printed_strategy("ega:temperature=3") is None is printed_strategy("nash-mtl")
