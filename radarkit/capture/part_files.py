"""atomic_parts: one stream of bytes to several files, as recorders cut it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from radarkit.capture.packet_headers import PAYLOAD_BYTES
from radarkit.capture.parts import part_path, parts_there
from radarkit.errors import UserError
from radarkit.files import atomic_file, check_output

FULL_PART_BYTES = 737_460 * PAYLOAD_BYTES  # whole packets under 1 GiB

Write = Callable[[NDArray[np.uint8]], object]


@contextmanager
def atomic_parts(path: Path, part_bytes: int, *, force: bool = False) -> Iterator[Write]:
    """Yield a function that writes bytes to ``X_Raw_0.bin``, ``X_Raw_1.bin``, ...

    The parts appear when the block ends without an error, the first one last: until then what is
    there is no capture, as its first part is missing.

    Parameters
    ----------
    path : Path
        ``X.bin``, or one of the parts.
    part_bytes : int
        Size of each part but the last.
    force : bool
        Replace the parts that are there; further ones are removed.

    Raises
    ------
    UserError
        When a part exists and `force` is false, the folder does not exist, or parts would be empty.
    """
    if part_bytes < 1:
        raise UserError(f"parts of {part_bytes} bytes", expected="1 or more")
    there = parts_there(path)
    for old in there.values():
        check_output(old, force=force)
    with ExitStack() as stack:
        parts: list[BinaryIO] = []

        def begin() -> None:
            place = stack.enter_context(atomic_file(part_path(path, len(parts)), force=force))
            parts.append(stack.enter_context(place.open("wb")))

        def write(data: NDArray[np.uint8]) -> None:
            while data.size:
                room = part_bytes - parts[-1].tell()
                if not room:
                    parts[-1].close()
                    begin()
                    room = part_bytes
                parts[-1].write(data[:room].data)
                data = data[room:]

        begin()
        yield write
    for number, old in there.items():
        if number >= len(parts):
            old.unlink()
