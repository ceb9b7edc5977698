"""Ctrl-C and SIGTERM as a wish to stop soon, in long work that can save where it stands."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def stop_on_signals() -> Iterator[Callable[[], bool]]:
    """Catch the first Ctrl-C or SIGTERM; a second Ctrl-C interrupts at once.

    Yields
    ------
    callable
        Whether a signal has come.
    """
    came = False

    def note(number: int, _: FrameType | None) -> None:
        nonlocal came
        if came and number == signal.SIGINT:
            raise KeyboardInterrupt
        came = True

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
