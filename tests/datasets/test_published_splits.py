"""The published splits of MMECG, against the trial numbers they were published as."""

import pytest

from radarkit.datasets.published_splits import (
    SPLITS,
    TRIALS,
    choose_split,
    published_subject,
    read_split,
    shared_name,
)
from radarkit.datasets.splits import Split, seen_in_words, seen_subjects, unseen_subjects
from radarkit.errors import UserError

PEOPLE = tuple(str(subject) for subject in TRIALS)
SHARED = tuple(dict.fromkeys(filter(None, map(shared_name, range(1, 92)))))


def part_of(trial):
    split = SPLITS["mmecg-as-published"]
    name = shared_name(trial)
    return next((part for part, names in split.parts.items() if name in names), None)


def test_every_trial_has_one_of_eleven_people():
    counts = {who: sum(published_subject(t) == who for t in range(1, 92)) for who in TRIALS}
    assert sum(counts.values()) == 91 and len(counts) == 11 and counts[29] == 23
    assert published_subject(0) is None and published_subject(92) is None


def test_the_split_as_published_tests_trials_75_to_85_and_leaves_89_to_91_out():
    assert [trial for trial in range(1, 92) if part_of(trial) == "test"] == list(range(75, 86))
    assert [trial for trial in range(1, 92) if part_of(trial) is None] == [89, 90, 91]


def test_the_split_as_published_names_whom_it_shares():
    split = SPLITS["mmecg-as-published"]
    for name in split.test:
        person = name.split("_")[0]
        assert "shared" in name and f"{person}_shared_train" in split.train


def test_the_split_by_subject_holds_out_everybody_of_the_published_test():
    split = SPLITS["mmecg-by-subject"]
    assert {published_subject(trial) for trial in range(75, 86)} == {int(s) for s in split.test}
    assert sorted(who for names in split.parts.values() for who in names) == sorted(PEOPLE)


def test_a_split_is_read_for_the_names_it_fits():
    assert read_split("mmecg-by-subject", PEOPLE) == SPLITS["mmecg-by-subject"]
    assert read_split("mmecg-as-published", SHARED) == SPLITS["mmecg-as-published"]
    assert choose_split(None, PEOPLE) is None


def test_a_split_of_your_own_comes_from_a_file(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('train = ["1", "2"]\nvalidation = ["5"]\ntest = ["9"]\n')
    split = read_split(str(path), PEOPLE)
    assert split.test == ("9",)
    assert split.left_out == tuple(who for who in PEOPLE if who not in ("1", "2", "5", "9"))


def test_the_leaking_split_needs_names_that_say_so():
    with pytest.raises(UserError, match=r"tests on people it trained on.*--share-people"):
        read_split("mmecg-as-published", PEOPLE)
    with pytest.raises(UserError, match="use mmecg-as-published"):
        read_split("mmecg-by-subject", SHARED)


def test_people_under_several_names_are_not_drawn_at_random():
    with pytest.raises(UserError, match="29_shared_train and 29_shared_test"):
        choose_split(None, SHARED)


def test_nobody_who_was_trained_on_under_another_name_is_unseen():
    split = SPLITS["mmecg-as-published"]
    assert unseen_subjects(SHARED, split) == split.test
    with pytest.raises(UserError, match="all 11 subjects of the data were used"):
        unseen_subjects(PEOPLE, split)
    drawn = Split(train=("29", "1"), validation=("2",), test=("30",))
    assert not [name for name in unseen_subjects(SHARED, drawn) if name.startswith("29")]
    assert {"30_shared_train", "30_shared_test"} < set(unseen_subjects(SHARED, drawn))
    # only the test of the split itself shares people; a third name of theirs is no stranger
    assert unseen_subjects(["29_shared_else", "40"], split) == ("40",)


def test_somebody_who_was_trained_on_under_another_name_is_seen():
    split = SPLITS["mmecg-as-published"]
    assert seen_subjects(split.test, split) == {
        "29_shared_test": "29_shared_train",
        "30_shared_test": "30_shared_train",
    }
    assert set(seen_subjects(SHARED, split)) == set(SHARED)  # everybody
    assert set(seen_subjects(PEOPLE, split)) == set(PEOPLE)
    by_subject = SPLITS["mmecg-by-subject"]
    assert seen_subjects(by_subject.test, by_subject) == {}
    assert not seen_subjects(SHARED, by_subject).keys() & set(split.test)
    assert seen_in_words(seen_subjects(["1", "29_shared_test", "40"], split)) == (
        "1, 29_shared_test (as 29_shared_train)"
    )


BAD = [
    (
        'train = ["1"]\nvalidation = ["1"]\ntest = ["9"]\n',
        "subject 1 is in train and in validation",
    ),
    ('train = ["1"]\nvalidation = ["2"]\n', "test"),
    ('train = ["1"]\nvalidation = ["2"]\ntest = []\n', "nobody in the part test"),
    ('train = ["1"]\nvalidation = ["2"]\ntest = ["40"]\n', "no subject 40"),
    ('train = ["1"]\nvalidation = ["2"]\ntest = ["9"]\nseed = 1\n', "seed"),
    ("train = = 1", "is not TOML"),
    ('train = "1"\nvalidation = ["2"]\ntest = ["9"]\n', "train = '1'; expected a valid list"),
]


@pytest.mark.parametrize(("text", "message"), BAD, ids=[message for _, message in BAD])
def test_a_file_that_does_not_fit_is_refused(text, message, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(UserError, match=message):
        read_split(str(path), PEOPLE)


def test_a_split_that_is_neither_known_nor_a_file_is_refused():
    with pytest.raises(UserError, match="no split mmecg; expected mmecg-by-subject"):
        read_split("mmecg", PEOPLE)
    with pytest.raises(UserError, match=r"no split at nothing\.toml"):
        read_split("nothing.toml", PEOPLE)
