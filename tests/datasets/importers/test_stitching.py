"""Windows at any shifts and in any scales come back as the whole they were cut from."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from radarkit.datasets.importers.stitching import stitched


@settings(max_examples=30)
@given(
    shifts=st.lists(st.integers(0, 100), min_size=1, max_size=12),
    seed=st.integers(0, 2**32 - 1),
)
def test_the_whole_comes_back_but_for_one_scale_a_channel(shifts, seed):
    rng = np.random.default_rng(seed)
    starts = np.concatenate([[0], np.cumsum(shifts)])
    whole = rng.random((3, 5, starts[-1] + 120))
    windows = [
        (rng.uniform(0.1, 5, (3, 1, 1)) * whole[:, :, s : s + 120] + rng.normal(size=(3, 1, 1)))
        for s in starts
    ]
    (found,) = stitched(window.astype(np.float32) for window in windows)
    assert found.starts == starts.tolist()
    for channel, truth in zip(found.whole(), whole, strict=True):
        assert channel.shape == truth.shape
        assert np.corrcoef(channel.ravel(), truth.ravel())[0, 1] > 1 - 1e-6


def test_windows_that_share_nothing_begin_a_new_stretch():
    rng = np.random.default_rng(0)
    windows = rng.random((4, 2, 5, 120)).astype(np.float32)
    windows[3] = windows[2]  # the same window twice
    assert [stretch.starts for stretch in stitched(windows)] == [[0], [0], [0, 0]]
