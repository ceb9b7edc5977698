"""Packets of zeros in a stream without headers: what a recorder puts in place of lost packets.

The DCA1000 command line and mmWave Studio both do so, and the file does not say where. No noisy ADC
sends hundreds of zeros in a row, so that a whole packet of them is taken for a lost one; where most
frames hold such packets a receiver is dead, or nothing was recorded, and nothing was lost.
"""

import numpy as np
from numpy.typing import NDArray

from radarkit.capture.packet_headers import PAYLOAD_BYTES
from radarkit.capture.stream import ByteStream, untouched_frames

_AT_ONCE = 8192  # packets, 12 MB


def zero_filled_packets(stream: ByteStream) -> NDArray[np.int64]:
    """Find the packets that hold nothing but zeros.

    Parameters
    ----------
    stream : ByteStream
        What was sent from the first packet on.

    Returns
    -------
    (packets, 2) int64
        First byte of each, and the first one behind it; ascending.
    """
    found = [np.empty(0, np.int64)]
    whole = stream.size // PAYLOAD_BYTES
    for first in range(0, whole, _AT_ONCE):
        last = min(first + _AT_ONCE, whole)
        words = stream.read(first * PAYLOAD_BYTES, last * PAYLOAD_BYTES).view(np.uint64)
        packets = words.reshape(last - first, -1)
        maybe = np.flatnonzero(packets[:, 0] == 0)  # the others need no second look
        found.append(first + maybe[~packets[maybe].any(axis=1)])
    start = np.concatenate(found) * PAYLOAD_BYTES
    return np.stack([start, start + PAYLOAD_BYTES], axis=1)


def frames_without_zero_filled(
    stream: ByteStream, frames: int, bytes_per_frame: int
) -> tuple[NDArray[np.bool_], list[str]]:
    """Which frames hold no packet that was lost and filled with zeros.

    Returns
    -------
    valid : (frames,) bool
        False for the others.
    notes : list of str
        What a person should know, one line each.
    """
    packets = zero_filled_packets(stream)
    valid = untouched_frames(packets, frames, bytes_per_frame)
    if valid.all() or 2 * valid.sum() < frames:
        return np.ones(frames, np.bool_), []
    return valid, [
        f"{len(packets)} packets hold nothing but zeros, as recorders put them in place of lost "
        "ones: their frames are left out"
    ]
