"""Lost packets that the recorder has filled with zeros, in a stream without headers."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radarkit.capture import Container, open_capture, write_dca1000

from .cases import counts, radar

PACKET = 1456


@given(
    samples=st.sampled_from([4, 50, 364, 1000]),
    lost=st.sets(st.integers(0, 100), max_size=5),  # of 120: far from half of the frames
    seed=st.integers(0, 99),
)
def test_exactly_the_frames_that_a_lost_packet_touches_are_invalid(samples, lost, seed):
    config = radar(samples=samples)
    size = config.bytes_per_frame
    frames = 120 * PACKET // size
    cube = counts(np.random.default_rng(seed), frames, config)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "adc_data.bin"
        write_dca1000(path, [cube], config)
        content = bytearray(path.read_bytes())
        touched = set()
        for packet in lost:
            content[packet * PACKET : (packet + 1) * PACKET] = bytes(PACKET)
            touched |= {at // size for at in range(packet * PACKET, (packet + 1) * PACKET)}
        path.write_bytes(content)
        capture = open_capture(path, config)
        assert set(np.flatnonzero(~capture.valid)) == touched
        np.testing.assert_array_equal(capture.read()[capture.valid], cube[capture.valid])
    said = [f"{len(lost)} packets hold nothing but zeros"] if lost else []
    assert [note[: len(said[0])] for note in capture.notes] == said


@pytest.mark.parametrize("container", [Container.PLAIN, Container.RECORDS])
def test_a_dead_receiver_and_a_dead_radar_have_lost_nothing(tmp_path, container):
    config = radar(rx=2, samples=1000)  # a receiver holds 4000 bytes of a frame
    cube = counts(np.random.default_rng(0), 30, config)
    for dead in (slice(1, 2), slice(None)):
        cube[:, :, :, dead] = 0
        write_dca1000(tmp_path / "x.bin", [cube], config, container=container, force=True)
        capture = open_capture(tmp_path / "x.bin", config)
        assert capture.valid.all() and capture.notes == ()
