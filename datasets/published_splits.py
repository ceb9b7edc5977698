"""Published splits of MMECG as they were published, and without the people they share.

The released radarODE-MTL tests on the trials 75 to 85 and trains on the other ones up to 88. But
people made several trials each (`TRIALS`): subject 29 made 57 to 79 and subject 30 made 80 to 91,
so both are in training and in the test, and scores measure in part how well they are remembered. A
split here is one by subject, so trials of one person that go into different parts must be imported
under different names, and those names say what they are: ``29_shared_train``, ``29_shared_test``.
Wherever subjects are listed, in a run, its card or a report, this is seen.

The same trials left for testing, the same model chosen by the same people, but with subjects 29 and
30 held out whole, is what ``mmecg-by-subject`` does. No validation set was published: the released
code chose its checkpoint on the test trials. Here two people choose it who are in training in the
published split.
"""

from collections.abc import Sequence
from pathlib import Path

from radarkit.datasets.splits import SHARED, Split
from radarkit.datasets.toml_file import read_toml
from radarkit.errors import UserError

TRIALS = {
    1: (1, 2),
    2: (3, 4),
    5: (5, 16),
    9: (17, 22),
    10: (23, 25),
    13: (26, 31),
    14: (32, 40),
    16: (41, 47),
    17: (48, 56),
    29: (57, 79),
    30: (80, 91),
}  # subject: first and last trial
TEST_TRIALS = range(75, 86)
LAST_TRIAL = 88  # of training; 89 to 91 are not used

_VALIDATION = ("10", "17")
_TRAIN = ("1", "2", "5", "9", "13", "14", "16")
SPLITS = {
    "mmecg-by-subject": Split(train=_TRAIN, validation=_VALIDATION, test=("29", "30")),
    "mmecg-as-published": Split(
        train=(*_TRAIN, "29_shared_train", "30_shared_train"),
        validation=_VALIDATION,
        test=("29_shared_test", "30_shared_test"),
    ),
}


def published_subject(trial: int) -> int | None:
    """Say who made a trial of MMECG; None for one that was not published."""
    for subject, (first, last) in TRIALS.items():
        if first <= trial <= last:
            return subject
    return None


def shared_name(trial: int) -> str | None:
    """Name the subject of a trial so that the published split of trials is one by subject.

    Returns
    -------
    str or None
        None for a trial that the published split leaves out.
    """
    subject = published_subject(trial)
    if subject is None or trial > LAST_TRIAL:
        return None
    first, last = TRIALS[subject]
    if last < TEST_TRIALS.start or first >= TEST_TRIALS.stop:
        return str(subject)
    return f"{subject}{SHARED}{'test' if trial in TEST_TRIALS else 'train'}"


def choose_split(name: str | None, subjects: Sequence[str]) -> Split | None:
    """Read a split if one is named; None leaves it to be drawn.

    Raises
    ------
    UserError
        As `read_split`, and when a split that was drawn might part trials of one person.
    """
    if name is not None:
        return read_split(name, subjects)
    shared = [who for who in subjects if SHARED in who]
    if shared:
        raise UserError(
            f"{' and '.join(shared)} of the data are the same people under several names",
            expected="a split that says so",
            do="give --split mmecg-as-published, or import without --share-people",
        )
    return None


def read_split(name: str, subjects: Sequence[str]) -> Split:
    """Read who is for what.

    Parameters
    ----------
    name : str
        One of `SPLITS`, or a TOML file with lists of names ``train``, ``validation`` and ``test``.
    subjects : sequence of str
        Those of the data set; who is in no part is left out.

    Returns
    -------
    Split
        Whose `left_out` are all of `subjects` who are in no other part.

    Raises
    ------
    UserError
        When there is no such split or file, somebody is in two parts or not in the data, or a part
        is empty.
    """
    split = SPLITS[name] if name in SPLITS else _from_file(Path(name))
    for part, names in split.parts.items():
        if not names:
            raise UserError(f"nobody in the part {part} of {name}", expected="at least one subject")
    wanted = [who for names in split.parts.values() for who in names]
    missing = [who for who in (*wanted, *split.left_out) if who not in subjects]
    if missing:
        known = ", ".join(sorted(subjects)[:12])
        raise UserError(
            f"no subject {', '.join(missing)} in the data, which has {known}",
            expected="the subjects of the data",
            do=_remedy(missing, subjects),
        )
    others = tuple(who for who in dict.fromkeys(subjects) if who not in wanted)
    return split.model_copy(update={"left_out": others})


def _from_file(path: Path) -> Split:
    if path.suffix != ".toml":
        raise UserError(
            f"no split {path}", expected=f"{', '.join(SPLITS)}, or a .toml file with its people"
        )
    return read_toml(path, "split", Split)


def _remedy(missing: Sequence[str], subjects: Sequence[str]) -> str | None:
    if any(SHARED in name for name in missing):
        return (
            "the published split tests on people it trained on: import with --share-people to "
            "have it nevertheless, or use mmecg-by-subject"
        )
    if any(SHARED in name for name in subjects):
        return "these were imported with --share-people: use mmecg-as-published, or import anew"
    return None
