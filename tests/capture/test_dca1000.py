import struct
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radarkit.capture import Container, IQOrder, open_capture, write_dca1000
from radarkit.errors import UserError

from .cases import counts, radar


@st.composite
def radars(draw):
    lanes = draw(st.sampled_from([2, 4]))
    kind = draw(st.sampled_from(["complex", "real"]))
    numbers = range(4) if lanes == 4 else range(8)
    receivers = draw(st.lists(st.sampled_from(numbers), min_size=1, max_size=4, unique=True))
    pairs = lanes == 2 and kind == "complex"
    return radar(
        loops=draw(st.integers(1, 3)),
        tx=tuple(draw(st.lists(st.integers(0, 2), min_size=1, max_size=3))),
        rx=len(receivers),
        receivers=tuple(receivers),
        # frames of 10 bytes could be the header of a datagram
        samples=2 * draw(st.integers(2, 9)) if pairs else draw(st.integers(6, 19)),
        lanes=lanes,
        format=kind,
        bits=draw(st.sampled_from([12, 14, 16])),
        iq_order=draw(
            st.sampled_from(IQOrder).filter(lambda order: lanes == 2 or not order.in_pairs)
        ),
    )


@settings(max_examples=150)
@given(
    config=radars(),
    frames=st.integers(1, 5),
    container=st.sampled_from(Container),
    part_bytes=st.integers(1, 4000),
    written=st.integers(1, 5),
    read=st.integers(1, 6),
    seed=st.integers(0, 2**32 - 1),
)
def test_whatever_is_written_is_read_back(
    config, frames, container, part_bytes, written, read, seed
):
    cube = counts(np.random.default_rng(seed), frames, config)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "capture.bin"
        part_bytes = max(part_bytes, frames * config.bytes_per_frame // 20)  # some 20 parts
        blocks = (cube[at : at + written] for at in range(0, frames, written))
        assert frames == write_dca1000(
            path, blocks, config, container=container, part_bytes=part_bytes
        )
        capture = open_capture(container.path(path), config)
        assert (capture.frames, capture.bytes_left_over) == (frames, 0)
        np.testing.assert_array_equal(np.concatenate(list(capture.blocks(read))), cube)
        np.testing.assert_array_equal(capture.read(), cube)


def words_of_a_chirp(chirp, config):
    """Words of the samples (rx, sample) of one chirp, as the format tables of TI have them."""
    adc, words = config.adc, []
    if adc.lanes == 4:
        for n in range(config.chirp.samples):
            sample = [0j] * 4
            for rx, lane in enumerate(config.array.receiver_numbers):
                sample[lane] = complex(chirp[rx, n])
            i, q = [one.real for one in sample], [one.imag for one in sample]
            if adc.format == "real":
                words += i
            else:
                words += i + q if adc.iq_order == "i-first" else q + i
    elif adc.format == "real":
        for rx in chirp:
            words += list(rx)
    else:
        for rx in chirp:
            for one, two in zip(rx[::2], rx[1::2], strict=True):
                words += {
                    "i-first": [one.real, two.real, one.imag, two.imag],
                    "q-first": [one.imag, two.imag, one.real, two.real],
                    "iq-pairs": [one.real, one.imag, two.real, two.imag],
                    "qi-pairs": [one.imag, one.real, two.imag, two.real],
                }[adc.iq_order]
    return [int(word) for word in words]


@pytest.mark.parametrize(
    "config",
    [
        *(radar(2, (1, 0), 3, 6, iq_order=order) for order in IQOrder),
        radar(2, (1, 0), 3, 5, format="real"),
        radar(2, (1, 0), 4, 5, lanes=4),
        radar(2, (1, 0), 4, 5, lanes=4, iq_order="q-first"),
        radar(2, (1, 0), 2, 5, (3, 1), lanes=4),
        radar(2, (1, 0), 3, 5, (0, 1, 3), lanes=4, format="real"),
    ],
    ids=lambda config: f"{config.adc.lanes} lanes {config.adc.format} {config.adc.iq_order}",
)
def test_words_lie_as_the_format_table_says(tmp_path, config):
    cube = counts(np.random.default_rng(3), 2, config)
    words = []
    for frame in cube:
        for loop in frame:
            for chirp in loop:
                words += words_of_a_chirp(chirp, config)
    stream = struct.pack(f"<{len(words)}h", *words)
    assert len(stream) == 2 * config.bytes_per_frame
    path = tmp_path / "capture.bin"
    path.write_bytes(stream)
    np.testing.assert_array_equal(open_capture(path, config).read(), cube)
    write_dca1000(tmp_path / "written.bin", [cube], config)
    assert (tmp_path / "written.bin").read_bytes() == stream


@pytest.mark.parametrize(
    ("bits", "sent", "meant"),
    [
        (12, [0, 2047, 2048, 4095, 1, 4094], [0, 2047, -2048, -1, 1, -2]),
        (12, [0, 2047, -2048, -1, 1, -2], [0, 2047, -2048, -1, 1, -2]),
        (14, [0, 8191, 8192, 16383, 1, 9000], [0, 8191, -8192, -1, 1, -7384]),
        (14, [0, 8191, -8192, -1, 1, -2], [0, 8191, -8192, -1, 1, -2]),
    ],
)
@pytest.mark.parametrize("layout", [{"lanes": 2}, {"lanes": 4}])
@pytest.mark.parametrize("kind", ["real", "complex"])
def test_words_without_a_sign_get_theirs(tmp_path, bits, sent, meant, layout, kind):
    """x > 2**(bits - 1) - 1 stands for x - 2**bits; words that have their sign keep it."""
    config = radar(samples=6, bits=bits, format=kind, **layout)
    lanes = 4 if layout["lanes"] == 4 else 1
    words = np.zeros((6, 2 if kind == "complex" else 1, lanes), "<i2")
    words[..., 0] = np.array(sent)[:, None]  # of receiver 0
    if kind == "complex" and lanes == 1:  # I I Q Q
        words = np.repeat(np.array(sent, "<i2").reshape(3, 1, 2), 2, axis=1)
    (tmp_path / "capture.bin").write_bytes(words.tobytes())
    capture = open_capture(tmp_path / "capture.bin", config)
    expected = np.array(meant) * (1 + 1j if kind == "complex" else 1)
    np.testing.assert_array_equal(capture.read()[0, 0, 0, 0], expected)
    assert capture.limits == (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def test_words_outside_the_range_of_the_adc_are_refused(tmp_path):
    config = radar(samples=4)
    write_dca1000(tmp_path / "capture.bin", [np.full((3, 1, 1, 1, 4), 7000 - 5j)], config)
    with pytest.raises(
        UserError, match=r"from -5 to 7000.*-2048 to 2047, or 0 to 4095.*adc\.bits = 12"
    ):
        open_capture(tmp_path / "capture.bin", radar(samples=4, bits=12))
    open_capture(tmp_path / "capture.bin", radar(samples=4, bits=14))


def test_words_are_looked_at_in_the_whole_capture_and_cannot_have_and_lack_a_sign(tmp_path):
    """12 bits: 3000 is in range where no word has a sign, and out of it where others have one."""
    config = radar(samples=1000)
    cube = np.full((2000, *config.frame_shape), 5 + 5j, np.complex64)
    cube[1500:] = 3000
    write_dca1000(tmp_path / "unsigned.bin", [cube], config)
    read = open_capture(tmp_path / "unsigned.bin", radar(samples=1000, bits=12)).read(1499, 1501)
    np.testing.assert_array_equal(read[:, 0, 0, 0, 0], [5 + 5j, 3000 - 4096])
    cube[:1500] = -5
    write_dca1000(tmp_path / "signed.bin", [cube], config)
    with pytest.raises(UserError, match="from -5 to 3000"):
        open_capture(tmp_path / "signed.bin", radar(samples=1000, bits=12))


@pytest.mark.parametrize(("bits", "offset"), [(12, 2048), (14, 8192)])
def test_words_of_fewer_bits_without_a_sign_are_noted(tmp_path, bits, offset):
    config = radar(samples=100)
    cube = counts(np.random.default_rng(0), 3, radar(samples=100, bits=bits))
    write_dca1000(tmp_path / "signed.bin", [cube], config)
    assert open_capture(tmp_path / "signed.bin", config).notes == ()
    write_dca1000(tmp_path / "unsigned.bin", [cube + offset * (1 + 1j)], config)
    (note,) = open_capture(tmp_path / "unsigned.bin", config).notes
    assert f"none negative, as an ADC of {bits} bits" in note and "adc.bits = 16" in note


@pytest.mark.parametrize("identity", [0x0CDA0ADC0CDA0ADC, 0x09CC0CC909CC0CC9])
@pytest.mark.parametrize("order", [(0, 1, 2, 3), (0, 2, 1, 3)])  # as in memory, dealt to 2 lanes
@pytest.mark.parametrize("chirp", [0, 3])  # the first chirps may be lost
def test_headers_between_the_samples_are_found(tmp_path, identity, order, chirp):
    words = np.random.default_rng(0).integers(-99, 99, (9, 64)).astype("<i2")
    header = np.frombuffer(identity.to_bytes(8, "little"), "<i2")
    words[chirp, 20:24] = header[list(order)]
    (tmp_path / "capture.bin").write_bytes(words.tobytes())
    with pytest.raises(UserError, match=r"HSI headers .*lvdsStreamCfg"):
        open_capture(tmp_path / "capture.bin", radar(samples=32))


def test_lanes_that_carry_samples_but_have_no_receiver_are_noted(tmp_path):
    written = radar(rx=4, samples=5, lanes=4)
    cube = counts(np.random.default_rng(0), 3, written)
    write_dca1000(tmp_path / "capture.bin", [cube], written)
    capture = open_capture(tmp_path / "capture.bin", radar(1, (0,), 2, 5, (2, 0), lanes=4))
    np.testing.assert_array_equal(capture.read(), cube[..., [2, 0], :])
    assert capture.notes == ("receivers 1, 3 sent samples too, but array.receivers has only 2, 0",)


def test_samples_beyond_full_scale_are_clipped(tmp_path):
    config = radar(samples=8)
    block = np.zeros((1, *config.frame_shape), np.complex64)
    block[0, 0, 0, 0, :3] = [1e6, -4e4j, 32766.4 - 1j]
    write_dca1000(tmp_path / "capture.bin", [block], config)
    read = open_capture(tmp_path / "capture.bin", config).read()
    np.testing.assert_array_equal(read[0, 0, 0, 0, :4], [32767, -32768j, 32766 - 1j, 0])
    write_dca1000(tmp_path / "small.bin", [block], radar(samples=8, bits=12))
    read = open_capture(tmp_path / "small.bin", radar(samples=8, bits=12)).read()
    np.testing.assert_array_equal(read[0, 0, 0, 0, :4], [2047, -2048j, 2047 - 1j, 0])


def test_a_failed_write_leaves_nothing_and_an_existing_capture_is_kept(tmp_path):
    config = radar()
    path = tmp_path / "capture.bin"
    good = np.ones((1, *config.frame_shape), np.complex64)
    with pytest.raises(UserError, match="block of shape"):
        write_dca1000(path, [good, good[..., :2]], config)
    assert not list(tmp_path.iterdir())
    write_dca1000(path, [good], config)
    with pytest.raises(UserError, match="exists already"):
        write_dca1000(path, [good], config)


def test_a_truncated_capture_says_what_is_whole_and_what_is_left_over(tmp_path):
    config = radar(loops=2, rx=2, samples=8)  # 128 bytes per frame
    cube = counts(np.random.default_rng(0), 5, config)
    path = tmp_path / "capture.bin"
    write_dca1000(path, [cube], config)
    path.write_bytes(path.read_bytes()[:-31])
    with pytest.raises(UserError) as caught:
        open_capture(path, config)
    for number in ("609 bytes", "odd number", "4 whole frames", "97 bytes left over", "128 bytes"):
        assert number in str(caught.value)
    capture = open_capture(path, config, allow_partial=True)
    assert (capture.frames, capture.bytes_left_over, capture.frames_dropped) == (4, 97, 1)
    np.testing.assert_array_equal(capture.read(), cube[:4])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (bytes(12), "12 bytes, less than one frame.*lvdsStreamCfg"),
        (bytes(24), "24 bytes: 1 whole frames, 8 bytes left over.*lvdsStreamCfg"),
        (b"[chirp]\r\nsamples = 64\n" * 16, "is a text file; expected a capture"),
        (b"\xd4\xc3\xb2\xa1" + bytes(124), "pcap.*4098"),
        (b"\x89HDF\r\n\x1a\n" + bytes(120), "HDF5"),
    ],
)
def test_a_file_that_is_no_capture_is_refused(tmp_path, content, says):
    path = tmp_path / "capture.bin"
    path.write_bytes(content)
    with pytest.raises(UserError, match=says):
        open_capture(path, radar(), allow_partial=len(content) != 24)


