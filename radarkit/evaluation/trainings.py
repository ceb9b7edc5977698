"""Trainings as parts of longer work: in any process, and on from where they were stopped."""

import os
import shlex
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch

from radarkit.allocation import keep_freed_memory
from radarkit.datasets.splits import SHARED, Split
from radarkit.errors import UserError
from radarkit.evaluation.remake import train_command
from radarkit.training.config import TrainConfig
from radarkit.training.run import LAST, RECORD
from radarkit.training.train import train
from radarkit.training.world import World, join_world


@dataclass(frozen=True)
class Training:
    """One training.

    Attributes
    ----------
    folder : Path
        Of the run.
    data : Path
        Data set.
    config : TrainConfig
        What to train and how.
    split : Split, optional
        Whose trials are for what; drawn from the seed otherwise.
    device : str
        As torch names it.
    boss : int
        Number of the process that asks for it; when that is gone, the training stops.
    """

    folder: Path
    data: Path
    config: TrainConfig
    split: Split | None = None
    device: str = "cpu"
    boss: int = field(default_factory=os.getpid)

    @property
    def forsaken(self) -> bool:
        """Whether this is a process that was started for it, by one that has been killed."""
        return self.boss not in (os.getpid(), os.getppid())


def fit(training: Training) -> None:
    """Train to the end, from the last checkpoint if there is one; nothing is left to do after it.

    The process computes with one thread from then on: several trainings share the cores.

    Raises
    ------
    UserError
        As `radarkit.training.train.train`.
    """
    if training.forsaken:
        raise UserError("nobody waits for this training any more")
    keep_freed_memory()
    torch.set_num_threads(1)
    folder = training.folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    begun = (folder / RECORD).exists()
    if folder.exists() and not begun:  # killed before it had written a record
        shutil.rmtree(folder)
    train(
        training.data,
        training.config,
        folder,
        split=training.split,
        world=World(device=torch.device(training.device)),
        resume=begun,
        stop=lambda: training.forsaken,
    )


def drop_state(folder: Path) -> None:
    """Remove what only an unfinished training needs: most of the bytes of a run."""
    (folder / LAST).unlink(missing_ok=True)


def one_name_each(subjects: Sequence[str]) -> tuple[str, ...]:
    """Return the people of a data set, whose splits can be drawn if each has one name.

    Raises
    ------
    UserError
        When some have several, as a published split that shares people needs them: a split that
        was drawn might part the trials of one person.
    """
    shared = [name for name in subjects if SHARED in name]
    if shared:
        raise UserError(
            f"{' and '.join(shared)} of the data are the same people under several names",
            expected="one name a person, as the splits are drawn here",
            do="import without --share-people",
        )
    return tuple(subjects)


def devices(device: str) -> tuple[str, ...]:
    """Names of the devices that trainings are dealt out to.

    Parameters
    ----------
    device : str
        ``cpu``, ``cuda`` (all that there are) or ``auto``: CUDA where there is one.

    Raises
    ------
    UserError
        When CUDA is asked for and missing, or no device of that name is known.
    """
    with join_world(device) as world:
        if world.device.type == "cpu":
            return ("cpu",)
    return tuple(f"cuda:{number}" for number in range(torch.cuda.device_count()))


def eval_command(config: TrainConfig, data: Path, output: str, *words: str) -> str:
    """Write the command line of ``radarkit eval`` that trains with a configuration.

    Parameters
    ----------
    config : TrainConfig
    data : Path
        Data set.
    output : str
        Folder it makes.
    *words : str
        What is to be done.
    """
    radarkit, _, *rest = shlex.split(train_command(config, str(data), output))
    where, settings = rest[:3], rest[3:]  # DATA -o OUT, and how they are trained
    return shlex.join([radarkit, "eval", *where, *words, *settings])
