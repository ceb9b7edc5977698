import pytest
from hypothesis import given
from hypothesis import strategies as st

from radarkit.datasets.splits import (
    Split,
    left_out_subjects,
    split_by_subject,
    unseen_subjects,
)
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


@given(st.permutations(["train", "validation", "test"]), st.integers(0, 20))
def test_a_split_that_shares_a_subject_cannot_be_made(order, seed):
    names = split_by_subject([f"s{i}" for i in range(9)], seed=seed).model_dump()
    leaked = names[order[0]][0]
    names[order[1]] = (*names[order[1]], leaked)
    with pytest.raises(UserError, match=rf"^subject {leaked} is in \w+ and in \w+; .*") as caught:
        Split(**names)
    assert order[0] in str(caught.value) and order[1] in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_split_read_back_from_a_file_is_checked_too():
    with pytest.raises(UserError, match="subject a is in train and in test"):
        Split.model_validate_json('{"train": ["a", "b"], "validation": ["c"], "test": ["a"]}')
    with pytest.raises(UserError, match="subject b is in train and in train"):
        Split(train=("a", "b", "b"), validation=("c",), test=("d",))


def test_whoever_a_split_leaves_out_is_not_tested_and_strangers_are():
    split = Split(train=("a",), validation=("b",), test=("c",), left_out=("d", "e"))
    assert unseen_subjects(["a", "d", "c", "stranger", "b"], split) == ("c", "stranger")
    assert left_out_subjects(["e", "c", "d", "e"], split) == ("e", "d")
    with pytest.raises(UserError, match=r"but for d, whom its split leaves out, were used"):
        unseen_subjects(["a", "d"], split)
    with pytest.raises(UserError, match="subject c is in test and in left_out"):
        Split(train=("a",), validation=("b",), test=("c",), left_out=("c",))
    before = '{"train": ["a"], "validation": ["b"], "test": ["c"]}'  # of a run made before
    assert Split.model_validate_json(before).left_out == ()
