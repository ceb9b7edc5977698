"""From packet to packet through a file: where each stands, how long it is, what its header says.

Nearly all packets are full, so that headers stand at equal distances and are read many at once; the
others are found one by one. Records say how long they are. Datagrams do not: the header behind
tells, for those of one recording lie on a line, ``count = 1456 * sequence + constant``, because all
but the last are full. The last may still stand anywhere, where packets came out of order.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radarkit.capture.packet_headers import (
    MAX_PAYLOAD_BYTES,
    PAYLOAD_BYTES,
    RECORD,
    Headers,
    PacketForm,
    difference,
)
from radarkit.capture.stream import ByteStream
from radarkit.errors import UserError

_AT_ONCE = 8192  # packets, 12 MB
_NEAR = 2**20  # packets; the last one comes no later than this behind its place
_FIRST = 64  # packets that are looked at to recognise a file; the first may be there several times


@dataclass(frozen=True, eq=False)
class Packets:
    """Packets in the order of the file.

    Attributes
    ----------
    position : (packets,) int64
        First byte of the header in the file.
    length : (packets,) int64
        Bytes behind the header that are there.
    sequence, count : (packets,) int64
        What the header says.
    """

    position: NDArray[np.int64]
    length: NDArray[np.int64]
    sequence: NDArray[np.int64]
    count: NDArray[np.int64]


def has_packets(raw: ByteStream, form: PacketForm, bytes_per_frame: int) -> bool:
    """Tell whether a file holds packets of this form.

    Two different packets must agree in number and byte count, which samples hardly ever fake. A
    file of a single packet must have the length that its header says, or a whole number of frames
    behind the header of a first packet.
    """
    heads = _headers(raw.read(0, min(raw.size, _FIRST * form.packet_bytes)), form)
    if not heads.sequence.size:
        return False
    other = np.flatnonzero(heads.sequence != heads.sequence[0])
    if other.size and _all_full(heads, int(other[0])) and _on_line(heads, heads)[other[0]]:
        return True
    if heads.length is not None:
        alone = raw.size == form.header_bytes + heads.length[0] <= form.packet_bytes
    else:
        alone = bool(
            form.header_bytes < raw.size <= form.packet_bytes
            and (heads.sequence[0], heads.count[0]) == (1, 0)
            and raw.size % bytes_per_frame
            and not (raw.size - form.header_bytes) % bytes_per_frame
        )
    return bool(alone) or _begins_with_a_short_one(raw, form)


def walk(raw: ByteStream, form: PacketForm) -> Iterator[Packets]:
    """Go through the packets of a file.

    Parameters
    ----------
    raw : ByteStream
        The file.
    form : PacketForm
        The form of its headers.

    Yields
    ------
    Packets
        A few at a time, at least one. The last record may be cut off.

    Raises
    ------
    UserError
        Where no header can be found, or one makes no sense.
    """
    at, many = 0, 1
    line: Headers | None = None
    while raw.size - at > form.header_bytes:
        block = raw.read(at, min(at + many * form.packet_bytes + form.header_bytes, raw.size))
        heads = _headers(block, form)
        line = line or heads
        full = _leading_full(heads, line, block.size, form)
        if full:
            length = np.full(full, PAYLOAD_BYTES, np.int64)
        else:
            full = 1
            length = np.array([_length_of_one(raw, at, heads, line, form)], np.int64)
        position = at + form.packet_bytes * np.arange(full, dtype=np.int64)
        yield Packets(position, length, heads.sequence[:full], heads.count[:full])
        many = min(2 * many, _AT_ONCE) if full == many else 1
        at = int(position[-1] + length[-1]) + form.header_bytes


def _headers(block: NDArray[np.uint8], form: PacketForm) -> Headers:
    """Headers at the distance of full packets, as many as are whole in the block."""
    rows = (block.size - form.header_bytes) // form.packet_bytes + 1
    step = form.packet_bytes
    starts = step * np.arange(max(rows, 0))[:, None] + np.arange(form.header_bytes)
    return form.unpack(block[starts])


def _on_line(heads: Headers, line: Headers) -> NDArray[np.bool_]:
    moved = difference(heads.count, int(line.count[0]), bits=48)
    ahead = difference(heads.sequence, int(line.sequence[0]), bits=32)
    return np.asarray(moved == PAYLOAD_BYTES * ahead)


def _all_full(heads: Headers, packets: int) -> bool:
    return heads.length is None or bool((heads.length[:packets] == PAYLOAD_BYTES).all())


def _leading_full(heads: Headers, line: Headers, size: int, form: PacketForm) -> int:
    """How many packets are full, up to the first that is not or that cannot be told."""
    if heads.length is not None:
        full = heads.length[: size // form.packet_bytes] == PAYLOAD_BYTES
    else:
        full = _on_line(heads, line)[1:]
    return int(full.size if full.all() else np.argmin(full))


def _length_of_one(
    raw: ByteStream, at: int, heads: Headers, line: Headers, form: PacketForm
) -> int:
    """Bytes behind the header of the packet at byte `at`."""
    there = raw.size - at - form.header_bytes
    if heads.length is not None:
        length = int(heads.length[0])
        if not 0 < length <= MAX_PAYLOAD_BYTES:
            raise _senseless(at, heads, form)
        return min(length, there)
    if there <= PAYLOAD_BYTES:
        # the last bytes: one packet, or copies of it
        tail = raw.read(at, raw.size).tobytes()
        period = tail.find(tail[: form.header_bytes], 1)
        if period > form.header_bytes and tail == tail[:period] * (len(tail) // period):
            return period - form.header_bytes
        return there
    short = _length_of_short(raw, at, heads, line, form)
    if short is None and there - PAYLOAD_BYTES <= form.header_bytes:
        return PAYLOAD_BYTES
    if short is None:
        behind = at + form.packet_bytes
        found = form.unpack(raw.read(behind, behind + form.header_bytes)[None])
        raise _senseless(behind, found, form)
    return short


def _length_of_short(
    raw: ByteStream, at: int, heads: Headers, line: Headers, form: PacketForm
) -> int | None:
    """Length of the last packet of a recording by the header behind it, None without any.

    It has the highest number, so that what follows is a copy of it, or an earlier packet, full and
    with another header, or the end, behind it. A copy is looked for first: quiet samples may look
    like the header of an early packet, whose numbers are small, but not like this one.
    """
    first = at + form.header_bytes + 1
    block = raw.read(first, min(first + PAYLOAD_BYTES - 2 + form.header_bytes, raw.size))
    behind = form.unpack(np.lib.stride_tricks.sliding_window_view(block, form.header_bytes))
    ahead = difference(behind.sequence, int(heads.sequence[0]), bits=32)
    possible = np.flatnonzero(_on_line(behind, line) & (ahead <= 0) & (ahead > -_NEAR))
    for index in possible[np.argsort(ahead[possible] < 0, kind="stable")]:
        next_but_one = first + int(index) + form.packet_bytes
        if ahead[index] == 0 or next_but_one + form.header_bytes > raw.size:
            return int(index) + 1
        found = form.unpack(raw.read(next_but_one, next_but_one + form.header_bytes)[None])
        if _on_line(found, line)[0]:
            return int(index) + 1
    return None


def _begins_with_a_short_one(raw: ByteStream, form: PacketForm) -> bool:
    """Whether the first two different packets agree, the first of them not being full."""
    seen: list[Packets] = []
    try:
        for packets in walk(raw, form):
            seen.append(packets)
            if packets.sequence[-1] != seen[0].sequence[0] or len(seen) == _FIRST:
                break
    except UserError:
        return False
    if not seen:  # no byte behind the header
        return False
    one, two = seen[0], seen[-1]
    moved = difference(two.count, int(one.count[0]), bits=48)[0]
    ahead = difference(two.sequence, int(one.sequence[0]), bits=32)[0]
    # a full packet must be among them: other lengths are small numbers, as samples are
    return bool(two.length[0] == PAYLOAD_BYTES and ahead and moved == PAYLOAD_BYTES * ahead)


def _senseless(at: int, heads: Headers, form: PacketForm) -> UserError:
    length = f", length {heads.length[0]}" if heads.length is not None else ""
    if form is RECORD:
        expected = f"a length of 1 to {MAX_PAYLOAD_BYTES}"
    else:
        expected = f"a byte count that grows by {PAYLOAD_BYTES} with each packet"
    return UserError(
        f"the header of the {form.name} at byte {at} makes no sense: sequence number "
        f"{heads.sequence[0]}{length}, byte count {heads.count[0]}",
        expected=expected,
        do="record again, or cut the file before it",
    )
