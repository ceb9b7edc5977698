import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from radarkit.datasets.augment import augment, draw_channels


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


def test_a_share_of_windows_shows_a_few_channels_as_a_smaller_radar_would():
    rng = np.random.default_rng(1)
    drawn = [draw_channels(8, rng, few_share=0.4) for _ in range(6000)]
    counts = np.array([np.unique(each).size for each in drawn])
    few = counts < 8
    assert abs(few.mean() - 0.4) < 0.03  # five standard deviations
    for low, high in ((1, 1), (2, 3), (4, 7)):
        inside = (counts >= low) & (counts <= high)
        assert abs(inside.sum() / few.sum() - 1 / 3) < 0.05
    for each, count in zip(drawn, counts, strict=True):
        np.testing.assert_array_equal(each, np.resize(each[:count], 8))


@given(st.integers(0, 10_000))
def test_without_such_a_share_nothing_more_is_drawn(seed):
    rng, same = np.random.default_rng(seed), np.random.default_rng(seed)
    np.testing.assert_array_equal(draw_channels(8, rng), same.permutation(8))
    assert rng.random() == same.random()
