"""What a comparison of strategies is made from: data, configuration, strategies, seeds, people."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from radarkit import __version__
from radarkit.datasets.published_splits import choose_split
from radarkit.datasets.reader import Dataset
from radarkit.datasets.splits import Split, seen_subjects, split_by_subject
from radarkit.evaluation.noise_protocol import fingerprint
from radarkit.evaluation.strategy_entries import PUBLISHED, Entry, entries
from radarkit.training.config import TrainConfig


@dataclass(frozen=True)
class StrategyProtocol:
    """What is asked for.

    Attributes
    ----------
    data : Path
        Labelled data set.
    base : TrainConfig
        How all are trained, but for the strategy; its seed is the first one.
    names : tuple of str
        Strategies; see `radarkit.evaluation.strategy_entries.entries`.
    seeds : int
        How many, one after the other.
    leading : int, optional
        How many strategies get more than the first seed: the best by delta-m. EGA and the
        single-task baseline always do.
    who : str, optional
        Who is for what, as `radarkit.datasets.published_splits.choose_split` names it, the same
        for all seeds; by default each seed draws a split.
    device : str
        ``auto``, ``cpu`` or ``cuda``.

    Raises
    ------
    UserError
        When an entry is none, or two are the same.
    """

    data: Path
    base: TrainConfig
    names: tuple[str, ...] = PUBLISHED
    seeds: int = 1
    leading: int | None = None
    who: str | None = None
    device: str = "auto"

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Lines of the table, the single-task baseline first."""
        return entries(self.names, self.base)

    @cached_property
    def split(self) -> Split | None:
        """Who is for what; None where each seed draws it.

        Raises
        ------
        UserError
            When it does not fit the data, or one that is drawn might part trials of one person.
        """
        return choose_split(self.who, Dataset(self.data).subjects)

    @property
    def seen(self) -> dict[str, str]:
        """Those of the test who are in the training, too, as `seen_subjects` gives them."""
        return {} if self.split is None else seen_subjects(self.split.test, self.split)

    @property
    def all_seeds(self) -> range:
        """Every seed."""
        return range(self.base.seed, self.base.seed + self.seeds)

    @property
    def words(self) -> list[str]:
        """What it is on a command line."""
        words = ["--strategies", "--seeds", str(self.seeds)]
        if self.leading is not None:
            words += ["--leading", str(self.leading)]
        if self.who is not None:
            words += ["--split", self.who]
        if self.names != PUBLISHED:
            words += [word for name in self.names for word in ("--only", name)]
        return words

    def made_from(self) -> dict[str, Any]:
        """List what decides the scores of a strategy and seed, ready for JSON.

        Which of them are asked for is not among it, so that more can be asked for later.
        """
        dataset = Dataset(self.data)
        if self.split is None:
            split_by_subject(dataset.subjects, seed=0)  # which may refuse
        return {
            "radarkit_version": __version__,
            "data": fingerprint(dataset),
            "config": self.base.model_dump(mode="json", exclude={"seed"}),
            "split": None if self.split is None else self.split.model_dump(mode="json"),
        }
