"""Numbers as configuration files write them: 5, "5", "5.0", "0xF"."""

import math
from contextlib import suppress
from typing import Any

from radarkit.errors import UserError


def number(where: str, value: Any) -> float:
    """Make a number of a value of a configuration file.

    Parameters
    ----------
    where : str
        What the value is, for the error.
    value
        A number, or its text in decimal or (``0x``) hexadecimal notation.

    Raises
    ------
    UserError
        When it is no finite number.
    """
    found = math.nan
    if isinstance(value, str):
        found = _from_text(value.strip())
    elif isinstance(value, int | float) and not isinstance(value, bool):
        with suppress(OverflowError):  # of hundreds of digits
            found = float(value)
    if not math.isfinite(found):
        raise UserError(f"{where} = {value!r:.40}", expected="a number")
    return found


def integer(where: str, value: Any) -> int:
    """Make a whole number of a value of a configuration file; 256.0 is one.

    Raises
    ------
    UserError
        When it is no whole number.
    """
    found = number(where, value)
    if found != int(found):
        raise UserError(f"{where} = {value!r}", expected="a whole number")
    return int(found)


def choice(where: str, value: Any, meanings: dict[int, Any]) -> Any:
    """Look up what a coded value of a configuration file means.

    Raises
    ------
    UserError
        When the code is none of `meanings`.
    """
    code = integer(where, value)
    if code not in meanings:
        known = ", ".join(f"{known} ({meaning})" for known, meaning in meanings.items())
        raise UserError(f"{where} = {code}", expected=f"one of {known}")
    return meanings[code]


def _from_text(text: str) -> float:
    for parse in (float, lambda text: float(int(text, 0))):
        try:
            return float(parse(text))
        except (ValueError, OverflowError):
            continue
    return math.nan
