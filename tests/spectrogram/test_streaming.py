from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radarkit.errors import UserError
from radarkit.spectrogram import sst
from radarkit.spectrogram.streaming import sst_blocks, sst_frames

from .oracle import beats

CONTEXT = 1880  # samples at 200 Hz: the wavelet of the lowest voice, below 1 Hz, reaches 9.3 s


class OnDisk:
    """What an HDF5 dataset offers, remembering what was read."""

    def __init__(self, x):
        self._x, self.shape, self.read = x, x.shape, []

    def __getitem__(self, key):
        channels, samples = key
        assert channels == slice(None)
        self.read.append((samples.start, samples.stop))
        return self._x[key]


def assert_same(part, whole):
    """Equal but for rounding, which a coefficient on the border of two rows turns into a move."""
    assert part.shape == whole.shape
    difference = np.abs(part - whole)
    moved = difference > 1e-3 * whole.mean()
    assert moved.mean() < 0.01
    assert difference[~moved].sum() < 2e-5 * whole.sum()
    assert difference.sum() < 5e-3 * whole.sum()


@settings(max_examples=25)
@given(
    seconds=st.floats(3, 60),
    start=st.floats(0, 1),
    frames=st.integers(50, 300),
    rates=st.sampled_from([(200.0, 30.0), (250.0, 25.0), (200.0, 40.0), (199.87, 30.0)]),
    oversample=st.integers(1, 3),
    seed=st.integers(0, 9),
)
def test_frames_of_a_stretch_are_those_of_the_whole(
    seconds, start, frames, rates, oversample, seed
):
    rate_hz, frame_rate_hz = rates
    x = beats(np.random.default_rng(seed), seconds, rate_hz)[None]
    options = {"frame_rate_hz": frame_rate_hz, "oversample": oversample}
    whole = sst(x, rate_hz, **options).values
    first = int(start * (whole.shape[2] - 50))
    stop = min(whole.shape[2], first + frames)
    part = sst_frames(x, rate_hz, first, stop, **options)
    assert_same(part.values, whole[:, :, first:stop])


@pytest.mark.parametrize("oversample", [1, 2])
def test_blocks_together_are_the_whole(oversample):
    rng = np.random.default_rng(3)
    x = np.stack([beats(rng, 150.0, 200.0), rng.standard_normal(30_000)])
    whole = sst(x, 200.0, oversample=oversample).values
    on_disk = OnDisk(x)
    blocks = [
        block.values
        for block in sst_blocks(on_disk, 200.0, oversample=oversample, block_frames=700)
    ]
    assert [block.shape[2] for block in blocks] == [700] * 6 + [300]
    together = np.concatenate(blocks, axis=2)
    assert np.abs(together - whole).sum() < 1e-4 * whole.sum()
    most = 700 * 200 / 30 + 2 * CONTEXT + 40
    assert all(stop - start <= most for start, stop in on_disk.read)
    assert all(late[0] > early[0] for early, late in pairwise(on_disk.read))


def test_one_window_reads_its_samples_and_their_context_only():
    x = OnDisk(np.random.default_rng(4).standard_normal((2, 100_000)))
    picture = sst_frames(x, 200.0, 6000, 6120)
    ((start, stop),) = x.read
    assert 40_000 - CONTEXT - 40 <= start <= 40_000 - CONTEXT
    assert 40_800 + CONTEXT - 10 <= stop <= 40_800 + CONTEXT
    assert picture.values.shape == (2, 71, 120)


def test_a_stretch_knows_no_other_stretch():
    x = np.random.default_rng(6).standard_normal((1, 30_000))
    alone = sst_frames(x, 200.0, 1000, 1100).values
    x[:, 15_000:] = np.nan
    np.testing.assert_array_equal(sst_frames(x, 200.0, 1000, 1100).values, alone)
    with pytest.raises(UserError, match="samples 12780 to 17210 of the trial: 2210 NaN"):
        sst_frames(x, 200.0, 2200, 2300)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda x: sst_frames(x, 200.0, 5, 5), "frames 5 to 5 of a trial of 300 frames"),
        (lambda x: sst_frames(x, 200.0, -1, 5), "frames -1 to 5"),
        (lambda x: sst_frames(x, 200.0, 5, 301), "frames 5 to 301"),
        (lambda x: sst_frames(x[0], 200.0, 0, 5), "a trial of shape"),
        (lambda x: sst_frames(x[:, :100], 200.0, 0, 5), "one period"),
        (lambda x: sst_frames(x, 200.0, 0, 5, oversample=0), "0 instants a frame"),
        (lambda x: list(sst_blocks(x, 200.0, block_frames=0)), "blocks of 0 frames"),
        (lambda x: list(sst_blocks(x, 40.0)), "half the sample rate"),
    ],
)
def test_frames_that_are_not_there_are_refused(call, says):
    with pytest.raises(UserError, match=says):
        call(np.zeros((2, 2000)))
