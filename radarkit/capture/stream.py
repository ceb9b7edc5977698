"""Streams of bytes: what the radar sent, without headers, however it was stored."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from radarkit.capture.capture import Samples
from radarkit.capture.config import RadarConfig
from radarkit.capture.words import decode
from radarkit.errors import UserError


class ByteStream(Protocol):
    """The bytes that a radar sent.

    Attributes
    ----------
    size : int
        How many, lost ones included.
    gaps : (gaps, 2) int64
        First byte of each stretch that was lost, and the first one behind it; ascending.
    notes : tuple of str
        What was repaired, one line each.
    """

    size: int
    gaps: NDArray[np.int64]
    notes: tuple[str, ...]

    def read(self, start: int, stop: int) -> NDArray[np.uint8]:
        """Read the bytes ``start`` to ``stop - 1``; lost ones are 0."""


class FileStream:
    """Files without headers, one behind the other.

    Bytes are read when they are asked for, not mapped: memory then holds what is worked on, not all
    that was ever looked at, and a stream can be handed to another process.

    Parameters
    ----------
    paths : sequence of Path
        The files, in order.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = tuple(paths)
        sizes = [path.stat().st_size for path in self._paths]
        self._ends = np.cumsum(sizes)
        self.size = sum(sizes)
        self.gaps = np.empty((0, 2), np.int64)
        self.notes: tuple[str, ...] = ()
        if len(sizes) > 1:
            names = f"{self._paths[0].name} to {self._paths[-1].name}"
            self.notes = (f"{len(sizes)} parts joined, {names}", *_odd_sizes(self._paths, sizes))

    def read(self, start: int, stop: int) -> NDArray[np.uint8]:
        """Read the bytes ``start`` to ``stop - 1``.

        Raises
        ------
        UserError
            When a file has become shorter since.
        """
        pieces = []
        at = start
        while at < stop:
            number = int(np.searchsorted(self._ends, at, "right"))
            path, end = self._paths[number], int(self._ends[number])
            size = min(stop, end) - at
            offset = at - (int(self._ends[number - 1]) if number else 0)
            piece = np.fromfile(path, np.uint8, size, offset=offset)
            if piece.size < size:
                raise UserError(
                    f"{path} ends at byte {offset + piece.size}",
                    expected=f"{offset + size} bytes, which it had when it was opened",
                )
            pieces.append(piece)
            at += size
        return pieces[0] if len(pieces) == 1 else np.concatenate(pieces or [np.empty(0, np.uint8)])


class StreamFrames:
    """Frames of a DCA1000 byte stream."""

    def __init__(self, stream: ByteStream, config: RadarConfig) -> None:
        self._stream = stream
        self._config = config

    def read(self, start: int, stop: int) -> Samples:
        """Read the frames ``start`` to ``stop - 1``: (frame, loop, tx, rx, sample)."""
        size = self._config.bytes_per_frame
        return decode(self._stream.read(start * size, stop * size).view("<i2"), self._config)


def untouched_frames(
    gaps: NDArray[np.int64], frames: int, bytes_per_frame: int
) -> NDArray[np.bool_]:
    """Which frames hold no lost byte: (frames,) bool."""
    steps = np.zeros(frames + 1, np.int64)
    first, last = gaps[:, 0] // bytes_per_frame, (gaps[:, 1] - 1) // bytes_per_frame
    np.add.at(steps, np.minimum(first, frames), 1)
    np.add.at(steps, np.minimum(last + 1, frames), -1)
    return np.asarray(np.cumsum(steps[:-1]) == 0)


def _odd_sizes(paths: Sequence[Path], sizes: list[int]) -> list[str]:
    """Say so if parts are no cuts of one size: they may come from different recordings."""
    for path, size in zip(paths[1:], sizes[1:], strict=True):
        if size > sizes[0] or (size < sizes[0] and path is not paths[-1]):
            return [
                f"{path.name} has {size} bytes and {paths[0].name} {sizes[0]}: recorders cut parts "
                "of one size, so look whether they belong to one recording"
            ]
    return []
