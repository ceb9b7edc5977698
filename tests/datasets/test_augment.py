import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from radarkit.datasets.augment import augment


@given(st.integers(0, 10_000))
def test_a_varied_window_holds_the_same_channels_moved_by_the_same_rows(seed):
    window = 1 + np.random.default_rng(0).random((5, 71, 12)).astype(np.float32)
    varied = augment(window, np.random.default_rng(seed))
    empty = (varied == 0).all(axis=(0, 2))
    count = int(empty.sum())
    assert count <= 4 and (varied[:, ~empty] > 0).all()
    shift = count if empty[0] else -count
    kept = window[:, : 71 - count] if shift >= 0 else window[:, count:]
    moved = varied[:, ~empty]
    order = [int(np.flatnonzero((kept == each).all(axis=(1, 2)))[0]) for each in moved]
    assert sorted(order) == [0, 1, 2, 3, 4]
