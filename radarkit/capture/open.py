"""open_capture: a file and its configuration to a `Capture`, or a reason why not.

A headerless file carries nothing that says how to read it: a wrong configuration gives wrong data
in silence. What can be checked is checked here: the size must be a whole number of frames, and the
stream must not begin with the headers that some capture tools leave in it.
"""

import struct
from pathlib import Path

from radarkit.capture.capture import Capture
from radarkit.capture.config import RadarConfig
from radarkit.capture.stream import FileStream, StreamFrames
from radarkit.errors import UserError
from radarkit.files import check_input

_PAYLOAD_BYTES = 1456  # samples of a full DCA1000 packet
_HSI_MAGIC = (b"\xdc\x0a\xdc\x0a", b"\x0a\xdc\x0a\xdc")


def open_capture(path: Path | str, config: RadarConfig, *, allow_partial: bool = False) -> Capture:
    """Open a headerless 2-lane complex DCA1000 file.

    Parameters
    ----------
    path : Path
        The ``.bin`` file.
    config : RadarConfig
        How it was recorded.
    allow_partial : bool
        Accept a file that ends within a frame: its whole frames are used and
        `Capture.bytes_left_over` says what is behind them.

    Raises
    ------
    UserError
        When the file is missing, empty, smaller than a frame, not a whole number of frames, or
        holds packet headers.
    """
    path = check_input(Path(path), "capture")
    if not path.is_file():
        raise UserError(f"{path} is a folder", expected="a capture file")
    size = path.stat().st_size
    frames, left_over = divmod(size, config.bytes_per_frame)
    loops, chirps, rx, samples = config.frame_shape
    geometry = (
        f"{config.bytes_per_frame} bytes per frame ({loops} loops x {chirps} chirps x {rx} rx x "
        f"{samples} samples x 4 bytes)"
    )
    if size == 0:
        raise UserError(f"{path} is empty", expected=geometry)
    _refuse_headers(path)
    if frames == 0:
        raise UserError(
            f"{path} holds {size} bytes, less than one frame",
            expected=geometry,
            do="check the configuration",
        )
    if left_over and not allow_partial:
        odd = ", an odd number, so no stream of int16 words" if size % 2 else ""
        raise UserError(
            f"{path} holds {size} bytes{odd}: {frames} whole frames, {left_over} bytes left over",
            expected=geometry,
            do="check the configuration, or read the whole frames with --allow-partial",
        )
    reader = StreamFrames(FileStream(path), config)
    return Capture(path, config, frames, reader, bytes_left_over=left_over)


def _refuse_headers(path: Path) -> None:
    """Raise if the file begins with headers between the samples.

    The sequence number must be right in two packets in a row, which samples hardly ever fake.
    """
    with path.open("rb") as handle:
        head = handle.read(2 * (_PAYLOAD_BYTES + 14))
    if head.startswith(_HSI_MAGIC):
        found = "begins with an HSI header"
        do = "record with enableHeader = 0 and ADC samples only (lvdsStreamCfg)"
    elif _is_numbered(head, header_bytes=14):
        found = "still holds the 14-byte header of each record"
        do = "export it with the PacketReorder tool of mmWave Studio"
    elif _is_numbered(head, header_bytes=10):
        found = "still holds the 10-byte header of each UDP packet"
        do = "remove the headers first"
    else:
        return
    raise UserError(f"{path} {found}", expected="ADC samples only", do=do)


def _is_numbered(head: bytes, *, header_bytes: int) -> bool:
    second = header_bytes + _PAYLOAD_BYTES
    if len(head) < second + 4:
        return False
    return struct.unpack_from("<I", head) == (1,) and struct.unpack_from("<I", head, second) == (2,)
