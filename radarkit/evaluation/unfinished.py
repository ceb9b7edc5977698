"""Long work that can be stopped: what is finished waits in ``OUT.unfinished`` until all of it is.

The work falls into parts, each of which leaves a JSON file. A call that was stopped goes on from
the files that are there, if it asks for the same: what decides the results is noted in
``protocol.json``. The output appears whole.
"""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from radarkit.errors import UserError
from radarkit.files import atomic_file, check_output, held_folder, put_in_place
from radarkit.parallel import Failure
from radarkit.parallel import run as run_all

T = TypeVar("T")
OnDone = Callable[[int, int, T], None]
PROTOCOL = "protocol.json"


@contextmanager
def unfinished(
    output: Path,
    wanted: Mapping[str, Any],
    *,
    parts: Sequence[str],
    force: bool = False,
    resume: bool = False,
) -> Iterator[Path]:
    """Hold the folder that is to be the output, with what an earlier call left in it.

    Parameters
    ----------
    output : Path
        The folder that is to be.
    wanted : mapping
        What decides the results, ready for JSON.
    parts : sequence of str
        Patterns, below the folder, of what is worth going on from: a folder without any such file
        is removed when the block fails.
    force : bool
        Replace the output, and begin anew what is unfinished.
    resume : bool
        Go on from an output that is there, which is replaced when the block ends.

    Yields
    ------
    Path
        ``OUT.unfinished``; it becomes `output` when the block ends without an error.

    Raises
    ------
    UserError
        When `output` may not be written, or something else was begun there.
    """
    check_output(output, force=force or resume)
    folder = output.with_name(f"{output.name}.unfinished")
    if force and folder.exists():
        shutil.rmtree(folder)
    if resume and output.exists() and not _any_done(folder, parts):
        _check_same(output, wanted)
        if folder.exists():
            shutil.rmtree(folder)
        tops = {pattern.partition("/")[0] for pattern in parts}
        shutil.copytree(output, folder, ignore=_all_but({*tops, PROTOCOL}, output))
    with held_folder(folder):
        try:
            if _any_done(folder, parts):
                _check_same(folder, wanted)
            else:
                with atomic_file(folder / PROTOCOL, force=True) as part:
                    part.write_text(json.dumps(wanted, indent=2) + "\n")
            yield folder
            check_output(output, force=force or resume)
            put_in_place(folder, output)
        finally:
            if folder.exists() and not _any_done(folder, parts):
                shutil.rmtree(folder)


def do_parts(
    function: Callable[[T], Mapping[str, Any]],
    tasks: Mapping[Path, T],
    *,
    unit: str,
    name: Callable[[T], str],
    jobs: int = 1,
    on_done: OnDone[T] = lambda *_: None,
) -> list[dict[str, Any]]:
    """Do what has no file yet, and read everything.

    Parameters
    ----------
    function : callable
        Makes of a task what its file will hold; see `radarkit.parallel.run`.
    tasks : mapping of Path to task
        By the file of each.
    unit : str
        What is counted, such as ``"conditions"``.
    name : callable
        What a task is called in messages.
    jobs : int
        Processes of this machine.
    on_done : callable
        Called after each task with how many are done, how many there are, and the task.

    Returns
    -------
    list of dict
        What the files hold, in the order of the tasks.

    Raises
    ------
    UserError
        When a task cannot be done, after the others; when it is interrupted.
    """
    left = [(place, task) for place, task in tasks.items() if not place.exists()]
    done = len(tasks) - len(left)

    def keep(number: int, content: Mapping[str, Any] | Failure) -> None:
        nonlocal done
        if isinstance(content, Failure):
            return
        place, task = left[number]
        place.parent.mkdir(parents=True, exist_ok=True)
        with atomic_file(place, force=True) as part:
            part.write_text(json.dumps(content, indent=1) + "\n")
        done += 1
        on_done(done, len(tasks), task)

    try:
        results = run_all(function, [task for _, task in left], jobs=jobs, on_done=keep)
    except KeyboardInterrupt:
        raise UserError(
            f"interrupted with {done} of {len(tasks)} {unit} done",
            do="the same command goes on from there",
        ) from None
    for (_, task), result in zip(left, results, strict=True):
        if isinstance(result, Failure):
            raise UserError(f"{name(task)}: {result.reason}")
    return [json.loads(place.read_text()) for place in tasks]


def _check_same(folder: Path, wanted: Mapping[str, Any]) -> None:
    noted = folder / PROTOCOL
    if not noted.is_file():
        raise UserError(f"{folder} has no {PROTOCOL}", do="give another --output, or --force")
    there = json.loads(noted.read_text())
    for key in wanted:
        if there.get(key) != wanted[key]:
            raise UserError(
                f"{folder} was begun with {key} = {json.dumps(there.get(key))}",
                expected=json.dumps(wanted[key]),
                do="give another --output, or --force to begin anew",
            )


def _any_done(folder: Path, parts: Sequence[str]) -> bool:
    return any(True for pattern in parts for _ in folder.glob(pattern))


def _all_but(kept: set[str], top: Path) -> Callable[[str, list[str]], set[str]]:
    return lambda where, names: set(names) - kept if Path(where) == top else set()
