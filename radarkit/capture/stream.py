"""Streams of bytes: what the radar sent, without headers, however it was stored."""

from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from radarkit.capture.capture import Samples
from radarkit.capture.config import RadarConfig
from radarkit.capture.words import decode


class ByteStream(Protocol):
    """The bytes that a radar sent.

    Attributes
    ----------
    size : int
        How many, lost ones included.
    gaps : (gaps, 2) int64
        First byte of each stretch that was lost, and the first one behind it.
    notes : tuple of str
        What was repaired, one line each.
    """

    size: int
    gaps: NDArray[np.int64]
    notes: tuple[str, ...]

    def read(self, start: int, stop: int) -> NDArray[np.uint8]:
        """Read the bytes ``start`` to ``stop - 1``; lost ones are 0."""


class FileStream:
    """A file without headers, mapped into memory."""

    def __init__(self, path: Path) -> None:
        self._bytes = np.memmap(path, np.uint8, "r")
        self.size = self._bytes.size
        self.gaps = np.empty((0, 2), np.int64)
        self.notes: tuple[str, ...] = ()

    def read(self, start: int, stop: int) -> NDArray[np.uint8]:
        """Read the bytes ``start`` to ``stop - 1``."""
        return self._bytes[start:stop]


class StreamFrames:
    """Frames of a DCA1000 byte stream."""

    def __init__(self, stream: ByteStream, config: RadarConfig) -> None:
        self._stream = stream
        self._config = config

    def read(self, start: int, stop: int) -> Samples:
        """Read the frames ``start`` to ``stop - 1``: (frame, loop, tx, rx, sample)."""
        size = self._config.bytes_per_frame
        return decode(self._stream.read(start * size, stop * size).view("<i2"), self._config)
