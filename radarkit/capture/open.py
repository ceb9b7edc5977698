"""open_capture: whatever was recorded, and its configuration, to a `Capture`, or a reason why not.

A headerless file carries nothing that says how to read it: a wrong configuration gives wrong data
in silence. What can be checked is checked here: the size must be a whole number of frames, the
words must be in the range of the ADC, and nothing else than samples may be in the stream.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from radarkit.capture.capture import Capture
from radarkit.capture.config import RadarConfig
from radarkit.capture.packet_headers import DATAGRAM, RECORD
from radarkit.capture.packet_walk import has_packets
from radarkit.capture.packets import PacketStream
from radarkit.capture.parts import all_parts
from radarkit.capture.regular import check_regular
from radarkit.capture.stream import ByteStream, FileStream, StreamFrames, untouched_frames
from radarkit.capture.words import adc_limits, check_words
from radarkit.capture.zero_filled import frames_without_zero_filled
from radarkit.errors import UserError
from radarkit.files import check_input

_CHECKED_BYTES = 2**20  # that are looked at on opening
_CHECKED_PLACES = 8  # from which they come: what is loud comes at any time

_NUMPY = b"\x93NUMPY"
_FOREIGN = {  # first bytes: what it is, what to do
    b"\xd4\xc3\xb2\xa1": ("a packet capture (pcap)", "write the UDP payloads of port 4098 alone"),
    b"\x0a\x0d\x0d\x0a": ("a packet capture (pcapng)", "write the UDP payloads of port 4098 alone"),
    b"\x89HDF": ("an HDF5 file", "give the capture, not a data set"),
    b"PK\x03\x04": ("a ZIP archive", "unpack it"),
    b"\x1f\x8b\x08": ("a gzip file", "unpack it"),
}
_TEXT = bytes(range(32, 127)) + b"\t\r\n"
_HSI_IDS = (  # of the header that TI's firmware may send before each chirp (hsiprotocol.h)
    bytes.fromhex("dc0ada0cdc0ada0c"),
    bytes.fromhex("c90ccc09c90ccc09"),
    bytes.fromhex("dc0adc0ada0cda0c"),  # the same words, dealt to 2 lanes
    bytes.fromhex("c90cc90ccc09cc09"),
)


def open_capture(
    path: Path | str, config: RadarConfig | None = None, *, allow_partial: bool = False
) -> Capture:
    """Open a raw capture.

    Parameters
    ----------
    path : Path
        A DCA1000 file, headerless or with its packet headers (14-byte records of mmWave Studio,
        10-byte datagrams); any part of one that was cut into ``X_Raw_0.bin``, ``X_Raw_1.bin``, ...;
        a ``.setup.json`` of mmWave Studio; a ``.npy`` array; or the folder of an Infineon
        recording.
    config : RadarConfig, optional
        How it was recorded. An Infineon recording and a ``.setup.json`` bring their own, which this
        one replaces.
    allow_partial : bool
        Accept a stream that ends within a frame: its whole frames are used and
        `Capture.bytes_left_over` says what is behind them.

    Raises
    ------
    UserError
        When the file or a part of it is missing, empty, smaller than a frame, not a whole number of
        frames, holds packets that contradict each other, or something else than samples.
    """
    path = Path(path)
    if path.is_dir() or path.name == "radar.npy":
        from radarkit.capture.infineon import is_infineon, open_infineon

        if is_infineon(path):
            return open_infineon(path, config)
    if path.is_dir():
        raise UserError(
            f"{path} is a folder",
            expected="a capture file, or the folder of an Infineon recording with radar.npy and "
            "config.json in it",
        )
    if path.name.lower().endswith(".setup.json"):
        from radarkit.capture.setup_json import open_setup  # it opens captures in turn

        return open_setup(check_input(path, "capture"), config, allow_partial=allow_partial)
    parts = all_parts(path)
    check_regular(check_input(path, "capture"), "capture")
    if config is None:
        raise UserError(
            f"{path} needs a configuration: it does not say how it was recorded",
            do="give the file that describes the radar",
        )
    raw = FileStream(parts)
    head = raw.read(0, min(raw.size, 512)).tobytes()
    if path.suffix.lower() == ".npy" or head.startswith(_NUMPY):
        from radarkit.capture.array_file import open_array

        return open_array(path, config)
    for magic, (what, do) in _FOREIGN.items():
        if head.startswith(magic):
            raise UserError(f"{path} is {what}", expected="a capture", do=do)
    if head and not head.translate(None, _TEXT):
        raise UserError(f"{path} is a text file", expected="a capture")
    try:
        return _open_stream(parts[0], raw, config, allow_partial=allow_partial)
    except UserError as error:
        found = f"{parts[0]}: {error.found}"
        raise UserError(found, expected=error.expected, do=error.do) from None


def _open_stream(
    path: Path, raw: ByteStream, config: RadarConfig, *, allow_partial: bool
) -> Capture:
    if config.adc.axes is not None:
        raise UserError(
            f"a stream of bytes, but adc.axes = {list(config.adc.axes)} describes a NumPy array",
            do="remove adc.axes, or give the .npy file",
        )
    stream = _without_headers(raw, config)
    geometry = _geometry(config)
    if stream.size == 0:
        raise UserError("the capture is empty", expected=geometry)
    frames, left_over = divmod(stream.size, config.bytes_per_frame)
    some = _some_frames(stream, frames, config.bytes_per_frame)
    if any(mark in some.tobytes() for mark in _HSI_IDS):
        raise UserError(
            "HSI headers stand between the samples",
            expected="ADC samples only",
            do="record with enableHeader = 0 and dataFmt = 1 (lvdsStreamCfg)",
        )
    check = "check the configuration, and that lvdsStreamCfg sends ADC samples only"
    if frames == 0:
        raise UserError(
            f"holds {stream.size} bytes, less than one frame", expected=geometry, do=check
        )
    if left_over and not allow_partial:
        odd = ", an odd number, so no stream of int16 words" if stream.size % 2 else ""
        raise UserError(
            f"holds {stream.size} bytes{odd}: {frames} whole frames, {left_over} bytes left over",
            expected=geometry,
            do=f"{check}; or read the whole frames with --allow-partial",
        )
    if stream is raw:
        valid, lost = frames_without_zero_filled(stream, frames, config.bytes_per_frame)
    else:
        valid, lost = untouched_frames(stream.gaps, frames, config.bytes_per_frame), []
    lowest, highest = adc_limits(config.adc)
    return Capture(
        path,
        config,
        frames,
        StreamFrames(stream, config),
        valid=valid,
        bytes_left_over=left_over,
        notes=(*stream.notes, *lost, *check_words(some.view("<i2"), config)),
        limits=(float(lowest), float(highest)),
    )


def _some_frames(stream: ByteStream, frames: int, bytes_per_frame: int) -> NDArray[np.uint8]:
    """Whole frames of a few places; where there is none, what is there."""
    if not frames:
        return stream.read(0, stream.size)
    at_once = min(frames, -(-_CHECKED_BYTES // _CHECKED_PLACES // bytes_per_frame))
    places = np.linspace(0, frames - at_once, _CHECKED_PLACES, dtype=np.int64)
    starts = np.unique(places) * bytes_per_frame
    return np.concatenate(
        [stream.read(int(at), int(at) + at_once * bytes_per_frame) for at in starts]
    )


def _without_headers(raw: ByteStream, config: RadarConfig) -> ByteStream:
    for form in (RECORD, DATAGRAM):
        if has_packets(raw, form, config.bytes_per_frame):
            return PacketStream(raw, form, config.bytes_per_frame)
    return raw


def _geometry(config: RadarConfig) -> str:
    loops, chirps, rx, samples = config.frame_shape
    streams = "4 lanes" if config.adc.lanes == 4 else f"{rx} rx"
    return (
        f"{config.bytes_per_frame} bytes per frame ({loops} loops x {chirps} chirps x {streams} x "
        f"{samples} samples x {config.adc.bytes_per_sample} bytes)"
    )
