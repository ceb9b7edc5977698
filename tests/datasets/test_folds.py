import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from radarkit.datasets.folds import folds, leave_one_out
from radarkit.errors import UserError


def parts(split):
    return [split.train, split.validation, split.test]


@given(st.integers(3, 60), st.integers(2, 60), st.integers(0, 1000), st.randoms())
def test_every_subject_is_tested_once_by_a_model_that_has_not_seen_them(count, k, seed, random):
    assume(k <= count and count - -(-count // k) - max(1, round(0.15 * count)) >= 1)
    names = [f"s{i}" for i in range(count)]
    made = folds(names, k, seed=seed)
    assert len(made) == k
    assert sorted(name for fold in made for name in fold.test) == sorted(names)
    sizes = {len(fold.test) for fold in made}
    assert max(sizes) - min(sizes) <= 1
    for fold in made:
        assert all(parts(fold))
        assert sorted(name for part in parts(fold) for name in part) == sorted(names)
        assert len(fold.validation) == max(1, round(0.15 * count))
    random.shuffle(names)
    assert folds(names * 2, k, seed=seed) == made


@given(st.integers(3, 40), st.integers(0, 100))
def test_leaving_one_out_tests_one_subject_a_fold(count, seed):
    made = leave_one_out([f"s{i}" for i in range(count)], seed=seed)
    assert len(made) == count and all(len(fold.test) == 1 for fold in made)


def test_another_seed_draws_other_folds():
    names = [f"s{i}" for i in range(20)]
    assert folds(names, 4, seed=1) != folds(names, 4, seed=2)


@pytest.mark.parametrize(
    ("count", "k", "message"),
    [
        (5, 6, r"6 fold\(s\) of 5 subject\(s\); expected 2 to 5 folds"),
        (5, 1, r"1 fold\(s\) of 5 subject\(s\); expected 2 to 5 folds"),
        (1, 1, r"1 fold\(s\) of 1 subject\(s\); expected several subjects"),
        (3, 2, "2 folds of 3 subjects test 2 and choose the model by 1, which leaves nobody"),
        (2, 2, "2 folds of 2 subjects test 1 and choose the model by 1, which leaves nobody"),
    ],
)
def test_folds_that_cannot_be_made_are_refused(count, k, message):
    with pytest.raises(UserError, match=message):
        folds([f"s{i}" for i in range(count)], k, seed=0)
