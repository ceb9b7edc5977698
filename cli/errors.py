"""What a user did wrong, in one line and with exit code 2."""

import functools
import sys
from collections.abc import Callable
from typing import ParamSpec

import typer

from radarkit.errors import UserError, reason_of

P = ParamSpec("P")
EXIT_CODE = 2


def one_line_errors(command: Callable[P, None]) -> Callable[P, None]:
    """Turn errors that are not bugs into one line on stderr and exit code 2.

    These are `UserError`, an interruption by Ctrl-C, and files or disks that refuse. What was being
    written is removed by `radarkit.files` on the way out.
    """

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except (UserError, OSError) as error:
            reason = reason_of(error)
            if reason is None:
                raise
            _stop(reason)
        except KeyboardInterrupt:
            _stop("interrupted; no half-written file is left behind")

    return run


def _stop(message: str) -> None:
    print(f"radarkit: {message}", file=sys.stderr)
    raise typer.Exit(EXIT_CODE)
