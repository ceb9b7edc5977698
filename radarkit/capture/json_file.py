"""JSON files whose every value knows its place, so that an error can name it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from radarkit.capture import numbers
from radarkit.errors import UserError


class JsonNode:
    """A value of a JSON file, and where it stands.

    Parameters
    ----------
    path : Path
        The file.
    value
        The value: an object, a list, text, a number.
    place : str
        Keys that lead to it, such as ``mmWaveDevices[0].rfConfig``; empty for the whole file.
    """

    def __init__(self, path: Path, value: Any, place: str = "") -> None:
        self.path, self.value, self.place = path, value, place

    @classmethod
    def of_file(cls, path: Path) -> "JsonNode":
        """Read a file.

        Raises
        ------
        UserError
            When it is not JSON.
        """
        try:
            # Windows tools put a byte-order mark in front
            return cls(path, json.loads(path.read_text("utf-8-sig")))
        except (ValueError, OSError, RecursionError) as error:
            raise UserError(f"{path} cannot be read as JSON ({error})") from None

    @property
    def where(self) -> str:
        """The file and the place in it."""
        return f"{self.path}: {self.place}" if self.place else str(self.path)

    def has(self, key: str) -> bool:
        """Whether this is an object with `key`."""
        return isinstance(self.value, dict) and key in self.value

    def __getitem__(self, keys: str) -> "JsonNode":
        """Go down by keys joined with dots.

        Raises
        ------
        UserError
            Naming the first key that is missing.
        """
        node = self
        for key in keys.split("."):
            place = f"{node.place}.{key}" if node.place else key
            if not node.has(key):
                raise UserError(f"{self.path} has no {place}", do=f"add {place}")
            node = JsonNode(self.path, node.value[key], place)
        return node

    def items(self) -> Iterator["JsonNode"]:
        """Go through a list.

        Raises
        ------
        UserError
            When this is none.
        """
        if not isinstance(self.value, list):
            raise UserError(f"{self.where} = {self.value!r:.40}", expected="a list")
        for index, value in enumerate(self.value):
            yield JsonNode(self.path, value, f"{self.place}[{index}]")

    def number(self) -> float:
        """Return the value as a number; see `numbers.number`."""
        return numbers.number(self.where, self.value)

    def integer(self) -> int:
        """Return the value as a whole number; see `numbers.integer`."""
        return numbers.integer(self.where, self.value)

    def choice(self, meanings: dict[int, Any]) -> Any:
        """Return the meaning of a coded value; see `numbers.choice`."""
        return numbers.choice(self.where, self.value, meanings)

    def text(self) -> str:
        """Return the value as text.

        Raises
        ------
        UserError
            When it is none.
        """
        if not isinstance(self.value, str):
            raise UserError(f"{self.where} = {self.value!r:.40}", expected="text")
        return self.value
