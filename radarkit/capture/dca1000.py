"""Headerless DCA1000 files: little-endian int16 words, frame after frame.

This is what ``adc_data.bin`` of mmWave Studio and the ``_Raw_0.bin`` of the DCA1000 command line
hold. A file is memory-mapped, so that a capture larger than memory is read in blocks.
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from radarkit.capture.config import RadarConfig
from radarkit.capture.words import encode
from radarkit.errors import UserError
from radarkit.files import atomic_file


def write_dca1000(
    path: Path | str,
    blocks: Iterable[NDArray[np.complex64]],
    config: RadarConfig,
    *,
    force: bool = False,
) -> int:
    """Write a capture, block by block.

    Parameters
    ----------
    path : Path
        The ``.bin`` file.
    blocks : iterable of (frame, loop, tx, rx, sample) complex64
        Samples in ADC counts; rounded, and clipped to int16.
    config : RadarConfig
        Says the shape of a frame and the order of I and Q.
    force : bool
        Replace a file that is there.

    Returns
    -------
    int
        Frames written.

    Raises
    ------
    UserError
        When the file exists and `force` is false, or a block has another shape.
    """
    frames = 0
    with atomic_file(Path(path), force=force) as part, part.open("wb") as handle:
        for block in blocks:
            if block.shape[1:] != config.frame_shape:
                raise UserError(
                    f"a block of shape {block.shape}", expected=f"(frames, *{config.frame_shape})"
                )
            handle.write(encode(block, config).tobytes())
            frames += block.shape[0]
    return frames
