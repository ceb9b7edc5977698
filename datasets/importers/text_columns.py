"""Columns of numbers of a CSV file.

Columns are parted by a semicolon or a tab where the first line has one, else by commas. Where they
are parted by semicolons or tabs, a comma is a decimal comma. Lines that begin with # are remarks,
but for the first one, which NumPy writes so.
"""

import csv
from array import array
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from radarkit.errors import UserError
from radarkit.recording import Float64

_LOST = {"", "na", "n/a", "#n/a", "null", "none", "-"}  # and all that float takes for NaN


def read_columns(
    path: Path, wanted: Sequence[str], check: Callable[[list[str]], None]
) -> dict[str, Float64]:
    """Read some columns.

    Parameters
    ----------
    path : Path
        Of the file.
    wanted : sequence of str
        Their names; 1, 2 and so on where the first line holds numbers.
    check : callable
        Called with the names that are there, before the numbers are read.

    Returns
    -------
    dict of str to (lines,) float64
        NaN where a cell is empty.

    Raises
    ------
    UserError
        When a cell is no number, or a column that is wanted is there twice.
    ValueError
        When there are no numbers, or lines of several lengths.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        first = file.readline()
        delimiter = next((mark for mark in ";\t" if mark in first), ",")
        names = next(csv.reader([first.removeprefix("#")], delimiter=delimiter), [])
        names = [name.strip() for name in names]
        numbered = any(names) and all(_is_number(name, delimiter) for name in names if name)
        if numbered:  # there is no line of names
            file.seek(0)
            names = [str(number + 1) for number in range(len(names))]
        check(names)
        twice = next((name for name in wanted if names.count(name) > 1), None)
        if twice is not None:
            raise UserError(f"{path.name} has {names.count(twice)} columns {twice}", expected="one")
        places = [names.index(name) for name in wanted]
        columns = [array("d") for _ in places]
        marks: set[str] = set()  # how numbers are written
        lines = csv.reader(file, delimiter=delimiter)
        for line in lines:
            if not line or line[0].startswith("#"):
                continue
            if len(line) != len(names):
                above = "in the first line" if numbered else "names"
                raise ValueError(
                    f"line {lines.line_num + (not numbered)} has {len(line)} columns, and there "
                    f"are {len(names)} {above}"
                )
            for column, place in zip(columns, places, strict=True):
                try:
                    column.append(_number(line[place], delimiter, marks))
                except ValueError:
                    raise UserError(
                        f"{line[place]!r} in line {lines.line_num + (not numbered)} of {path.name}",
                        expected="a number, or an empty cell where a sample was lost",
                    ) from None
    if not columns[0]:
        raise ValueError("no numbers below the first line")
    if len(marks) > 1:
        raise UserError(
            f"{path.name} has numbers with a decimal point and others with a comma",
            expected="one of the two",
        )
    return {name: np.frombuffer(column) for name, column in zip(wanted, columns, strict=True)}


def _number(cell: str, delimiter: str, marks: set[str]) -> float:
    if cell.strip().lower() in _LOST:
        return np.nan
    if delimiter != "," and "," in cell:
        marks.add(",")
        return float(cell.replace(",", "."))
    if "." in cell:
        marks.add(".")
    return float(cell)


def _is_number(text: str, delimiter: str) -> bool:
    try:
        _number(text, delimiter, set())
    except ValueError:
        return False
    return True
