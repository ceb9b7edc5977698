from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radarkit.errors import UserError
from radarkit.spectrogram import DEFAULT_GRID, FrequencyGrid, sst
from radarkit.spectrogram.streaming import context_samples, sst_blocks, sst_frames

from .oracle import beats


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
    most = 700 * 200 / 30 + 2 * context_samples(DEFAULT_GRID, 200.0, 30.0) + 40
    assert all(stop - start <= most for start, stop in on_disk.read)
    assert all(late[0] > early[0] for early, late in pairwise(on_disk.read))


def test_one_window_reads_its_samples_and_their_context_only():
    x = OnDisk(np.random.default_rng(4).standard_normal((2, 100_000)))
    picture = sst_frames(x, 200.0, 6000, 6120)
    context = context_samples(DEFAULT_GRID, 200.0, 30.0)
    ((start, stop),) = x.read
    assert 40_000 - context - 40 <= start <= 40_000 - context
    assert 40_800 + context - 10 <= stop <= 40_800 + context
    assert picture.values.shape == (2, 71, 120)


@given(
    low_hz=st.floats(0.5, 3.0),
    rates=st.sampled_from([(200.0, 30.0, 20), (250.0, 25.0, 10), (200.0, 40.0, 5)]),
)
def test_a_stretch_with_context_cut_by_hand_has_the_frames_of_the_whole(low_hz, rates):
    rate_hz, frame_rate_hz, period = rates
    grid = FrequencyGrid.log(low_hz, 25.0, 20)
    context = context_samples(grid, rate_hz, frame_rate_hz)
    assert context % period == 0
    middle = round(25 * rate_hz)
    inner = round(10 * rate_hz)
    x = np.random.default_rng(5).standard_normal(2 * middle + inner)
    cut = x[middle - context : middle + inner + context]
    whole = sst(x, rate_hz, grid=grid, frame_rate_hz=frame_rate_hz).values
    part = sst(cut, rate_hz, grid=grid, frame_rate_hz=frame_rate_hz).values
    frames = round(10 * frame_rate_hz)
    before, here = (round(n * frame_rate_hz / rate_hz) for n in (context, middle))
    a, b = part[:, :, before : before + frames], whole[:, :, here : here + frames]
    assert_same(a, b)


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
