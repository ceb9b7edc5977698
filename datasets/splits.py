"""Splits by subject: nobody is both learnt from and tested on."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Self

import numpy as np
from pydantic import BaseModel, ConfigDict, model_validator

from radarkit.errors import UserError

SHARED = "_shared_"  # in the names of a person who is in several parts of a published split


def person_of(name: str) -> str:
    """Name the person behind the name of a subject, who may have several (`SHARED`)."""
    return name.partition(SHARED)[0]


class Split(BaseModel):
    """Subjects for training, for choosing the model, and for testing.

    Attributes
    ----------
    train, validation, test : tuple of str
        Names of subjects.
    left_out : tuple of str
        Subjects of the same data who are for nothing: neither learnt from nor tested. All four are
        disjoint.

    Raises
    ------
    UserError
        As `check_no_leak`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    train: tuple[str, ...]
    validation: tuple[str, ...]
    test: tuple[str, ...]
    left_out: tuple[str, ...] = ()

    @property
    def parts(self) -> dict[str, tuple[str, ...]]:
        """Names of the subjects who are for something, by what it is."""
        return {"train": self.train, "validation": self.validation, "test": self.test}

    @model_validator(mode="after")
    def _check(self) -> Self:
        check_no_leak(**self.parts, left_out=self.left_out)
        return self


def check_no_leak(**parts: Sequence[str]) -> None:
    """Check that no subject is in two parts, or twice in one.

    Parameters
    ----------
    **parts : sequence of str
        Names of the subjects of each part.

    Raises
    ------
    UserError
        Naming the first subject that is, and where.
    """
    names = Counter(name for part in parts.values() for name in part)
    for name, count in names.items():
        if count > 1:
            where = [part for part, inside in parts.items() for other in inside if other == name]
            raise UserError(
                f"subject {name} is in {' and in '.join(where)}",
                expected="every subject in one part, once: scores on people a model was made "
                "with measure its memory",
                do="take them out of all parts but one",
            )


def split_by_subject(
    subjects: Sequence[str], *, seed: int, validation: float = 0.15, test: float = 0.25
) -> Split:
    """Draw a split.

    Parameters
    ----------
    subjects : sequence of str
        Their names.
    seed : int
        The same seed gives the same split, whatever the order of `subjects`.
    validation, test : float
        Shares of the subjects, at least one each.

    Raises
    ------
    UserError
        With fewer than three subjects.
    """
    names = sorted(set(subjects))
    if len(names) < 3:
        raise UserError(
            f"{len(names)} subject(s) in the data",
            expected="at least 3: one to train on, one to choose the model, one to test",
            do="add subjects",
        )
    shuffled = [names[i] for i in np.random.default_rng(seed).permutation(len(names))]
    tests = max(1, round(test * len(names)))
    validations = max(1, round(validation * len(names)))
    return Split(
        test=tuple(sorted(shuffled[:tests])),
        validation=tuple(sorted(shuffled[tests : tests + validations])),
        train=tuple(sorted(shuffled[tests + validations :])),
    )


def unseen_subjects(subjects: Sequence[str], split: Split) -> tuple[str, ...]:
    """Subjects that a run may be scored on: those of its test, and strangers to it.

    A stranger is of other data than the run was split for. Whom the split leaves out of all its
    parts is left out here, too.
    Somebody with several names (`SHARED`) who was trained on under one of them is left out under
    the others, too, unless the split itself tests them: one that was published so is taken at its
    word, and `seen_subjects` says whom it had seen.

    Raises
    ------
    UserError
        When there are none: scores on them would measure memory.
    """
    known = {*split.train, *split.validation}
    seen = set(map(person_of, known))
    unseen = tuple(
        name
        for name in dict.fromkeys(subjects)
        if name not in (known | {*split.left_out})
        and (name in split.test or person_of(name) not in seen)
    )
    if not unseen:
        unused = left_out_subjects(subjects, split)
        but = f", but for {', '.join(unused)}, whom its split leaves out," if unused else ""
        raise UserError(
            f"all {len(set(subjects))} subjects of the data{but} were used in training the run",
            expected="subjects it has not seen",
            do="give other data",
        )
    return unseen


def left_out_subjects(
    subjects: Sequence[str], split: Split, scored: Collection[str] = ()
) -> tuple[str, ...]:
    """Those of some subjects whom a split leaves out of all its parts, in the order given.

    Who is scored all the same is none of them.
    """
    unused = {*split.left_out} - {*scored}
    return tuple(name for name in dict.fromkeys(subjects) if name in unused)


def left_out_in_words(names: Sequence[str]) -> str:
    """Say that subjects are for nothing, as ``not used, in no part of the split: bob, cleo``."""
    return f"not used, in no part of the split: {', '.join(names)}"


def seen_subjects(subjects: Sequence[str], split: Split) -> dict[str, str]:
    """Those of some subjects that a run was trained on or chosen by, under whatever name.

    Returns
    -------
    dict of str to str
        In the order of `subjects`, the name under which the run knows each: their own, or another
        one of the same person (`SHARED`).
    """
    known = {*split.train, *split.validation}
    by_person = {person_of(name): name for name in (*split.train, *split.validation)}
    return {
        name: name if name in known else by_person[person_of(name)]
        for name in subjects
        if person_of(name) in by_person
    }


def seen_in_words(seen: Mapping[str, str]) -> str:
    """List what `seen_subjects` found, as ``ann, 29_shared_test (as 29_shared_train)``."""
    return ", ".join(
        name if name == known else f"{name} (as {known})" for name, known in seen.items()
    )
