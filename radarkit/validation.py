"""What pydantic found wrong with settings, in pieces that make one line."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import ValidationError


class Problem(NamedTuple):
    """The first thing that does not fit.

    Attributes
    ----------
    key : str
        Of the setting, with dots between tables; empty when the settings contradict each other.
    kind : str
        Pydantic's name of the error, such as ``missing`` or ``extra_forbidden``.
    given : object
        What stands there.
    wanted : str
        What may stand there, or what is wrong, as the end of a sentence.
    """

    key: str
    kind: str
    given: Any
    wanted: str

    @property
    def value(self) -> str:
        """The value as it is shown behind the key; nothing for a whole table."""
        return "" if isinstance(self.given, Mapping) else f" = {self.given!r:.60}"


def first_problem(error: ValidationError) -> Problem:
    """Take the first of the errors apart."""
    first = error.errors()[0]
    if first["type"] == "missing":
        first["msg"] = "a value"
    message = first["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    return Problem(
        key=".".join(map(str, first["loc"])),
        kind=first["type"],
        given=first["input"],
        wanted=message[:1].lower() + message[1:],
    )
