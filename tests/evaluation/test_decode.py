import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radarkit.evaluation import cycles_at, decode_length, overlap_average, pick_anchors
from radarkit.evaluation.decode import CLOSENESS_S, anchor_confidence

SEEDS = st.integers(0, 2**32 - 1)


def bumps(r_peaks, samples, sigma=4.0):
    at = np.arange(samples)[:, None]
    return np.exp(-0.5 * ((at - np.asarray(r_peaks)) / sigma) ** 2).max(axis=1).astype(np.float32)


@settings(max_examples=40)
@given(SEEDS, st.lists(st.integers(-60, 460), min_size=1, max_size=8))
def test_windows_cut_from_one_curve_average_to_that_curve(seed, starts):
    curve = np.random.default_rng(seed).normal(size=400).astype(np.float32)
    padded = np.pad(curve, 80)
    windows = np.stack([padded[s + 80 : s + 160] if s <= 400 else np.ones(80) for s in starts])
    covered = np.zeros(400, bool)
    for start in starts:
        covered[max(start, 0) : max(start + 80, 0)] = True
    found = overlap_average(windows.astype(np.float32), np.array(starts), 400)
    np.testing.assert_allclose(found, np.where(covered, curve, 0), atol=1e-6)


def test_the_middle_of_a_window_outweighs_the_edge_of_another():
    found = overlap_average(
        np.array([np.zeros(101), np.ones(101)], np.float32), np.array([0, 50]), 151
    )
    overlap = found[50:101]  # the first window fades out while the second fades in
    assert (np.diff(overlap) > 0).all()
    assert overlap[0] < 0.011 and overlap[-1] > 0.989
    assert overlap[25] == pytest.approx(0.5)


@settings(max_examples=40)
@given(st.lists(st.floats(70, 300), min_size=1, max_size=20), st.floats(20, 40))
def test_bumps_between_samples_are_found_where_they_are(rr, first):
    r_peaks = np.cumsum([first, *rr])
    found = pick_anchors(bumps(r_peaks, int(r_peaks[-1]) + 60))
    np.testing.assert_allclose(found, r_peaks, atol=0.05)


@settings(max_examples=25)
@given(SEEDS, st.floats(0.2, 5), st.floats(-2, 2))
def test_neither_the_scale_nor_the_level_of_a_curve_matters(seed, scale, level):
    rng = np.random.default_rng(seed)
    r_peaks = np.cumsum(rng.uniform(120, 220, 20))
    heights = rng.uniform(0.6, 1, 20)
    at = np.arange(int(r_peaks[-1]) + 60)[:, None]
    curve = (heights * np.exp(-0.5 * ((at - r_peaks) / 4) ** 2)).max(axis=1)
    curve += rng.normal(0, 0.02, curve.size)
    found = pick_anchors(curve)
    assert found.size == 20
    np.testing.assert_allclose(pick_anchors(scale * curve + level), found, atol=1e-6)


def test_of_two_beats_too_close_the_surer_one_remains():
    curve = bumps([100], 400) + 0.7 * bumps([140], 400)
    np.testing.assert_allclose(pick_anchors(curve), [100], atol=0.05)
    assert pick_anchors(curve, min_distance_s=0.15).size == 2


def test_a_doubtful_bump_counts_only_below_the_threshold():
    curve = bumps([100, 300, 700], 900) + 0.3 * bumps([500], 900)
    assert pick_anchors(curve, threshold=0.35).size == 3
    assert pick_anchors(curve, threshold=0.25).size == 4


def test_a_plateau_is_a_beat_at_its_middle():
    curve = np.zeros(400)
    curve[100:105] = 1  # a bump that was cut off at its top
    np.testing.assert_array_equal(pick_anchors(curve), [102])


@pytest.mark.parametrize(
    "curve", [np.zeros(0), np.zeros(2), np.ones(900), np.full(900, np.nan), np.full(900, np.inf)]
)
def test_a_curve_without_a_peak_has_no_beats(curve):
    assert pick_anchors(curve).shape == (0,)


