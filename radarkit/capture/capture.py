"""Capture: the frames of one recording, read in blocks with named axes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from radarkit.capture.config import RadarConfig

_BLOCK_SAMPLES = 2**20  # samples of a block: 16 MiB of complex ones

Samples = NDArray[Any]  # complex64, or float32 where the radar has real samples


class FrameReader(Protocol):
    """Reads frames from wherever they are."""

    def read(self, start: int, stop: int) -> Samples:
        """Read the frames ``start`` to ``stop - 1``: (frame, loop, tx, rx, sample)."""


@dataclass(frozen=True, eq=False)
class Capture:
    """A raw capture on disk; get one from `open_capture`.

    Attributes
    ----------
    path : Path
        The file, the first of several, or the folder.
    config : RadarConfig
        How it was recorded.
    frames : int
        Whole frames.
    reader : FrameReader
        Reads them.
    valid : (frames,) bool
        False for frames of which a part was lost; all true when not given.
    bytes_left_over : int
        Bytes behind the last whole frame.
    notes : tuple of str
        What was repaired or found on opening, one line each.
    limits : (float, float), optional
        Smallest and largest value of the ADC, where clipping shows; None if unknown.
    """

    path: Path
    config: RadarConfig
    frames: int
    reader: FrameReader
    valid: NDArray[np.bool_] = field(default=None)  # type: ignore[arg-type]
    bytes_left_over: int = 0
    notes: tuple[str, ...] = ()
    limits: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        valid = np.ones(self.frames, np.bool_) if self.valid is None else self.valid
        object.__setattr__(self, "valid", valid)

    @property
    def frames_dropped(self) -> int:
        """Frames that began in the file and cannot be used: 1 when the last one is cut off."""
        return int(self.bytes_left_over > 0)

    @property
    def frames_invalid(self) -> int:
        """Frames of which a part was lost."""
        return int(self.frames - self.valid.sum())

    @property
    def duration_s(self) -> float:
        """Time from the first frame to the end of the last."""
        return self.frames * self.config.frame.period_s

    @property
    def frames_per_block(self) -> int:
        """Frames that fill 16 MiB."""
        return max(1, _BLOCK_SAMPLES // int(np.prod(self.config.frame_shape)))

    def read(self, start: int = 0, stop: int | None = None) -> Samples:
        """Read the frames ``start`` to ``stop - 1``, by default all.

        Returns
        -------
        (frame, loop, tx, rx, sample) complex64
            In ADC counts, float32 where samples are real; tx in firing order. What was lost is 0.
        """
        start, stop, _ = slice(start, stop).indices(self.frames)
        if stop <= start:
            kind = np.complex64 if self.config.adc.format == "complex" else np.float32
            return np.empty((0, *self.config.frame_shape), kind)
        return self.reader.read(start, stop)

    def blocks(self, frames_per_block: int | None = None) -> Iterator[Samples]:
        """Read all frames in order.

        Parameters
        ----------
        frames_per_block : int, optional
            Frames of a block; by default as many as fill 16 MiB. The last block may be shorter.

        Yields
        ------
        (frame, loop, tx, rx, sample) complex64
            As `read`.
        """
        step = frames_per_block or self.frames_per_block
        for start in range(0, self.frames, step):
            yield self.read(start, min(start + step, self.frames))
