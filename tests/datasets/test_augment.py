import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from radarkit.datasets.augment import augment, draw_channels, draw_gains, vary, weigh_rows
from radarkit.datasets.windows import WindowConfig


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


def test_rows_are_tilted_smoothly_by_as_many_decibels_as_asked():
    rng = np.random.default_rng(2)
    db = np.array([20 * np.log10(draw_gains(71, rng, 6.0)) for _ in range(4000)])
    curves = db @ np.cos(np.pi * np.outer(np.arange(71) + 0.5, np.arange(1, 5)) / 71) * 2 / 71
    np.testing.assert_allclose(curves[:, :3].std(axis=0), 6.0, rtol=0.08)
    np.testing.assert_allclose(curves[:, 3], 0, atol=1e-3)  # nothing finer than an S
    assert abs(db.mean()) < 0.5


@given(st.integers(0, 10_000), st.floats(0.5, 12))
def test_a_tilted_window_keeps_its_pattern_in_each_row_and_ends_at_one(seed, tilt_db):
    window = np.random.default_rng(0).random((3, 71, 12)).astype(np.float32)
    window[1] = 0
    tilted = weigh_rows(window, draw_gains(71, np.random.default_rng(seed), tilt_db))
    np.testing.assert_allclose(tilted.max(axis=(1, 2)), [1, 0, 1], rtol=1e-6)
    for channel in (0, 2):
        for row in (0, 40, 70):
            ratio = tilted[channel, row] / window[channel, row]
            np.testing.assert_allclose(ratio, ratio[0], rtol=1e-5)


@given(st.integers(0, 10_000))
def test_a_configuration_without_such_variations_does_what_augment_does(seed):
    window = np.random.default_rng(0).random((3, 71, 12)).astype(np.float32)
    rng, same = np.random.default_rng(seed), np.random.default_rng(seed)
    varied = vary(window, rng, WindowConfig())
    np.testing.assert_array_equal(varied, augment(window, same))
    assert rng.random() == same.random()
