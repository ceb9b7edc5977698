"""What a user did wrong, in one line and with exit code 2."""

import errno
import functools
import sys
from collections.abc import Callable
from typing import ParamSpec

import typer

from radarkit.errors import UserError

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
        except UserError as error:
            _stop(str(error))
        except KeyboardInterrupt:
            _stop("interrupted; no half-written file is left behind")
        except OSError as error:
            if error.filename is None and error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise  # not about a file: a bug
            where = f" ({error.filename})" if error.filename else ""
            _stop(f"{error.strerror}{where}")

    return run


def _stop(message: str) -> None:
    print(f"radarkit: {message}", file=sys.stderr)
    raise typer.Exit(EXIT_CODE)
