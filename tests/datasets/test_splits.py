import pytest
from hypothesis import given
from hypothesis import strategies as st

from radarkit.datasets.splits import split_by_subject, unseen_subjects
from radarkit.errors import UserError


@given(st.integers(3, 60), st.integers(0, 1000), st.randoms())
def test_every_subject_is_in_exactly_one_part_whatever_the_order(count, seed, random):
    names = [f"s{i}" for i in range(count)]
    split = split_by_subject(names, seed=seed)
    parts = [*split.train, *split.validation, *split.test]
    assert sorted(parts) == sorted(names)
    assert split.train and split.validation and split.test
    random.shuffle(names)
    assert split_by_subject(names * 2, seed=seed) == split


def test_too_few_subjects_are_refused():
    with pytest.raises(UserError, match=r"2 subject\(s\) in the data; expected at least 3"):
        split_by_subject(["a", "b", "a"], seed=0)


def test_subjects_seen_in_training_are_left_out_and_refused_when_nobody_else_is_there():
    split = split_by_subject(["a", "b", "c", "d"], seed=0)
    seen = [*split.train, *split.validation]
    assert unseen_subjects([*seen, *split.test, "stranger"], split) == (*split.test, "stranger")
    with pytest.raises(UserError, match="all 3 subjects of the data were used in training"):
        unseen_subjects(seen, split)
