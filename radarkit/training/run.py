"""The folder of a run.

run.json        RunRecord: configuration, split, seed, versions, constants of the training data
metrics.jsonl   one line an epoch
best.pt         checkpoint with the lowest validation loss
last.pt         checkpoint of the last step, from which the training goes on
MODEL_CARD.md   what the network is and is not for
tensorboard/    the metrics once more, when asked for
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from radarkit.datasets.splits import Split
from radarkit.errors import UserError
from radarkit.files import atomic_file, check_output, held_folder
from radarkit.models import ModelConfig
from radarkit.spectrogram.grid import DEFAULT_GRID
from radarkit.training.config import TrainConfig
from radarkit.training.reference import Reference

RECORD, BEST, LAST = "run.json", "best.pt", "last.pt"


class RunRecord(BaseModel):
    """Everything about a run but its weights.

    Attributes
    ----------
    train : TrainConfig
        Resolved configuration, with the seed.
    model : ModelConfig
        Network and its input sizes.
    split : Split
        Subjects for training, validation and test.
    reference : Reference
        Constants of the training subjects.
    data : dict
        Path, version, seed and configuration of the data set, and the band of its spectrograms.
    versions : dict
        Of radarkit and the libraries that numbers depend on.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    train: TrainConfig
    model: ModelConfig
    split: Split
    reference: Reference
    data: dict[str, Any]
    versions: dict[str, str]

    @property
    def rows_hz(self) -> tuple[float, float]:
        """Frequencies of the first and last row of the spectrograms that it was trained on."""
        low_hz, high_hz = self.data.get("rows_hz", (DEFAULT_GRID.low_hz, DEFAULT_GRID.high_hz))
        return float(low_hz), float(high_hz)

    def save(self, folder: Path) -> None:
        """Write ``run.json``."""
        with atomic_file(folder / RECORD, force=True) as part:
            part.write_text(self.model_dump_json(indent=2) + "\n")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read ``run.json``.

        Raises
        ------
        UserError
            When `folder` is no run or its record is damaged.
        """
        path = folder / RECORD
        if not path.is_file():
            raise UserError(f"{folder} is no run", expected=f"a folder with {RECORD}")
        try:
            return cls.model_validate_json(path.read_text())
        except (ValidationError, UnicodeDecodeError) as error:
            raise UserError(f"{path} is damaged or from another version: {error}") from error


@contextmanager
def new_run(folder: Path, record: RunRecord, *, force: bool) -> Iterator[None]:
    """Make the folder of a run and hold it against other processes.

    A run that fails before its first checkpoint leaves nothing.

    Parameters
    ----------
    folder : Path
        The folder.
    record : RunRecord
        Saved in it.
    force : bool
        Replace a run that is there.

    Raises
    ------
    UserError
        When something is there that may not be replaced.
    """
    check_output(folder, force=force)
    if folder.exists() and not (folder / RECORD).is_file():
        raise UserError(f"{folder} is no run", expected="a run to replace", do="use another name")
    with held_folder(folder):
        for entry in folder.iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        record.save(folder)
        try:
            yield
        finally:
            if not (folder / LAST).exists():
                shutil.rmtree(folder)
