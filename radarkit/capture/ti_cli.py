"""Lines of a TI command-line profile (``.cfg``): a command and its values, blanks between them.

``%`` and ``#`` begin a comment. Values may be written as 77, 77.0 or 0x4D.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from radarkit.capture import numbers
from radarkit.errors import UserError


@dataclass(frozen=True)
class CliLine:
    """One command.

    Attributes
    ----------
    path : Path
        The file.
    number : int
        Number of the line, from 1.
    command : str
        Such as ``profileCfg``.
    values : tuple of str
        What follows it.
    """

    path: Path
    number: int
    command: str
    values: tuple[str, ...]

    @property
    def where(self) -> str:
        """File, line and command."""
        return f"{self.path}, line {self.number}: {self.command}"

    def named(self, names: str) -> dict[str, "CliValue"]:
        """Give the values names, in their order.

        Raises
        ------
        UserError
            When there are fewer values than names.
        """
        wanted = names.split()
        if len(self.values) < len(wanted):
            raise UserError(
                f"{self.where} has {len(self.values)} values",
                expected=f"{len(wanted)}: {' '.join(wanted)}",
            )
        return {
            name: CliValue(f"{self.where} {name}", text)
            for name, text in zip(wanted, self.values, strict=False)
        }


@dataclass(frozen=True)
class CliValue:
    """A value of a command, and the words that say where it stands."""

    where: str
    written: str

    def number(self) -> float:
        """Return it as a number; see `numbers.number`."""
        return numbers.number(self.where, self.written)

    def integer(self) -> int:
        """Return it as a whole number; see `numbers.integer`."""
        return numbers.integer(self.where, self.written)

    def choice(self, meanings: dict[int, Any]) -> Any:
        """Return the meaning of a coded value; see `numbers.choice`."""
        return numbers.choice(self.where, self.written, meanings)


class CliProfile:
    """All commands of a file.

    Parameters
    ----------
    path : Path
        The ``.cfg`` file.

    Raises
    ------
    UserError
        When it cannot be read, or is no plain text.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            # comments come in any encoding, commands are ASCII
            text = path.read_text("utf-8-sig", errors="replace")
        except OSError as error:
            raise UserError(f"{path} cannot be read ({error})") from None
        if "\0" in text:
            raise UserError(
                f"{path} is not plain text", do="save it as UTF-8 (Windows may write UTF-16)"
            )
        self.lines: list[CliLine] = []
        for number, line in enumerate(text.splitlines(), start=1):
            words = line.split("%")[0].split("#")[0].split()
            if words:
                self.lines.append(CliLine(path, number, words[0], tuple(words[1:])))

    def all(self, *commands: str) -> Sequence[CliLine]:
        """Return the lines with one of some commands, in the order of the file."""
        return [line for line in self.lines if line.command in commands]

    def one(self, command: str) -> CliLine:
        """Return the line of a command that stands once.

        Raises
        ------
        UserError
            When it is missing, or repeated with other values.
        """
        found = self.all(command)
        if not found:
            raise UserError(f"{self.path} has no {command} line", do=f"add {command}")
        return the_same(found)


def the_same(lines: Sequence[CliLine]) -> CliLine:
    """Return the first of lines that all say the same.

    Raises
    ------
    UserError
        When two differ: which one the radar obeyed is not for us to guess.
    """
    first = lines[0]
    for other in lines[1:]:
        if other.values != first.values:
            raise UserError(
                f"{other.where} repeats line {first.number} with other values",
                expected=f"{first.command} once",
                do="remove the line that was not in force",
            )
    return first
