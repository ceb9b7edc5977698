"""What is called better is better by more than chance, in the direction of the metric."""

import numpy as np
import pytest

from radarkit.evaluation import METRICS, median_interval
from radarkit.evaluation.verdicts import in_words, judge, verdicts

BY_KEY = {metric.key: metric for metric in METRICS}
NAMES = [f"p{number // 2}" for number in range(20)]  # ten people with two trials each


def rows(values, key="rmse_mv", names=NAMES):
    return [{"subject": name, key: x} for name, x in zip(names, values, strict=True)]


@pytest.fixture
def hard(rng):
    """How hard each trial is, by person."""
    return 0.5 + np.repeat(rng.uniform(0, 0.4, 10), 2)


@pytest.mark.parametrize(
    ("key", "change", "word"),
    [
        ("rmse_mv", -0.05, "better"),
        ("rmse_mv", 0.05, "worse"),
        ("pcc", 0.05, "better"),
        ("pcc", -0.05, "worse"),
        ("pcc", 0.0, "the same"),
    ],
)
def test_a_change_of_every_trial_is_seen_through_the_differences_of_people(hard, key, change, word):
    found = judge(BY_KEY[key], rows(hard + change, key), rows(hard, key))
    assert (found.word, found.trials, found.people) == (word, 20, 10)
    assert found.difference == pytest.approx(change)
    mine, theirs = (median_interval(values, NAMES) for values in (hard + change, hard))
    assert mine[0] <= theirs[1] and theirs[0] <= mine[1]  # their own intervals overlap


def test_a_lower_median_that_chance_explains_is_no_better(rng, hard):
    mine = hard + rng.normal(0, 0.2, 10).repeat(2)
    mine -= np.median(mine) - np.median(hard) + 0.01
    found = judge(BY_KEY["rmse_mv"], rows(mine), rows(hard))
    assert found.difference == pytest.approx(-0.01) and found.low < 0 < found.high
    assert found.word == "no clear difference"
    assert found.interval == (
        f"\N{MINUS SIGN}{-found.difference:.3f} (\N{MINUS SIGN}{-found.low:.3f} to "
        f"+{found.high:.3f})"
    )


def test_equal_methods_are_seldom_called_different():
    rng = np.random.default_rng(4)
    called = []
    for _ in range(200):
        people = rng.normal(size=10).repeat(2)
        pair = (people + 0.5 * rng.normal(size=(2, 20))).tolist()
        called.append(judge(BY_KEY["rmse_mv"], rows(pair[0]), rows(pair[1])).word)
    assert 0.85 < called.count("no clear difference") / 200 < 0.995


def test_a_person_alone_decides_nothing():
    names = ["ann"] * 3
    better, worse = rows([0.1, 0.2, 0.1], names=names), rows([0.5, 0.6, 0.7], names=names)
    found = judge(BY_KEY["rmse_mv"], better, worse)
    assert found.word == "undecided" and found.interval == ""
    nothing = judge(BY_KEY["rmse_mv"], rows([np.nan] * 20), rows([1.0] * 20))
    assert (nothing.word, nothing.trials) == ("undecided", 0)


def test_words_name_the_metrics_of_the_main_table_once(hard):
    def everything(change):
        signed = {m.key: -1 if m.better == "lower" else 1 for m in METRICS}
        return [
            {"subject": name, **{key: x + sign * change for key, sign in signed.items()}}
            for name, x in zip(NAMES, hard, strict=True)
        ]

    found = verdicts({"it": everything(0.1), "worse one": everything(0), "twin": everything(0.1)})
    labels = ", ".join(metric.label for metric in METRICS if metric.main)
    assert {name: in_words(of) for name, of in found.items()} == {
        "worse one": f"better in {labels}",
        "twin": f"the same in {labels}",
    }
