"""PacketStream: the bytes that a radar sent, out of the packets in which they came.

UDP loses packets, repeats them and lets them overtake each other. Each says how many bytes were
sent before it, so that its bytes have a place of their own whatever happened to the others; what
never came is zero, and known to be missing.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radarkit.capture.packet_headers import MAX_PAYLOAD_BYTES, PacketForm, difference
from radarkit.capture.packet_walk import Packets, walk
from radarkit.capture.stream import ByteStream
from radarkit.errors import UserError


@dataclass(frozen=True, eq=False)
class _Runs:
    """Stretches of packets of one length that follow each other in the file and in the stream.

    Attributes
    ----------
    start, stop : (runs,) int64
        First byte in the stream, and the first one behind.
    position : (runs,) int64
        First header in the file.
    length : (runs,) int64
        Bytes of each packet, without its header.
    """

    start: NDArray[np.int64]
    stop: NDArray[np.int64]
    position: NDArray[np.int64]
    length: NDArray[np.int64]


class PacketStream:
    """A `ByteStream` out of packets.

    Parameters
    ----------
    raw : ByteStream
        The file with its headers.
    form : PacketForm
        The form of the headers.
    bytes_per_frame : int
        `RadarConfig.bytes_per_frame`. The byte count tells where frames begin; those wholly before
        the first packet are left out.

    Raises
    ------
    UserError
        When headers make no sense or contradict each other.
    """

    def __init__(self, raw: ByteStream, form: PacketForm, bytes_per_frame: int) -> None:
        self._raw = raw
        self._form = form
        pieces = list(walk(raw, form))
        packets = Packets(
            *(
                np.concatenate([getattr(piece, name) for piece in pieces])
                for name in ("position", "length", "sequence", "count")
            )
        )
        # numbers and counts from the first packet of the file on, where neither wraps
        place = difference(packets.count, int(packets.count[0]), bits=48)
        number = difference(packets.sequence, int(packets.sequence[0]), bits=32)
        order = np.lexsort((-packets.length, number))
        fresh = np.concatenate([[True], np.diff(number[order]) > 0])
        self._check_repeats(packets, place, order, fresh)
        kept = order[fresh]
        _check_places(packets, place[kept], number[kept], kept)

        before = int(packets.count[kept[0]])  # bytes sent before the first that came
        start = place[kept] - place[kept[0]] + before % bytes_per_frame
        stop = start + packets.length[kept]
        self._runs = _runs(start, packets.position[kept], packets.length[kept], form)
        self.size = int(stop[-1])
        gaps = np.stack([np.concatenate([[0], stop[:-1]]), start], axis=1)
        self.gaps = gaps[gaps[:, 1] > gaps[:, 0]]
        repeated = int((~fresh).sum())
        notes = [
            *_of_the_start(before, bytes_per_frame),
            *_of_the_packets(number, kept, start, stop, repeated),
            *self._of_the_end(packets),
        ]
        self.notes: tuple[str, ...] = (*raw.notes, *notes)

    def read(self, start: int, stop: int) -> NDArray[np.uint8]:
        """Read the bytes ``start`` to ``stop - 1``; lost ones are 0."""
        runs = self._runs
        first = int(np.searchsorted(runs.stop, start, "right"))
        last = int(np.searchsorted(runs.start, stop, "left"))
        if last - first == 1 and runs.start[first] <= start and stop <= runs.stop[first]:
            return self._read_run(first, start, stop)  # nothing to put together
        read = np.empty(max(stop - start, 0), np.uint8)
        at = start
        for run in range(first, last):
            begin, end = max(start, int(runs.start[run])), min(stop, int(runs.stop[run]))
            read[at - start : begin - start] = 0
            read[begin - start : end - start] = self._read_run(run, begin, end)
            at = end
        read[at - start :] = 0
        return read

    def _read_run(self, run: int, start: int, stop: int) -> NDArray[np.uint8]:
        length = int(self._runs.length[run])
        origin, position = int(self._runs.start[run]), int(self._runs.position[run])
        packet = self._form.header_bytes + length
        first, last = (start - origin) // length, -((origin - stop) // length)
        rows = self._raw.read(position + first * packet, position + last * packet)
        samples = rows.reshape(-1, packet)[:, self._form.header_bytes :].reshape(-1)
        return samples[start - origin - first * length : stop - origin - first * length]

    def _check_repeats(
        self,
        packets: Packets,
        place: NDArray[np.int64],
        order: NDArray[np.int64],
        fresh: NDArray[np.bool_],
    ) -> None:
        """Raise unless packets of the same number say the same; the file may end within one."""
        kept = order[np.flatnonzero(fresh)[np.cumsum(fresh) - 1]]
        for one, copy in zip(kept[~fresh], order[~fresh], strict=True):
            length = int(packets.length[copy])
            same = place[one] == place[copy] and (
                length == packets.length[one] or copy == packets.length.size - 1
            )
            if not same or not np.array_equal(
                self._samples(packets, one, length), self._samples(packets, copy, length)
            ):
                raise UserError(
                    f"two packets have the sequence number {packets.sequence[copy]} but not the "
                    f"same content, at bytes {packets.position[one]} and {packets.position[copy]}",
                    expected="one recording",
                    do="cut the file between recordings",
                )

    def _samples(self, packets: Packets, index: int, size: int) -> NDArray[np.uint8]:
        first = int(packets.position[index]) + self._form.header_bytes
        return self._raw.read(first, first + size)

    def _of_the_end(self, packets: Packets) -> list[str]:
        """Say what is odd about the end of the file."""
        at, there = int(packets.position[-1]), int(packets.length[-1])
        told = self._form.unpack(self._raw.read(at, at + self._form.header_bytes)[None]).length
        end = at + self._form.header_bytes + there
        if told is not None and told[0] > there:
            return [f"the last {self._form.name} is cut off: {there} of {told[0]} bytes"]
        if self._raw.size > end:
            return [f"{self._raw.size - end} bytes behind the last {self._form.name} left out"]
        return []


def _check_places(
    packets: Packets,
    place: NDArray[np.int64],
    number: NDArray[np.int64],
    kept: NDArray[np.intp],
) -> None:
    """Raise unless the bytes of the packets, in the order of their numbers, have room."""
    free = place[1:] - (place + packets.length[kept])[:-1]
    missing = number[1:] - number[:-1] - 1
    missing += kept[:-1] == packets.length.size - 1  # the file may end within a packet
    wrong = np.flatnonzero((free < 0) | (free > missing * MAX_PAYLOAD_BYTES))
    if wrong.size:
        one, two = kept[wrong[0]], kept[wrong[0] + 1]
        raise UserError(
            f"packet {packets.sequence[one]} holds {packets.length[one]} bytes from byte count "
            f"{packets.count[one]} on, and packet {packets.sequence[two]} stands at "
            f"{packets.count[two]}",
            expected=f"at most {MAX_PAYLOAD_BYTES} bytes for each packet between them, and none "
            "twice",
            do="cut the file between recordings, or record again",
        )


def _runs(
    start: NDArray[np.int64],
    position: NDArray[np.int64],
    length: NDArray[np.int64],
    form: PacketForm,
) -> _Runs:
    goes_on = (
        (np.diff(start) == length[:-1])
        & (np.diff(position) == length[:-1] + form.header_bytes)
        & (np.diff(length) == 0)
    )
    first = np.flatnonzero(np.concatenate([[True], ~goes_on]))
    last = np.concatenate([first[1:], [start.size]]) - 1
    return _Runs(start[first], start[last] + length[last], position[first], length[first])


def _of_the_start(before: int, bytes_per_frame: int) -> list[str]:
    """Say what is missing before the first packet."""
    frames, rest = divmod(before, bytes_per_frame)
    if not before:
        return []
    left_out = f", {_spaced(frames)} frames before it left out" if frames else ""
    filled = f", {_spaced(rest)} bytes of its first frame zero-filled" if rest else ""
    return [f"the first packet stands at byte {_spaced(before)}{left_out}{filled}"]


def _of_the_packets(
    number: NDArray[np.int64],
    kept: NDArray[np.intp],
    start: NDArray[np.int64],
    stop: NDArray[np.int64],
    repeated: int,
) -> list[str]:
    """Say how many packets were lost, came twice or came late."""
    sent = int(number[kept[-1]] - number[kept[0]]) + 1
    lost = sent - kept.size
    lost_bytes = int((start[1:] - stop[:-1]).sum())
    came = np.sort(kept)
    late = int((number[came][1:] < np.maximum.accumulate(number[came])[:-1]).sum())
    said = []
    if lost:
        said.append(
            f"{_spaced(lost)} of {_spaced(sent)} packets lost ({_spaced(lost_bytes)} bytes), "
            "zero-filled"
        )
    if repeated:
        said.append(f"{_packets(repeated)} repeated")
    if late:
        said.append(f"{_packets(late)} out of order")
    return ["; ".join(said)] if said else []


def _packets(number: int) -> str:
    return f"{_spaced(number)} packet" + ("" if number == 1 else "s")


def _spaced(number: int) -> str:
    return f"{number:,}".replace(",", " ")
