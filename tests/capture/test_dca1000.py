import struct
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radarkit.capture import (
    AdcConfig,
    ArrayConfig,
    ChirpConfig,
    FrameConfig,
    HealthMeter,
    IQOrder,
    RadarConfig,
    open_capture,
    write_dca1000,
)
from radarkit.errors import UserError


def radar(loops=1, tx=(0,), rx=1, samples=4, iq_order=IQOrder.I_FIRST):
    return RadarConfig(
        chirp=ChirpConfig(
            start_frequency_hz=60e9, slope_hz_per_s=60e12, samples=samples, sample_rate_hz=4e6
        ),
        frame=FrameConfig(loops=loops, tx_order=tx, period_s=0.05),
        array=ArrayConfig(rx=rx),
        adc=AdcConfig(iq_order=iq_order),
    )


def counts(rng, shape):
    return (rng.integers(-32768, 32768, shape) + 1j * rng.integers(-32768, 32768, shape)).astype(
        np.complex64
    )


@settings(max_examples=40)
@given(
    frames=st.integers(1, 5),
    loops=st.integers(1, 3),
    tx=st.lists(st.integers(0, 2), min_size=1, max_size=3),
    rx=st.integers(1, 4),
    samples=st.integers(2, 9).map(lambda half: 2 * half),
    iq_order=st.sampled_from(IQOrder),
    written=st.integers(1, 5),
    read=st.integers(1, 6),
    seed=st.integers(0, 2**32 - 1),
)
def test_whatever_is_written_is_read_back(
    frames, loops, tx, rx, samples, iq_order, written, read, seed
):
    config = radar(loops, tuple(tx), rx, samples, iq_order)
    cube = counts(np.random.default_rng(seed), (frames, *config.frame_shape))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "capture.bin"
        blocks = (cube[at : at + written] for at in range(0, frames, written))
        assert write_dca1000(path, blocks, config) == frames
        capture = open_capture(path, config)
        assert (capture.frames, capture.bytes_left_over) == (frames, 0)
        np.testing.assert_array_equal(np.concatenate(list(capture.blocks(read))), cube)
        np.testing.assert_array_equal(capture.read(), cube)


@pytest.mark.parametrize("iq_order", IQOrder)
def test_words_lie_as_the_format_table_says(tmp_path, iq_order):
    config = radar(loops=2, tx=(1, 0), rx=3, samples=4, iq_order=iq_order)
    cube = counts(np.random.default_rng(3), (2, *config.frame_shape))
    stream = b""
    for frame in range(2):
        for loop in range(2):
            for tx in range(2):
                for rx in range(3):
                    for n in (0, 2):
                        one, two = (cube[frame, loop, tx, rx, n + k] for k in (0, 1))
                        i = [int(one.real), int(two.real)]
                        q = [int(one.imag), int(two.imag)]
                        words = i + q if iq_order == "i-first" else q + i
                        stream += struct.pack("<4h", *words)
    path = tmp_path / "capture.bin"
    path.write_bytes(stream)
    np.testing.assert_array_equal(open_capture(path, config).read(), cube)
    write_dca1000(tmp_path / "written.bin", [cube], config)
    assert (tmp_path / "written.bin").read_bytes() == stream


def test_samples_beyond_full_scale_are_clipped_and_counted(tmp_path):
    config = radar(samples=8)
    block = np.zeros((1, *config.frame_shape), np.complex64)
    block[0, 0, 0, 0, :3] = [1e6, -4e4j, 32766.4 - 1j]
    write_dca1000(tmp_path / "capture.bin", [block], config)
    read = open_capture(tmp_path / "capture.bin", config).read()
    np.testing.assert_array_equal(read[0, 0, 0, 0, :4], [32767, -32768j, 32766 - 1j, 0])
    health = HealthMeter(config)
    health.add(read)
    assert health.clipped_fraction == 2 / 8
    assert "25 % of the samples are clipped" in health.warnings[0]


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
    cube = counts(np.random.default_rng(0), (5, *config.frame_shape))
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


def with_headers(payload, header):
    packets = range(0, len(payload), 1456)
    return b"".join(header(1 + at // 1456, at) + payload[at : at + 1456] for at in packets)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (bytes(12), "12 bytes, less than one frame"),
        (
            with_headers(bytes(1456 * 4), lambda n, at: struct.pack("<IIIH", n, 1456, at, 0)),
            "14-byte header",
        ),
        (with_headers(bytes(1456 * 4), lambda n, at: struct.pack("<IIH", n, at, 0)), "10-byte"),
        (b"\xdc\x0a\xdc\x0a" + bytes(124), "HSI header"),
    ],
)
def test_a_file_that_is_no_headerless_capture_is_refused(tmp_path, content, says):
    path = tmp_path / "capture.bin"
    path.write_bytes(content)
    with pytest.raises(UserError, match=says):
        open_capture(path, radar(), allow_partial=True)


def test_a_missing_capture_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "nowhere.bin", tmp_path):
        with pytest.raises(UserError):
            open_capture(path, radar())


def test_health_finds_dead_receivers_dc_and_swapped_i_and_q():
    config = radar(rx=3, samples=64)
    rng = np.random.default_rng(1)
    n = np.arange(64)
    echo = 100 * np.exp(2j * np.pi * 9 * n / 64)
    block = np.stack([echo, np.full(64, 7 - 5j), echo + 20], axis=0)[None, None, None]
    block = np.repeat(block, 50, axis=0) + 0
    block[:, :, :, [0, 2]] += rng.standard_normal((50, 1, 1, 2, 64))
    block = block.astype(np.complex64)
    right, swapped = HealthMeter(config), HealthMeter(config)
    right.add(block[:20])
    right.add(block[20:])
    swapped.add(1j * block.conj())
    assert right.dead_receivers == [1]
    np.testing.assert_allclose(right.dc, [0, 7 - 5j, 20], atol=0.1)
    assert right.negative_half_db < -20
    assert not any("swapped" in line for line in right.warnings)
    assert any('iq_order = "q-first"' in line for line in swapped.warnings)
