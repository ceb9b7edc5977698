"""The best row of beats, and who is guided to it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radarkit.evaluation.decode import pick_anchors, typical_rise
from radarkit.evaluation.guided_beats import pick_guided, track
from radarkit.evaluation.own_rate import UNKNOWN
from radarkit.extract.heart import HeartRate

RATE_HZ = 200


def bumps(at, heights, samples):
    time = np.arange(samples)[:, None]
    return (heights * np.exp(-0.5 * ((time - np.asarray(at)) / 4.0) ** 2)).sum(axis=1)


def rate(per_min):
    return lambda _first, _last: HeartRate(per_min, 0.9, "waveform")


def worth_of(row, curve, interval):
    worth = (curve - np.median(curve)) / typical_rise(curve)
    off = np.log(np.diff(row) / interval) / 0.1
    return worth[list(row)].sum() - 0.5 * 0.6 * (off**2).sum()


def every_row(samples, interval):
    """All rows from the first interval to the last, by trying."""
    shortest, longest = round(0.6 * interval), round(1.6 * interval)
    rows = [(start,) for start in range(interval)]
    while rows:
        row = rows.pop()
        if row[-1] >= samples - interval:
            yield row
        rows += [
            (*row, row[-1] + gap) for gap in range(shortest, longest + 1) if row[-1] + gap < samples
        ]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_no_other_row_collects_more(seed):
    curve = np.random.default_rng(seed).random(24)
    found = track(curve, 7.0).astype(int)
    best = max(worth_of(row, curve, 7) for row in every_row(24, 7))
    assert worth_of(found, curve, 7) == pytest.approx(best)


def test_faint_beats_are_found_between_false_ones_where_the_rate_is_known():
    rng = np.random.default_rng(3)
    true = 60 + np.cumsum(170 + 8 * rng.standard_normal(34)).astype(int)
    true = true[true < 5950]
    heights = rng.uniform(0.05, 0.4, true.size)
    false = rng.integers(0, 6000, 14)
    curve = bumps([*true, *false], [*heights, *np.full(14, 0.25)], 6000).astype(np.float32)

    def right(found):
        near = np.abs(found[:, None] - true) <= 6
        return near.any(axis=0).mean(), near.any(axis=1).mean()

    sensitivity, precision = right(pick_guided(curve, rate(60 * RATE_HZ / 170)).r_peaks)
    assert sensitivity > 0.9 and precision > 0.9
    assert min(right(pick_anchors(curve))) < 0.8


def test_who_is_sure_or_has_no_rate_is_left_alone():
    rng = np.random.default_rng(4)
    at = np.cumsum(rng.uniform(80, 260, 34))  # as uneven as hearts get
    clear = bumps(at, 0.9, 6000).astype(np.float32)
    faint = (0.3 * clear).astype(np.float32)
    for curve, rate_of in ((clear, rate(70.0)), (faint, lambda *_: UNKNOWN)):
        left_alone, rates = pick_guided(curve, rate_of)
        np.testing.assert_array_equal(left_alone, pick_anchors(curve))
        assert rates == (None,)
    led, rates = pick_guided(faint, rate(70.0))
    assert not np.array_equal(led, pick_anchors(faint)) and rates == (70.0,)


def test_stretches_are_guided_one_by_one_and_no_beat_comes_twice():
    at = np.arange(80, 12_000, 160)
    curve = bumps(at, np.where(at < 6000, 0.9, 0.2), 12_000).astype(np.float32)
    asked = []

    def rate_of(first, last):
        asked.append((first, last))
        return HeartRate(75.0, 0.9, "")

    found, rates = pick_guided(curve, rate_of)
    assert rates == (None, 75.0)
    assert asked == [(6000, 12_000)]
    assert np.diff(found).min() >= 60
    np.testing.assert_allclose(found, at, atol=1)


@pytest.mark.parametrize("curve", [np.zeros(2000), np.full(2000, np.nan), np.full(2000, 0.4)])
def test_a_curve_without_a_bump_has_no_beats(curve):
    assert track(curve.astype(np.float32), 160.0).size == 0
    assert pick_guided(curve.astype(np.float32), rate(75.0)).r_peaks.size == 0
