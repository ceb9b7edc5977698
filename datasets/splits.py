"""Splits by subject: nobody is both learnt from and tested on."""

from collections import Counter
from collections.abc import Sequence
from typing import Self

import numpy as np
from pydantic import BaseModel, ConfigDict, model_validator

from radarkit.errors import UserError

SHARED = "_shared_"  # in the names of a person who is in several parts of a published split


class Split(BaseModel):
    """Subjects for training, for choosing the model, and for testing.

    Attributes
    ----------
    train, validation, test : tuple of str
        Names of subjects, disjoint.

    Raises
    ------
    UserError
        As `check_no_leak`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    train: tuple[str, ...]
    validation: tuple[str, ...]
    test: tuple[str, ...]

    @model_validator(mode="after")
    def _check(self) -> Self:
        check_no_leak(train=self.train, validation=self.validation, test=self.test)
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
    """Subjects that the run neither trained on nor chose its model by.

    Somebody with several names (`SHARED`) who was trained on under one of them is not unseen under
    their own, nor the other way round.

    Raises
    ------
    UserError
        When there are none: scores on them would measure memory.
    """
    used = {*split.train, *split.validation}
    seen = used | {name.partition(SHARED)[0] for name in used}
    unseen = tuple(
        name
        for name in dict.fromkeys(subjects)
        if name not in seen and name.partition(SHARED)[0] not in used
    )
    if not unseen:
        raise UserError(
            f"all {len(set(subjects))} subjects of the data were used in training the run",
            expected="subjects it has not seen",
            do="give other data",
        )
    return unseen