def test_rounding_noise_is_no_beat():
    assert pick_anchors(np.random.default_rng(0).normal(0, 1e-3, 4000)).size == 0


@settings(max_examples=40)
@given(st.floats(30, 229), st.floats(1, 5))
def test_a_bell_of_probability_is_read_at_its_centre(centre, width):
    logits = -0.5 * ((np.arange(260) - centre) / width) ** 2
    found = decode_length(np.stack([logits, logits + 7]))
    np.testing.assert_allclose(found, centre + 1, atol=0.02)


@pytest.mark.parametrize("length_class", [0, 128, 259])
def test_a_certain_class_stands_for_one_sample_more(length_class):
    logits = np.full((1, 260), -1e4)
    logits[0, length_class] = 1e4
    assert decode_length(logits)[0] == length_class + 1


def test_half_the_length_does_not_pull_on_the_length():
    logits = np.full((1, 260), -30.0)
    logits[0, [80, 160]] = 0.0, 0.2
    assert decode_length(logits)[0] == pytest.approx(161, abs=1e-6)


@settings(max_examples=40)
@given(SEEDS)
def test_the_cycle_of_a_beat_is_the_mean_over_the_windows_it_is_central_in(seed):
    rng = np.random.default_rng(seed)
    r_peaks = np.cumsum(rng.uniform(60, 260, rng.integers(1, 12)))
    starts = np.unique(rng.integers(-400, int(r_peaks[-1]) - 300, rng.integers(1, 40)))
    lengths = rng.uniform(100, 250, starts.size)
    shapes = rng.random((starts.size, 5)).astype(np.float32)
    found_lengths, found_shapes = cycles_at(r_peaks, starts, 800, lengths, shapes)
    centres = starts + 400
    owners = np.abs(centres[:, None] - r_peaks).argmin(axis=1)
    for beat, r in enumerate(r_peaks):
        mine = owners == beat
        if not mine.any():
            mine = np.arange(starts.size) == np.abs(centres - r).argmin()
        say = np.exp(-0.5 * ((centres[mine] - r) / 200 / CLOSENESS_S) ** 2) + 1e-300
        assert found_lengths[beat] == pytest.approx(np.average(lengths[mine], weights=say))
        np.testing.assert_allclose(
            found_shapes[beat], np.average(shapes[mine], axis=0, weights=say), rtol=1e-5
        )


def test_without_beats_there_are_no_cycles():
    lengths, shapes = cycles_at(np.empty(0), np.array([0]), 800, np.ones(1), np.ones((1, 200)))
    assert lengths.shape == (0,) and shapes.shape == (0, 200)


@settings(max_examples=40)
@given(st.lists(st.floats(0.05, 1), min_size=1, max_size=8), st.floats(-0.5, 0.5))
def test_confidence_is_the_height_of_the_bump_above_the_curve_between_beats(heights, level):
    r_peaks = 100 + 170 * np.arange(len(heights))
    at = np.arange(r_peaks[-1] + 100)[:, None]
    curve = (heights * np.exp(-0.5 * ((at - r_peaks) / 4) ** 2)).max(axis=1) + level
    np.testing.assert_allclose(anchor_confidence(curve, r_peaks.astype(float)), heights, atol=1e-4)


def test_windows_that_are_sure_of_different_places_make_each_other_less_sure():
    starts = np.array([0, 0])
    agreed, torn = (
        overlap_average(np.stack([bumps([400], 800), bumps([place], 800)]), starts, 800)
        for place in (400, 412)
    )
    surest = [float(anchor_confidence(c, pick_anchors(c)).max()) for c in (agreed, torn)]
    assert surest[0] == pytest.approx(1) and surest[1] < 0.6


@pytest.mark.parametrize("curve", [np.zeros(0), np.full(9, np.nan), np.full(9, np.inf)])
def test_a_broken_curve_is_sure_of_nothing(curve):
    np.testing.assert_array_equal(anchor_confidence(curve, np.array([3.0])), [0])
