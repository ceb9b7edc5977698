"""Many shards, made at once, stopped at any time and gone on with.

A shard is finished when it exists, for files appear whole. It is kept only if it was made by the
same version from the same.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol, TypeVar

from radarkit import __version__
from radarkit.datasets.reader import open_shard
from radarkit.errors import UserError
from radarkit.files import remove_part
from radarkit.parallel import Failure, run

OnShard = Callable[[int, int, str], None]


class ShardTask(Protocol):
    """What makes a shard: it has a name, and a place for the file."""

    @property
    def name(self) -> str:
        """What users know it by."""

    @property
    def shard(self) -> Path:
        """The file that it becomes."""


Task = TypeVar("Task", bound=ShardTask)
R = TypeVar("R")


def is_finished(shard: Path, made_from: dict[str, Any]) -> bool:
    """Whether a shard is there already, made from the same.

    Parameters
    ----------
    shard : Path
        The file.
    made_from : dict
        Everything that decides what it holds, ready for JSON.

    Raises
    ------
    UserError
        When something else is there: no shard, or one made from something else.
    """
    if not shard.exists():
        return False
    with open_shard(shard) as file:
        found = json.loads(file.attrs["config_json"])
        version = file.attrs["radarkit_version"]
    there = dict(_flat({"version of radarkit": version, **found}))
    asked = dict(_flat({"version of radarkit": __version__, **made_from}))
    for key in asked | there:
        if there.get(key) != asked.get(key):
            raise UserError(
                f"{shard} was made with {key} = {_shown(there, key)}",
                expected=_shown(asked, key),
                do="give another --output, or --force to make everything anew",
            )
    return True


def make_shards(
    make: Callable[[Task], R],
    tasks: Sequence[Task],
    what: str,
    *,
    jobs: int,
    dask: str | None = None,
    on_shard: OnShard = lambda *_: None,
) -> dict[str, R | Failure]:
    """Make shards, and clean up behind what was stopped or failed.

    Parameters
    ----------
    make : callable
        Makes the shard of a task; runs in any process.
    tasks : sequence
        One a shard, all in one folder.
    what : str
        What they are, for the line that says how many were done.
    jobs, dask
        As in `radarkit.parallel.run`.
    on_shard : callable
        Called after each shard with how many are done, how many there are, and its name.

    Returns
    -------
    dict of str to object
        What `make` gave, or why it could not, by name in the order of the tasks.

    Raises
    ------
    UserError
        When several are interrupted.
    """
    done: list[str] = []

    def note(number: int, _: R | Failure) -> None:
        done.append(tasks[number].name)
        on_shard(len(done), len(tasks), done[-1])

    new = [folder for folder in {task.shard.parent for task in tasks} if not folder.exists()]
    for folder in new:
        folder.mkdir()
    try:
        results = run(make, tasks, jobs=jobs, dask=dask, on_done=note)
    except KeyboardInterrupt:
        if len(tasks) == 1:
            raise
        raise UserError(
            f"interrupted with {len(done)} of {len(tasks)} {what} done",
            do="the same command goes on from there",
        ) from None
    finally:
        if dask is None:  # no worker is left; one that was killed could not clean up
            for task in tasks:
                remove_part(task.shard)
        for folder in new:
            with suppress(OSError):  # holds finished shards
                folder.rmdir()
    return {task.name: result for task, result in zip(tasks, results, strict=True)}


def _flat(nested: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in nested.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _shown(values: dict[str, Any], key: str) -> str:
    return json.dumps(values[key]) if values.get(key) is not None else "nothing"
