"""What a cross-validation is made from: data, configuration and folds of people."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from radarkit import __version__
from radarkit.datasets.folds import folds, leave_one_out
from radarkit.datasets.reader import Dataset
from radarkit.datasets.splits import Split
from radarkit.errors import UserError
from radarkit.evaluation.noise_protocol import fingerprint
from radarkit.evaluation.trainings import one_name_each
from radarkit.training.config import TrainConfig

LOSO = "loso"


@dataclass(frozen=True)
class FoldProtocol:
    """What is asked for.

    Attributes
    ----------
    data : Path
        Labelled data set.
    config : TrainConfig
        How every fold is trained; its seed draws the folds, too.
    folds : str
        How many there are, or ``loso`` for one a person.
    device : str
        ``auto``, ``cpu`` or ``cuda``.
    """

    data: Path
    config: TrainConfig
    folds: str
    device: str = "auto"

    @cached_property
    def splits(self) -> tuple[Split, ...]:
        """The folds.

        Raises
        ------
        UserError
            When `folds` is neither a number nor ``loso``, or the data have too few people for it.
        """
        people, seed = one_name_each(Dataset(self.data).subjects), self.config.seed
        if self.folds == LOSO:
            return leave_one_out(people, seed=seed)
        try:
            number = int(self.folds)
        except ValueError:
            raise UserError(
                f"--cross-validate {self.folds}", expected=f"a number of folds, or {LOSO}"
            ) from None
        return folds(people, number, seed=seed)

    @property
    def words(self) -> tuple[str, ...]:
        """What it is on a command line."""
        return ("--cross-validate", self.folds)

    def made_from(self) -> dict[str, Any]:
        """List what decides the scores, ready for JSON."""
        return {
            "radarkit_version": __version__,
            "data": fingerprint(Dataset(self.data)),
            "config": self.config.model_dump(mode="json"),
            "folds": [list(split.test) for split in self.splits],
        }
