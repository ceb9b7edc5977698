"""Capture: the frames of one recording, read in blocks with named axes."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from radarkit.capture.config import RadarConfig
from radarkit.capture.dca1000 import read_frames

_BLOCK_SAMPLES = 2**21  # complex samples of a block: 16 MiB


@dataclass(frozen=True)
class Capture:
    """A raw capture on disk; get one from `open_capture`.

    Attributes
    ----------
    path : Path
        The file.
    config : RadarConfig
        How it was recorded.
    frames : int
        Whole frames in the file.
    bytes_left_over : int
        Bytes behind the last whole frame.
    """

    path: Path
    config: RadarConfig
    frames: int
    bytes_left_over: int = 0

    @property
    def frames_dropped(self) -> int:
        """Frames that began in the file and cannot be used: 1 when the last one is cut off."""
        return int(self.bytes_left_over > 0)

    @property
    def duration_s(self) -> float:
        """Time from the first frame to the end of the last."""
        return self.frames * self.config.frame.period_s

    def read(self, start: int = 0, stop: int | None = None) -> NDArray[np.complex64]:
        """Read the frames ``start`` to ``stop - 1``, by default all.

        Returns
        -------
        (frame, loop, tx, rx, sample) complex64
            In ADC counts; tx in firing order.
        """
        start, stop, _ = slice(start, stop).indices(self.frames)
        if stop <= start:
            return np.empty((0, *self.config.frame_shape), np.complex64)
        return read_frames(self.path, self.config, start, stop)

    def blocks(self, frames_per_block: int | None = None) -> Iterator[NDArray[np.complex64]]:
        """Read all frames in order.

        Parameters
        ----------
        frames_per_block : int, optional
            Frames of a block; by default as many as fill 16 MiB. The last block may be shorter.

        Yields
        ------
        (frame, loop, tx, rx, sample) complex64
        """
        step = frames_per_block or max(1, _BLOCK_SAMPLES // int(np.prod(self.config.frame_shape)))
        for start in range(0, self.frames, step):
            yield self.read(start, min(start + step, self.frames))
