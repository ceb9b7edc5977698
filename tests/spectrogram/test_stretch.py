"""Windows transformed in bands are cuts of the transform of their trial."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from radarkit.errors import UserError
from radarkit.spectrogram import DEFAULT_GRID, FrequencyGrid, sst
from radarkit.spectrogram.sst_torch import sst_stretch_torch
from radarkit.spectrogram.stretch import Stretch, continued, sst_stretch

from .oracle import beats

GRIDS = (
    DEFAULT_GRID,
    FrequencyGrid.log(0.7246, 60.0, 71),
    FrequencyGrid.log(8.0, 12.0, 9),
    FrequencyGrid(frequencies_hz=(2.0, 3.0, 7.0)),
)


def around(x, stretch, first):
    """The stretch whose window starts at frame `first`, on a sample."""
    low = round(first * stretch.sample_rate_hz / stretch.frame_rate_hz) - stretch.context
    high = low + stretch.samples
    inside = x[:, max(low, 0) : min(high, x.shape[1])]
    return continued(inside, max(-low, 0), max(high - x.shape[1], 0))


def moved(found, expected, grid):
    """Count the cells of each channel that differ by more than rounding.

    A coefficient on the border of two rows falls to either side, and changes both by all that it
    is. In a short window that can be a large part of the picture, but it is few cells. Rows above
    a seventh of the rate are left out: the Nyquist frequency cuts their wavelets, which then ring
    beyond any context (`radarkit.spectrogram.streaming`).
    """
    clean = np.array(grid.frequencies_hz) < 200.0 / 7
    loudest = expected.max(axis=(1, 2), keepdims=True)
    return (np.abs(found - expected) > 1e-5 * loudest)[:, clean].sum(axis=(1, 2))


@settings(max_examples=15)
@given(
    grid=st.sampled_from(GRIDS),
    frame_rate_hz=st.sampled_from([25.0, 30.0, 40.0]),
    seconds=st.sampled_from([4.0, 6.5, 30.0]),
    length_s=st.sampled_from([1.0, 4.0]),
    at=st.floats(0, 1),
    channels=st.sampled_from([2, 16]),
)
def test_a_window_is_a_cut_of_the_whole(grid, frame_rate_hz, seconds, length_s, at, channels):
    rng = np.random.default_rng(2)
    x = np.stack([beats(rng, seconds, 200.0) * 10.0 ** -(k % 9) for k in range(channels)])
    x = np.float32(x).astype(np.float64)
    stretch = Stretch(grid, 200.0, frame_rate_hz, round(length_s * frame_rate_hz))
    whole = sst(x, 200.0, grid=grid, frame_rate_hz=frame_rate_hz).values
    # each 0.2 s, where a frame stands on a sample
    first = math.floor(at * (seconds - length_s) * 5) * round(frame_rate_hz / 5)
    expected = whole[:, :, first : first + stretch.frames]
    cut = around(x, stretch, first)
    assert cut.shape == (channels, stretch.samples)
    ours = sst_stretch(cut, stretch)
    in_torch = sst_stretch_torch(torch.as_tensor(np.float32(cut)), stretch).numpy()
    for found in (ours, in_torch):
        assert found.shape == expected.shape
        few = 6 + 0.01 * expected[0].size
        assert (moved(found, expected, grid) <= few).all()


def test_bands_cover_all_voices_once_and_higher_ones_read_less():
    stretch = Stretch(DEFAULT_GRID, 200.0, 30.0, 120)
    lengths = [band.length for band in stretch.bands]
    assert lengths == sorted(lengths, reverse=True) and lengths[-1] < lengths[0] / 3
    centres = np.concatenate([band.bank.centres_hz for band in stretch.bands])
    ratios = centres[1:] / centres[:-1]
    np.testing.assert_allclose(ratios, ratios[0], rtol=1e-5)
    for band in stretch.bands:
        assert band.start + band.first * band.length // band.instants == stretch.context


def test_a_silent_stretch_is_zero():
    stretch = Stretch(DEFAULT_GRID, 200.0, 30.0, 120)
    x = np.full((2, stretch.samples), 4.2e-3, np.float32)
    assert (sst_stretch(x, stretch) == 0).all()
    assert (sst_stretch_torch(torch.as_tensor(x), stretch) == 0).all()


def test_a_stretch_of_another_length_is_refused():
    stretch = Stretch(DEFAULT_GRID, 200.0, 30.0, 120)
    with pytest.raises(UserError, match=r"a stretch of 800 samples; expected 4620 for one window"):
        sst_stretch_torch(torch.zeros(2, 800), stretch)