@pytest.mark.parametrize("samples", [5, 7])
def test_a_capture_as_long_as_a_header_is_one_of_samples(tmp_path, samples):
    config = radar(samples=samples, format="real")
    cube = counts(np.random.default_rng(0), 1, config)
    write_dca1000(tmp_path / "capture.bin", [cube], config)
    np.testing.assert_array_equal(open_capture(tmp_path / "capture.bin", config).read(), cube)


def test_a_stream_needs_a_configuration_of_a_stream(tmp_path):
    path = tmp_path / "capture.bin"
    path.write_bytes(bytes(160))
    with pytest.raises(UserError, match="needs a configuration"):
        open_capture(path)
    with pytest.raises(UserError, match="describes a NumPy array"):
        open_capture(path, radar(axes=("frame", "chirp", "rx", "sample")))


def test_samples_of_another_kind_are_not_written(tmp_path):
    path = tmp_path / "capture.bin"
    with pytest.raises(UserError, match="complex samples"):
        write_dca1000(path, [np.ones((1, 1, 1, 1, 4), np.complex64)], radar(format="real"))
    with pytest.raises(UserError, match="1 samples are NaN"):
        write_dca1000(path, [np.array([1, 2, np.nan, 4]).reshape(1, 1, 1, 1, 4)], radar())
    assert not list(tmp_path.iterdir())


def test_a_missing_capture_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "nowhere.bin", tmp_path):
        with pytest.raises(UserError):
            open_capture(path, radar())
