"""Headers of the packets in which a DCA1000 sends what it got from the radar.

A datagram begins with its number (u32, from 1) and with the count of the bytes that were sent
before it (u48); 1456 bytes follow, fewer in the last one. mmWave Studio stores each with a third
field between the two, the number of bytes that follow (u32). All are little-endian, and all wrap.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PAYLOAD_BYTES = 1456  # of a full packet
MAX_PAYLOAD_BYTES = 1470 - 10  # the longest datagram without its header

_COUNT = [("count_low", "<u4"), ("count_high", "<u2")]


@dataclass(frozen=True, eq=False)
class PacketForm:
    """One form of header.

    Attributes
    ----------
    name : str
        What a person calls a packet of this form.
    fields : dtype
        The header, byte for byte.
    """

    name: str
    fields: np.dtype[np.void]

    @property
    def header_bytes(self) -> int:
        """Length of the header."""
        return self.fields.itemsize

    @property
    def packet_bytes(self) -> int:
        """Length of a full packet."""
        return self.header_bytes + PAYLOAD_BYTES

    @property
    def tells_length(self) -> bool:
        """Whether the header says how many bytes follow."""
        return "length" in (self.fields.names or ())

    def unpack(self, headers: NDArray[np.uint8]) -> "Headers":
        """Read (packets, header_bytes) bytes."""
        found = np.ascontiguousarray(headers).view(self.fields)[:, 0]
        count = found["count_low"] + (found["count_high"].astype(np.int64) << 32)
        length = found["length"].astype(np.int64) if self.tells_length else None
        return Headers(found["sequence"].astype(np.int64), count, length)

    def pack(self, headers: "Headers") -> NDArray[np.uint8]:
        """Write (packets, header_bytes) bytes; numbers and counts wrap."""
        made = np.zeros(headers.sequence.size, self.fields)
        made["sequence"] = headers.sequence % 2**32
        made["count_low"] = headers.count % 2**32
        made["count_high"] = (headers.count >> 32) % 2**16
        if headers.length is not None:
            made["length"] = headers.length
        return made.view(np.uint8).reshape(-1, self.header_bytes)


RECORD = PacketForm("14-byte record", np.dtype([("sequence", "<u4"), ("length", "<u4"), *_COUNT]))
DATAGRAM = PacketForm("10-byte datagram", np.dtype([("sequence", "<u4"), *_COUNT]))


@dataclass(frozen=True, eq=False)
class Headers:
    """Headers of some packets.

    Attributes
    ----------
    sequence : (packets,) int64
        Number of the packet.
    count : (packets,) int64
        Bytes sent before it.
    length : (packets,) int64, optional
        Bytes that follow, where headers say it.
    """

    sequence: NDArray[np.int64]
    count: NDArray[np.int64]
    length: NDArray[np.int64] | None = None


def difference(
    later: NDArray[np.int64], earlier: NDArray[np.int64] | int, *, bits: int
) -> NDArray[np.int64]:
    """Difference of two counters of so many bits, to whichever side is nearer."""
    half = 2 ** (bits - 1)
    return np.asarray((later - earlier + half) % 2**bits - half)
