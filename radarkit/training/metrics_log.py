"""The log of a run: a row an epoch, in ``metrics.jsonl`` and, when wanted, for TensorBoard.

``metrics.jsonl`` is the log and TensorBoard's files are its mirror. A row is on the disk before
training goes on. What a kill or a full disk left of a row has no end of line: it counts as absent,
and the next row takes its place.
"""

import json
import math
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from radarkit.errors import UserError
from radarkit.files import atomic_file

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

METRICS = "metrics.jsonl"
TENSORBOARD = "tensorboard"


class MetricsLog:
    """Rows are added at the end; after an interruption those that will come again are dropped.

    A row is a dictionary with its ``epoch``, counted from 0, and numbers, by name or in
    dictionaries by name: ``{"epoch": 3, "train": {"shape": 0.02}}``. JSON has no NaN and no
    infinity, so they become null.

    Parameters
    ----------
    folder : Path
        Folder of the run.
    tensorboard : bool
        Write the numbers for TensorBoard as well, to ``folder/tensorboard``, with the epoch as
        their step and names like ``train/shape``. Rows that were logged without it are caught up
        on, at the time of doing so.

    Raises
    ------
    UserError
        When TensorBoard is wanted and not installed.
    """

    def __init__(self, folder: Path, tensorboard: bool) -> None:
        self._folder = folder
        self._writer: SummaryWriter | None = None
        if tensorboard:
            unseen = not (folder / TENSORBOARD).exists()
            self._writer = _tensorboard_writer(folder)
            if unseen:
                for row in read_history(folder):
                    self._mirror(row)

    def append(self, row: Mapping[str, Any]) -> None:
        """Add the row of an epoch; it is on the disk when this returns.

        Parameters
        ----------
        row : dict
            See the class.
        """
        line = _line(row)
        with (self._folder / METRICS).open("a+b") as lines:
            lines.seek(0)
            lines.truncate(_whole(lines.read()))
            lines.write(line)
            lines.flush()
            os.fsync(lines.fileno())
        self._mirror(row)

    def keep(self, epochs: int) -> None:
        """Drop the rows of all epochs but the first few.

        A run continues from a checkpoint, which may be older than the log.

        Parameters
        ----------
        epochs : int
            How many are kept: rows whose ``epoch`` is this or more are dropped. TensorBoard hides
            their points.
        """
        kept = [row for row in read_history(self._folder) if row["epoch"] < epochs]
        with atomic_file(self._folder / METRICS, force=True) as part:
            part.write_bytes(b"".join(map(_line, kept)))
        if self._writer is not None:
            self._writer.close()
            self._writer = _tensorboard_writer(self._folder, first_step=epochs)

    def close(self) -> None:
        """Close TensorBoard's file."""
        if self._writer is not None:
            self._writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _mirror(self, row: Mapping[str, Any]) -> None:
        if self._writer is None:
            return
        for name, value in _scalars(row):
            if name != "epoch":
                self._writer.add_scalar(name, value, row["epoch"])
        self._writer.flush()


def read_history(folder: Path) -> list[dict[str, Any]]:
    """Read ``metrics.jsonl``.

    Parameters
    ----------
    folder : Path
        Folder of a run.

    Returns
    -------
    list of dict
        A row an epoch, without one that was cut off while it was written; empty when the first
        epoch has not ended.

    Raises
    ------
    UserError
        When a line is no row.
    """
    path = folder / METRICS
    content = path.read_bytes() if path.exists() else b""
    rows = []
    for number, line in enumerate(content[: _whole(content)].split(b"\n")[:-1], start=1):
        try:
            row = json.loads(line)
            if not isinstance(row["epoch"], int):
                raise TypeError
        except (ValueError, KeyError, TypeError) as error:
            raise UserError(
                f"line {number} of {path} is damaged",
                expected="an object with its epoch",
                do="take the line out",
            ) from error
        rows.append(row)
    return rows


def _whole(content: bytes) -> int:
    """Length of the lines that have an end."""
    return content.rfind(b"\n") + 1


def _line(row: Mapping[str, Any]) -> bytes:
    return json.dumps(_finite(row), allow_nan=False).encode() + b"\n"


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _finite(inside) for name, inside in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _scalars(row: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Numbers of a row with their names, those of dictionaries within it as outer/inner."""
    for name, value in row.items():
        if isinstance(value, Mapping):
            for inner, number in _scalars(value):
                yield f"{name}/{inner}", number
        elif isinstance(value, int | float):
            yield name, value


def _tensorboard_writer(folder: Path, first_step: int | None = None) -> "SummaryWriter":
    """Open a file for TensorBoard; steps from `first_step` on in earlier files are hidden."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise UserError(
            "TensorBoard is not installed", do="pip install -e '.[tensorboard]'"
        ) from error
    return SummaryWriter(folder / TENSORBOARD, purge_step=first_step)
