"""write_dca1000: frames to the bytes that a DCA1000 would have sent, in any form they are kept."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from radarkit.capture.capture import Samples
from radarkit.capture.config import RadarConfig
from radarkit.capture.packet_headers import DATAGRAM, PAYLOAD_BYTES, RECORD, Headers, PacketForm
from radarkit.capture.part_files import FULL_PART_BYTES, Write, atomic_parts
from radarkit.capture.parts import part_path
from radarkit.capture.words import encode
from radarkit.errors import UserError
from radarkit.files import atomic_file


class Container(StrEnum):
    """How the bytes are kept."""

    PLAIN = "plain"  # one file without headers, adc_data.bin of mmWave Studio
    SPLIT = "split"  # parts without headers, X_Raw_0.bin, X_Raw_1.bin, ... of the command line
    RECORDS = "records"  # 14-byte headers, what mmWave Studio keeps before it reorders packets
    UDP = "udp"  # the datagrams with their 10-byte headers, one behind the other

    def path(self, path: Path) -> Path:
        """File to open after writing to `path`: the first part where there are parts."""
        return part_path(path, 0) if self is Container.SPLIT else path


_FORMS = {Container.RECORDS: RECORD, Container.UDP: DATAGRAM}


def write_dca1000(
    path: Path | str,
    blocks: Iterable[Samples],
    config: RadarConfig,
    *,
    container: Container = Container.PLAIN,
    part_bytes: int = FULL_PART_BYTES,
    force: bool = False,
) -> int:
    """Write a capture, block by block.

    Parameters
    ----------
    path : Path
        The ``.bin`` file. Parts of ``X.bin`` are ``X_Raw_0.bin``, ``X_Raw_1.bin``, ...
    blocks : iterable of (frame, loop, tx, rx, sample) complex64
        Samples in ADC counts; rounded, and clipped to the range of the ADC. Real ones where
        ``config.adc.format`` says so.
    config : RadarConfig
        Says the shape of a frame and the layout of its words.
    container : Container
        How to keep the bytes.
    part_bytes : int
        Size of a part, for `Container.SPLIT`.
    force : bool
        Replace what is there.

    Returns
    -------
    int
        Frames written.

    Raises
    ------
    UserError
        When the file or one of its parts exists and `force` is false, or a block has another shape.
    """
    frames = 0
    with _opened(Path(path), container, part_bytes, force=force) as write:
        packetise = _Packetiser(write, _FORMS[container]) if container in _FORMS else None
        for block in blocks:
            if block.shape[1:] != config.frame_shape:
                raise UserError(
                    f"a block of shape {block.shape}", expected=f"(frames, *{config.frame_shape})"
                )
            data = encode(block, config).view(np.uint8)
            if packetise:
                packetise.add(data)
            else:
                write(data)
            frames += block.shape[0]
        if packetise:
            packetise.finish()
    return frames


class _Packetiser:
    """Cuts bytes into packets."""

    def __init__(self, write: Write, form: PacketForm) -> None:
        self._write = write
        self._form = form
        self._sent = 0
        self._waiting = np.empty(0, np.uint8)  # less than a packet

    def add(self, data: NDArray[np.uint8]) -> None:
        data = np.concatenate([self._waiting, data])
        full = data.size // PAYLOAD_BYTES * PAYLOAD_BYTES
        self._send(data[:full].reshape(-1, PAYLOAD_BYTES))
        self._waiting = data[full:]

    def finish(self) -> None:
        if self._waiting.size:
            self._send(self._waiting[None])

    def _send(self, payload: NDArray[np.uint8]) -> None:
        """Write packets, one a row."""
        packets, length = payload.shape
        count = self._sent + length * np.arange(packets, dtype=np.int64)
        headers = Headers(
            1 + count // PAYLOAD_BYTES,
            count,
            np.full(packets, length) if self._form.tells_length else None,
        )
        self._write(np.concatenate([self._form.pack(headers), payload], axis=1).reshape(-1))
        self._sent += payload.size


@contextmanager
def _opened(path: Path, container: Container, part_bytes: int, *, force: bool) -> Iterator[Write]:
    """Yield a function that writes bytes to the place they belong to."""
    if container is Container.SPLIT:
        with atomic_parts(path, part_bytes, force=force) as write:
            yield write
        return
    with atomic_file(path, force=force) as part, part.open("wb") as handle:
        yield lambda data: handle.write(data.data)
