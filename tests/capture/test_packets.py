"""Packets that UDP lost, repeated and shuffled, written here byte for byte."""

import itertools
import math
import struct
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from radarkit.capture import Container, open_capture, write_dca1000
from radarkit.errors import UserError

from .cases import counts, radar

FULL = 1456
HEADER_BYTES = {"records": 14, "udp": 10}


def packets_of(stream, form, *, number=1, count=0):
    """Packets of a stream of bytes, numbered from `number` on, `count` bytes sent before."""
    packets = []
    for at in range(0, len(stream), FULL):
        payload = stream[at : at + FULL]
        sequence = struct.pack("<I", (number + len(packets)) % 2**32)
        length = struct.pack("<I", len(payload)) if form == "records" else b""
        before = ((count + at) % 2**48).to_bytes(6, "little")
        packets.append(sequence + length + before + payload)
    return packets


def words_of(cube):
    """The bytes of 2-lane i-first samples."""
    i, q = cube.real.reshape(-1, 2), cube.imag.reshape(-1, 2)
    return np.concatenate([i, q], axis=1).astype("<i2").tobytes()


def recording(config, frames, seed=0):
    cube = counts(np.random.default_rng(seed), frames, config)
    return cube, words_of(cube)


def opened(folder, packets, config, **options):
    path = Path(folder) / "adc_data_Raw_0.bin"
    path.write_bytes(b"".join(packets))
    return open_capture(path, config, **options)


@pytest.mark.parametrize("form", HEADER_BYTES)
def test_writers_make_the_packets_of_the_format_table(tmp_path, form):
    config = radar(5, (0, 1), 3, 8)  # 960 bytes per frame
    cube, stream = recording(config, 11)
    blocks = (cube[at : at + 2] for at in range(0, 11, 2))
    write_dca1000(tmp_path / "capture.bin", blocks, config, container=Container(form))
    assert (tmp_path / "capture.bin").read_bytes() == b"".join(packets_of(stream, form))


@pytest.mark.parametrize("form", HEADER_BYTES)
@pytest.mark.parametrize("frames", [1, 2, 46, 91, 92])  # one packet, one full one, and so on
def test_packets_that_all_came_need_no_word(tmp_path, form, frames):
    config = radar(2, (0,), 1, 4)  # 32 bytes per frame
    cube, stream = recording(config, frames)
    capture = opened(tmp_path, packets_of(stream, form), config)
    np.testing.assert_array_equal(capture.read(), cube)
    assert capture.notes == ()
    assert capture.valid.all()


