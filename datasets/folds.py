"""Cross-validation by subject: k folds, or leaving one subject out at a time.

The subjects are dealt into k groups, each of which is tested once by a model made with the others.
A few of the others choose the model, drawn anew in each fold, so that no choice is made by those it
is judged on. Published figures on MMECG come from 11 folds of one subject each (radarODE) and from
leaving out one subject of 35 (MMECG).
"""

from collections.abc import Sequence

import numpy as np

from radarkit.datasets.splits import Split
from radarkit.errors import UserError


def folds(
    subjects: Sequence[str], k: int, *, seed: int, validation: float = 0.15
) -> tuple[Split, ...]:
    """Draw the splits of a k-fold cross-validation.

    Parameters
    ----------
    subjects : sequence of str
        Their names.
    k : int
        Number of folds, at least 2.
    seed : int
        The same seed gives the same folds, whatever the order of `subjects`.
    validation : float
        Share of all subjects that choose the model of a fold, at least one.

    Returns
    -------
    tuple of Split
        One a fold. Every subject is tested in exactly one, and the groups differ in size by no
        more than one.

    Raises
    ------
    UserError
        When there are more folds than subjects, fewer than two, or a fold would leave nobody to
        train on.
    """
    names = sorted(set(subjects))
    if not 2 <= k <= len(names):
        raise UserError(
            f"{k} fold(s) of {len(names)} subject(s)",
            expected=f"2 to {len(names)} folds" if len(names) > 1 else "several subjects",
        )
    judges = max(1, round(validation * len(names)))
    largest = -(-len(names) // k)
    if len(names) - largest - judges < 1:
        raise UserError(
            f"{k} folds of {len(names)} subjects test {largest} and choose the model by {judges}, "
            "which leaves nobody to train on",
            expected="at least one subject to train on in every fold",
            do="make more folds, or add subjects",
        )
    rng = np.random.default_rng(seed)
    groups = np.array_split(rng.permutation(names), k)
    return tuple(_fold(names, group.tolist(), judges, rng) for group in groups)


def leave_one_out(
    subjects: Sequence[str], *, seed: int, validation: float = 0.15
) -> tuple[Split, ...]:
    """Draw one fold a subject; see `folds`."""
    return folds(subjects, len(set(subjects)), seed=seed, validation=validation)


def _fold(names: list[str], test: list[str], judges: int, rng: np.random.Generator) -> Split:
    others = rng.permutation([name for name in names if name not in test]).tolist()
    return Split(
        test=tuple(sorted(test)),
        validation=tuple(sorted(others[:judges])),
        train=tuple(sorted(others[judges:])),
    )
