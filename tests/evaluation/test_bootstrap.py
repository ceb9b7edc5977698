from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from radarkit.evaluation.bootstrap import median_difference_interval, median_interval


@pytest.mark.parametrize(("people", "level"), [(5, 0.9), (11, 0.95), (31, 0.95), (31, 0.6)])
def test_with_a_trial_each_the_interval_is_the_binomial_one(people, level):
    """The median of a draw is at most the k-th value when most of the draw is among the first k."""
    values = np.random.default_rng(people).normal(size=people)
    share = np.arange(1, people + 1) / people
    at_most = stats.binom.sf(people // 2, people, share)
    expected = [
        np.sort(values)[np.searchsorted(at_most, tail)]
        for tail in ((1 - level) / 2, (1 + level) / 2)
    ]
    names = [str(number) for number in range(people)]
    assert median_interval(values, names, level=level, draws=100_000) == tuple(expected)


def test_with_a_trial_each_the_interval_is_scipys():
    values = np.random.default_rng(3).gamma(2.0, size=40)
    names = [str(number) for number in range(40)]
    found = median_interval(values, names, draws=20_000)
    scipys = stats.bootstrap(
        (values,), np.median, method="percentile", n_resamples=20_000, rng=np.random.default_rng(1)
    ).confidence_interval
    np.testing.assert_allclose(found, scipys, atol=0.03 * np.ptp(values))


TRIALS = st.lists(st.lists(st.integers(0, 20), min_size=1, max_size=4), min_size=2, max_size=4)


@settings(max_examples=60)
@given(TRIALS, st.sampled_from([0.5, 0.8]), st.integers(0, 99))
def test_people_are_drawn_with_all_their_trials(people, level, seed):
    """Against all draws there are, each written out."""
    values = np.concatenate(people).astype(float)
    names = np.repeat([str(number) for number in range(len(people))], [len(p) for p in people])
    medians = np.sort(
        [np.median(np.concatenate(drawn)) for drawn in product(people, repeat=len(people))]
    )
    # how far the shares of 20000 draws may stray from those of all: five standard deviations
    slack = 5 * np.sqrt(0.25 / 20_000)
    found = median_interval(values, names, level=level, draws=20_000, seed=seed)
    for tail, value in zip(((1 - level) / 2, (1 + level) / 2), found, strict=True):
        below, at_most = (
            np.quantile(medians, np.clip(tail + sign * slack, 0, 1), method=method)
            for sign, method in ((-1, "lower"), (1, "higher"))
        )
        assert below <= value <= at_most


def test_trials_of_one_person_that_agree_do_not_make_the_interval_narrower():
    values = np.random.default_rng(1).normal(size=9)
    names = [str(number) for number in range(9)]
    once = median_interval(values, names)
    assert median_interval(np.tile(values, 20), names * 20) == once
    alone = median_interval(np.tile(values, 20), [str(number) for number in range(180)])
    assert np.ptp(alone) < np.ptp(once) / 2


def test_the_interval_holds_the_true_median_about_as_often_as_it_says():
    rng = np.random.default_rng(5)
    names = np.repeat([str(number) for number in range(12)], 4)
    held, held_by_trials = 0, 0
    for repeat in range(300):
        people = rng.normal(size=(12, 1))
        values = (people + 0.3 * rng.normal(size=(12, 4))).ravel()
        low, high = median_interval(values, names, draws=400, seed=repeat)
        held += low <= 0 <= high
        low, high = median_interval(values, [str(number) for number in range(48)], draws=400)
        held_by_trials += low <= 0 <= high
    assert 0.89 < held / 300 < 0.98
    assert held_by_trials / 300 < 0.8  # trials of a person are not independent


def test_an_undefined_trial_is_left_out_and_a_single_person_has_no_interval():
    values, names = [1.0, 4.0, 2.0, np.nan, np.nan], ["ann", "bob", "cy", "cy", "dan"]
    assert median_interval(values, names) == median_interval(values[:3], names[:3])
    for few in ([1.0, 2.0, np.nan], [np.nan] * 3):
        assert np.isnan(median_interval(few, ["ann", "ann", "bob"])).all()
    assert np.isnan(median_interval([], [])).all()
    assert median_interval([5.0, 5.0], ["ann", "bob"]) == (5.0, 5.0)


def test_the_seed_decides():
    values, names = np.random.default_rng(2).normal(size=12), [str(number) for number in range(12)]
    assert median_interval(values, names) == median_interval(values, names)
    assert median_interval(values, names, draws=50) != median_interval(
        values, names, draws=50, seed=1
    )


PAIRS = st.lists(
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=3),
    min_size=2,
    max_size=4,
)


@settings(max_examples=40)
@given(PAIRS, st.integers(0, 99))
def test_both_methods_are_redrawn_on_the_same_people(people, seed):
    """Against all draws there are, each written out."""
    pairs = np.concatenate([np.array(person, float) for person in people])
    names = np.repeat([str(number) for number in range(len(people))], [len(p) for p in people])
    drawn = [np.concatenate(each) for each in product(people, repeat=len(people))]
    differences = [np.median(each[:, 0]) - np.median(each[:, 1]) for each in drawn]
    slack = 5 * np.sqrt(0.25 / 20_000)
    found = median_difference_interval(*pairs.T, names, level=0.8, draws=20_000, seed=seed)
    for tail, value in zip((0.1, 0.9), found, strict=True):
        below, at_most = (
            np.quantile(differences, np.clip(tail + sign * slack, 0, 1), method=method)
            for sign, method in ((-1, "lower"), (1, "higher"))
        )
        assert below <= value <= at_most


def test_the_interval_of_a_difference_holds_the_true_one_about_as_often_as_it_says():
    rng = np.random.default_rng(8)
    names = np.repeat([str(number) for number in range(12)], 4)
    held = 0
    for repeat in range(300):
        people = rng.normal(size=(12, 1))
        # the second method is worse by 0.5, and people differ in by how much
        other = people + 0.5 + 0.4 * rng.normal(size=(12, 1))
        mine, theirs = (x + 0.3 * rng.normal(size=(12, 4)) for x in (people, other))
        low, high = median_difference_interval(
            mine.ravel(), theirs.ravel(), names, draws=400, seed=repeat
        )
        held += low <= -0.5 <= high
    assert 0.89 < held / 300 < 0.99


def test_what_makes_people_hard_for_both_methods_does_not_widen_the_difference():
    rng = np.random.default_rng(2)
    names = np.repeat([str(number) for number in range(10)], 4)
    mine = np.repeat(rng.normal(size=10), 4) + 0.01 * rng.normal(size=40)
    theirs = mine + 0.2
    low, high = median_difference_interval(mine, theirs, names)
    assert low == pytest.approx(-0.2) and high == pytest.approx(-0.2)
    (_, mine_high), (theirs_low, _) = median_interval(mine, names), median_interval(theirs, names)
    assert theirs_low < mine_high  # each alone could not tell


def test_a_trial_that_one_method_leaves_undefined_is_left_out_of_both():
    names = ["ann", "bob", "cy", "dan"]
    mine, theirs = [1.0, 2.0, np.nan, 9.0], [3.0, 5.0, 1.0, np.nan]
    assert median_difference_interval(mine, theirs, names) == median_difference_interval(
        mine[:2], theirs[:2], names[:2]
    )
    for undefined in ([1.0, np.nan, np.nan, np.nan], [np.nan] * 4):
        assert np.isnan(median_difference_interval(undefined, theirs, names)).all()
    assert np.isnan(median_difference_interval([], [], [])).all()