@settings(max_examples=250)
@given(
    form=st.sampled_from(sorted(HEADER_BYTES)),
    samples=st.sampled_from([4, 50, 182, 364, 1000]),  # 16 bytes to 4000 bytes per frame
    packets=st.integers(2, 40),
    rest=st.integers(0, FULL - 1),
    number=st.sampled_from([1, 2**32 - 7, 0, 2**31 - 3]),
    wraps=st.booleans(),
    block=st.integers(1, 50),
    data=st.data(),
)
def test_what_came_is_right_and_what_did_not_is_zero_and_flagged(
    form, samples, packets, rest, number, wraps, block, data
):
    config = radar(1, (0,), 1, samples)
    size = config.bytes_per_frame
    frames = ((packets - 1) * FULL + 1 + rest) // size
    assume(frames > 0)
    _, stream = recording(config, frames, seed=packets)
    # the byte count wraps within the recording, at a frame that begins there
    count = (2**48 - frames // 2 * size) // size * size if wraps else 0
    sent = packets_of(stream, form, number=number, count=count)
    lost = set(data.draw(st.lists(st.integers(0, len(sent) - 1), max_size=6)))
    came = [index for index in range(len(sent)) if index not in lost]
    assume(len(came) > 1 and any(len(sent[index]) > FULL for index in came))
    # which frame a count belongs to cannot be told once all before the wrap are lost
    assume(count + came[0] * FULL < 2**48)
    copies = data.draw(st.lists(st.sampled_from(came), max_size=4))
    order = data.draw(st.permutations(came + copies) | st.just(sorted(came + copies)))

    expected = bytearray(stream)
    touched = np.zeros(frames, bool)
    for index in lost:
        piece = expected[index * FULL : (index + 1) * FULL]
        expected[index * FULL : (index + 1) * FULL] = bytes(len(piece))
        touched[index * FULL // size : (index * FULL + len(piece) - 1) // size + 1] = True
    left_out = came[0] * FULL // size  # frames before the first packet that came
    end = min((came[-1] + 1) * FULL, len(stream)) // size
    truth = np.frombuffer(bytes(expected), "<i2").reshape(frames, -1)
    assume(end > left_out)

    with tempfile.TemporaryDirectory() as folder:
        capture = opened(folder, [sent[index] for index in order], config, allow_partial=True)
        assert capture.frames == end - left_out
        np.testing.assert_array_equal(capture.valid, ~touched[left_out:end])
        read = np.concatenate(list(capture.blocks(block)))
        whole = capture.read()
    np.testing.assert_array_equal(whole, read)
    words = np.frombuffer(words_of(read), "<i2").reshape(len(read), -1)
    np.testing.assert_array_equal(words, truth[left_out:end])
    said = " ".join(capture.notes)
    gone = len([index for index in lost if came[0] < index < came[-1]])
    assert (f"{gone} of {came[-1] - came[0] + 1} packets lost" in said) == (gone > 0)
    copied = f"{len(copies)} packet{'s' if len(copies) > 1 else ''} repeated"
    assert (copied in said) == (len(copies) > 0)
    first_copies = list(dict.fromkeys(order))
    assert ("out of order" in said) == (first_copies != sorted(first_copies))


def test_the_notes_count_what_was_repaired(tmp_path):
    config = radar(1, (0,), 1, 364)  # a frame is a packet
    cube, stream = recording(config, 3000)
    sent = packets_of(stream, "udp")
    del sent[1200:1212]
    sent[20:20] = sent[3:6]
    sent[40], sent[41] = sent[41], sent[40]
    capture = opened(tmp_path, sent, config)
    assert capture.notes == (
        "12 of 3 000 packets lost (17 472 bytes), zero-filled; 3 packets repeated; "
        "1 packet out of order",
    )
    assert capture.frames_invalid == 12
    np.testing.assert_array_equal(np.flatnonzero(~capture.valid), np.arange(1200, 1212))
    np.testing.assert_array_equal(capture.read()[capture.valid], cube[capture.valid])


@pytest.mark.parametrize("form", HEADER_BYTES)
def test_frames_before_a_late_first_packet_are_left_out(tmp_path, form):
    config = radar(1, (0,), 1, 300)  # 1200 bytes per frame
    cube, stream = recording(config, 1000)
    capture = opened(tmp_path, packets_of(stream, form)[700:], config)
    first = 700 * FULL // 1200
    assert capture.frames == 1000 - first
    np.testing.assert_array_equal(np.flatnonzero(~capture.valid), [0])
    np.testing.assert_array_equal(capture.read(1), cube[first + 1 :])
    assert capture.notes == (
        "the first packet stands at byte 1 019 200, 849 frames before it left out, 400 bytes of "
        "its first frame zero-filled",
    )


def test_records_that_lie_across_two_parts_are_joined(tmp_path):
    config = radar(1, (0,), 1, 300)
    cube, stream = recording(config, 20)
    content = b"".join(packets_of(stream, "records"))
    cuts = [0, 1470 * 3 + 5, 1470 * 9 + 800, len(content)]  # in a header, in samples
    for number in range(3):
        part = content[cuts[number] : cuts[number + 1]]
        (tmp_path / f"adc_data_Raw_{number}.bin").write_bytes(part)
    capture = open_capture(tmp_path / "adc_data_Raw_0.bin", config)
    np.testing.assert_array_equal(capture.read(), cube)


def test_records_of_any_length_are_read(tmp_path):
    config = radar(1, (0,), 1, 300)
    cube, stream = recording(config, 20)
    lengths = [FULL, *np.random.default_rng(4).integers(1, FULL, 100)]
    cuts = np.minimum(np.cumsum([0, *lengths]), len(stream))
    cuts = cuts[: 1 + np.searchsorted(cuts, len(stream))].tolist()
    packets = [
        struct.pack("<IIIH", 1 + number, stop - start, start, 0) + stream[start:stop]
        for number, (start, stop) in enumerate(itertools.pairwise(cuts))
    ]
    np.testing.assert_array_equal(opened(tmp_path, packets, config).read(), cube)


@pytest.mark.parametrize(
    ("behind", "says", "frames"),
    [
        (-700, "the last 14-byte record is cut off: 756 of 1456 bytes", 29),
        (9, "9 bytes behind the last 14-byte record left out", 30),
    ],
)
def test_an_end_within_a_record_is_told(tmp_path, behind, says, frames):
    config = radar(1, (0,), 1, 364)
    cube, stream = recording(config, 30)
    content = b"".join(packets_of(stream, "records"))
    content = content[:behind] if behind < 0 else content + bytes(behind)
    capture = opened(tmp_path, [content], config, allow_partial=True)
    assert (capture.frames, capture.notes) == (frames, (says,))
    np.testing.assert_array_equal(capture.read(), cube[:frames])


def changed(packet, header):
    return header + packet[len(header) :]


def two_recordings(sent, form):
    _, other = recording(radar(1, (0,), 1, 364), 30, seed=9)
    return sent + packets_of(other, form)


@pytest.mark.parametrize(
    ("form", "spoil", "says"),
    [
        # a length, a number or a count that cannot be
        ("records", lambda s: [*s[:7], changed(s[7], struct.pack("<II", 8, 0)), *s[8:]],
         "14-byte record at byte 10290 makes no sense: sequence number 8, length 0,"),
        ("records", lambda s: [*s[:7], changed(s[7], struct.pack("<II", 8, 60000)), *s[8:]],
         "length 60000"),
        ("records", lambda s: [*s[:7], changed(s[7], struct.pack("<III", 8, FULL, 5)), *s[8:]],
         "packet 7 .*packet 8 stands at 5"),
        ("records", lambda s: [*s[:7], changed(s[7], struct.pack("<IIIH", 8, FULL, 7 * FULL, 9)),
                               *s[8:]], "packet 8 stands at 386547"),
        # packet 8 is lost; one of 1460 bytes would have had room, but not 100000
        ("records", lambda s: [*s[:7], changed(s[8], struct.pack("<IIIH", 9, FULL, 100000, 0))],
         "packet 9 stands at 100000; expected at most 1460"),
        ("udp", lambda s: [*s[:7], changed(s[7], struct.pack("<II", 8, 5)), *s[8:]],
         "10-byte datagram at byte 10262 makes no sense: sequence number 8, byte count 5"),
        ("udp", lambda s: [*s[:7], s[7][:-3], *s[8:]], "10-byte datagram at byte 11728 makes no"),
        # the same number with other samples
        ("records", lambda s: [*s, changed(s[7], s[7][:14] + b"????")], "two packets .* number 8 "),
        ("udp", lambda s: [*s, changed(s[7], s[7][:10] + b"????")], "two packets .* number 8 "),
        ("records", lambda s: two_recordings(s, "records"), "two packets have .* number 1 "),
        ("udp", lambda s: two_recordings(s, "udp"), "two packets have the sequence number 1 "),
    ],
)  # fmt: skip
def test_packets_that_contradict_each_other_are_refused(tmp_path, form, spoil, says):
    config = radar(1, (0,), 1, 364)
    _, stream = recording(config, 30)
    with pytest.raises(UserError, match=says):
        opened(tmp_path, spoil(packets_of(stream, form)), config, allow_partial=True)


def test_a_repeated_last_datagram_ends_where_its_copy_begins_whatever_its_samples_are(tmp_path):
    """Quiet samples may read like the header of the first packet."""
    config = radar(1, (0,), 1, 364)
    _, stream = recording(config, 4)
    stream = bytearray(stream[: 3 * FULL + 1000])
    stream[3 * FULL + 600 : 3 * FULL + 610] = struct.pack("<IIH", 1, 0, 0)
    sent = packets_of(bytes(stream), "udp")
    capture = opened(tmp_path, [*sent, sent[-1]], config, allow_partial=True)
    assert (capture.frames, capture.bytes_left_over) == (3, 1000)
    assert capture.notes == ("1 packet repeated",)


@pytest.mark.parametrize("period", [5, 8, math.inf])
def test_samples_are_not_taken_for_headers(tmp_path, period):
    """Quiet samples look like small numbers: one count now and then, or none at all."""
    config = radar(1, (0,), 1, 364)
    words = np.zeros(364 * 2 * 20, "<i2")
    if period < math.inf:
        words[:: int(period)] = 1
    (tmp_path / "adc.bin").write_bytes(words.tobytes())
    capture = open_capture(tmp_path / "adc.bin", config)
    assert (capture.frames, capture.notes) == (20, ())
    np.testing.assert_array_equal(np.frombuffer(words_of(capture.read()), "<i2"), words)
