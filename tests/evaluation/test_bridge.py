import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radarkit.evaluation.bridge import between_neighbours, bridge

RNG = np.random.default_rng(0)
RR = st.lists(st.integers(150, 160), min_size=10, max_size=16)


def chest(r_peaks, samples, noisy=()):
    """Three channels that shake for 0.3 s after every R peak, each at a level of its own."""
    shaking = np.zeros(samples)
    for r in np.asarray(r_peaks, int):
        shaking[r + 10 : r + 70] = 2 if r in noisy else 1
    level = np.array([[1.0], [5.0], [0.1]])
    return level * (shaking + 0.02) * RNG.choice([-1.0, 1.0], (3, samples))


def beats(rr):
    r_peaks = np.cumsum([100, *rr]).astype(float)
    return r_peaks, int(r_peaks[-1]) + 150


@given(RR, st.data())
def test_beats_that_noise_covered_are_put_back_between_their_neighbours(rr, data):
    r_peaks, samples = beats(rr)
    first = data.draw(st.integers(3, r_peaks.size - 5))
    lost = first + np.arange(data.draw(st.integers(1, 2)))
    found, interpolated = bridge(
        np.delete(r_peaks, lost), chest(r_peaks, samples, noisy=r_peaks[lost])
    )
    np.testing.assert_array_equal(np.flatnonzero(interpolated), lost)
    between = np.linspace(r_peaks[first - 1], r_peaks[lost[-1] + 1], lost.size + 2)[1:-1]
    np.testing.assert_allclose(found[lost], between)
    np.testing.assert_array_equal(np.delete(found, lost), np.delete(r_peaks, lost))


@given(RR, st.integers(3, 7))
def test_a_heart_that_pauses_for_a_whole_cycle_is_left_alone(rr, pause):
    r_peaks, samples = beats(rr)
    beating = np.delete(r_peaks, pause)
    found, interpolated = bridge(beating, chest(beating, samples))
    np.testing.assert_array_equal(found, beating)
    assert not interpolated.any()


@pytest.mark.parametrize("share", [1.3, 1.5, 1.7, 2.5, 4.0])
def test_a_gap_that_is_no_multiple_or_too_long_stays_a_gap(share):
    rr = [150] * 5 + [round(150 * share)] + [150] * 5
    r_peaks, samples = beats(rr)
    loud = np.ones((3, samples))  # as if people moved throughout
    found, interpolated = bridge(r_peaks, loud)
    np.testing.assert_array_equal(found, r_peaks)
    assert not interpolated.any()


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_too_few_beats_tell_nothing(count):
    r_peaks = np.array([100.0, 400.0, 550.0])[:count]
    found, interpolated = bridge(r_peaks, np.ones((1, 800)))
    np.testing.assert_array_equal(found, r_peaks)
    assert interpolated.shape == (count,) and not interpolated.any()


def test_without_a_vibration_nothing_is_put_back():
    r_peaks = np.delete(np.arange(100.0, 2000.0, 150.0), 5)
    assert bridge(r_peaks, np.ones((1, 2100)))[1].sum() == 1
    assert not bridge(r_peaks, None)[1].any()


def test_a_beat_that_was_put_back_looks_like_the_found_ones_beside_it():
    r_peaks = np.array([100.0, 250.0, 400.0, 550.0, 700.0])
    interpolated = np.array([False, False, True, True, False])
    shapes = np.outer(np.arange(5), np.ones(4)).astype(np.float32)
    lengths, found = between_neighbours(np.full(5, 120.0), shapes, r_peaks, interpolated)
    np.testing.assert_array_equal(lengths, [120, 120, 150, 150, 120])
    np.testing.assert_array_equal(found[:, 0], [0, 1, 2.5, 2.5, 4])
