"""The contract of all readers: whatever holds a capture, it reads the same."""

import numpy as np
import pytest

from radarkit.capture import open_capture

from .cases import CASES

FRAMES = 17


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request):
    return request.param


@pytest.fixture
def written(case, tmp_path):
    cube = case.counts(np.random.default_rng(7), FRAMES, case.config)
    return case.write(tmp_path, cube, case.config), cube


def test_a_capture_reads_as_what_was_recorded(case, written):
    path, cube = written
    capture = open_capture(path, case.config)
    whole = capture.read()
    np.testing.assert_array_equal(whole, cube)
    kind = np.complex64 if case.config.adc.format == "complex" else np.float32
    assert (whole.dtype, whole.shape) == (kind, (FRAMES, *case.config.frame_shape))
    assert whole.flags.c_contiguous
    assert capture.frames == FRAMES
    assert capture.duration_s == pytest.approx(FRAMES * case.config.frame.period_s)
    assert capture.config == case.config
    assert (capture.frames_invalid, capture.frames_dropped, capture.bytes_left_over) == (0, 0, 0)
    assert (capture.valid.dtype, capture.valid.shape) == (np.bool_, (FRAMES,))
    if capture.limits is not None:
        assert capture.limits[0] <= min(whole.real.min(), whole.imag.min())
        assert capture.limits[1] >= max(whole.real.max(), whole.imag.max())


def test_blocks_slices_and_a_second_reading_give_the_same(case, written):
    path, cube = written
    capture = open_capture(str(path), case.config)
    for frames_per_block in (1, 5, FRAMES, 2 * FRAMES, None):
        blocks = list(capture.blocks(frames_per_block))
        np.testing.assert_array_equal(np.concatenate(blocks), cube)
    rng = np.random.default_rng(1)
    for start, stop in rng.integers(0, FRAMES + 1, (20, 2)):  # also the wrong way round: nothing
        read = capture.read(start, stop)
        np.testing.assert_array_equal(read, cube[start:stop])
        assert read.dtype == cube.dtype
    np.testing.assert_array_equal(capture.read(FRAMES - 2, 10 * FRAMES), cube[-2:])
    block = capture.read(3, 6)
    block[:] = 0  # belongs to whoever asked for it
    np.testing.assert_array_equal(capture.read(3, 6), cube[3:6])
