"""A progress bar on stderr; none when stderr is not a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress_bar(unit: str) -> Iterator[Callable[[int, int, str], None]]:
    """Show how far a long piece of work is.

    Parameters
    ----------
    unit : str
        What is counted, such as ``"trials"``.

    Yields
    ------
    callable
        ``advance(done, total, note)``; the bar is redrawn with a note behind it.
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn(unit), TimeRemainingColumn())
    note_column = TextColumn("{task.fields[note]}")
    hidden = not console.is_terminal
    # transient: an error is not left standing below a bar that never moved
    with Progress(*columns, note_column, console=console, transient=True, disable=hidden) as bar:
        task = bar.add_task(unit, total=None, note="")

        def advance(done: int, total: int, note: str = "") -> None:
            bar.update(task, completed=done, total=total, note=note)

        yield advance
