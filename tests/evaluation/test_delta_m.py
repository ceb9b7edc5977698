from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radarkit.evaluation import metrics
from radarkit.evaluation.delta_m import (
    BETTER,
    NOISE_METRICS,
    TASKS,
    delta_m_by_task,
    delta_m_flat,
    has_failed,
)

from .published import NOISE_TABLES, NYUV2_TABLE, SHAPE_TABLE

SHAPE_COLUMNS = (
    "rmse_mv",
    "pcc",
    "ppi_error_ms",
    "r_timing_error_ms_offset_removed",
    "missed_detection_rate",
)
NYUV2_TASKS = (
    ("iou", "accuracy"),
    ("absolute", "relative"),
    ("mean", "median", "within_11", "within_22", "within_30"),
)
NYUV2_COLUMNS = tuple(metric for task in NYUV2_TASKS for metric in task)
NYUV2_BETTER = {
    metric: "lower" if metric in ("absolute", "relative", "mean", "median") else "higher"
    for metric in NYUV2_COLUMNS
}
# the published rows that do not follow from their own figures, and what does
EXCEPTIONS = {("radarODE", "extensive-3s"): -25.96}


def rows_of(table):
    lines = [line.split() for line in table.strip().splitlines()]
    return lines[0], lines[1:]


def printed(text, name):
    """A printed figure and the half unit of its last digit; PCC as a share."""
    half = 0.5 * 10.0 ** -len(text.partition(".")[2])
    unit = 100 if name == "pcc" else 1
    return float(text) / unit, half / unit


def rounding_interval(names, row, base, better, delta):
    """The smallest and largest delta-m of figures that print as these do.

    Delta-m grows with every figure that is better when higher and with the base of every other.
    """
    found = []
    for worse_by in (1, -1):
        moved, start = {}, {}
        for name, text, base_text in zip(names, row, base, strict=True):
            sign = worse_by * (1 if better[name] == "lower" else -1)
            value, half = printed(text, name)
            moved[name] = value + sign * half
            value, half = printed(base_text, name)
            start[name] = value - sign * half
        found.append(delta(moved, start))
    return found


def cases():
    base, rows = rows_of(SHAPE_TABLE)
    for row in rows:
        yield SHAPE_COLUMNS, BETTER, base, row, delta_m_by_task
    base, rows = rows_of(NYUV2_TABLE)
    for row in rows:
        yield NYUV2_COLUMNS, NYUV2_BETTER, base, row, nyuv2
    for table in NOISE_TABLES:
        base, rows = rows_of(table)
        for row in rows:
            yield NOISE_METRICS, BETTER, base, row, delta_m_flat


def nyuv2(scores, base):
    return delta_m_by_task(scores, base, NYUV2_TASKS, NYUV2_BETTER)


@pytest.mark.parametrize(
    ("names", "better", "base", "row", "delta"),
    [pytest.param(*case, id=f"{case[2][0]}-{case[3][0]}") for case in cases()],
)
def test_a_published_row_follows_from_its_own_figures(names, better, base, row, delta):
    lowest, highest = rounding_interval(names, row[1:-1], base[1:], better, delta)
    value, half = printed(row[-1], "delta_m")
    inside = lowest - half <= value <= highest + half
    known = EXCEPTIONS.get((base[0], row[0]))
    assert inside == (known is None), (lowest, value, highest)
    if known is not None:
        assert (lowest + highest) / 2 == pytest.approx(known, abs=0.01)


@pytest.mark.parametrize("case", [0, 5, 40])
def test_the_rounding_interval_is_that_of_all_corners(case):
    names, better, base, row, delta = list(cases())[case]
    texts = zip((*names, *names), (*row[1:-1], *base[1:]), strict=True)
    value, half = np.transpose([printed(text, name) for name, text in texts])
    corners = []
    for signs in product((-1, 1), repeat=value.size):
        moved, start = np.split(value + half * signs, 2)
        scores, base_scores = (dict(zip(names, x, strict=True)) for x in (moved, start))
        corners.append(delta(scores, base_scores))
    expected = rounding_interval(names, row[1:-1], base[1:], better, delta)
    np.testing.assert_allclose([min(corners), max(corners)], expected, rtol=1e-12)


SCORES = st.fixed_dictionaries({name: st.floats(0.61, 1.0) for name in SHAPE_COLUMNS})


@given(SCORES, SCORES, st.floats(0.1, 10))
def test_delta_m_knows_neither_units_nor_the_order_of_tasks(scores, base, unit):
    expected = delta_m_by_task(scores, base)
    assert delta_m_by_task(scores, base, TASKS[::-1]) == pytest.approx(expected, abs=1e-9)
    other = [row | {"ppi_error_ms": unit * row["ppi_error_ms"]} for row in (scores, base)]
    assert delta_m_by_task(*other) == pytest.approx(expected, abs=1e-9)
    assert delta_m_by_task(base, base) == delta_m_flat(base, base) == 0


def test_a_metric_alone_in_its_task_weighs_as_much_as_two_that_share_theirs():
    base = dict.fromkeys(SHAPE_COLUMNS, 1.0)
    assert delta_m_by_task(base | {"ppi_error_ms": 0.7}, base) == pytest.approx(10)
    assert delta_m_by_task(base | {"rmse_mv": 0.7}, base) == pytest.approx(5)
    assert delta_m_flat(base | {"rmse_mv": 0.7}, base) == pytest.approx(7.5)


def test_below_a_pcc_of_60_percent_a_recovery_has_failed_and_has_no_delta_m():
    base = dict.fromkeys(SHAPE_COLUMNS, 1.0)
    assert not has_failed(0.6)
    for pcc in (0.5999, -1.0, np.nan, float(metrics.pcc(np.zeros(9), np.arange(9.0)))):
        assert has_failed(pcc)
        assert np.isnan(delta_m_by_task(base | {"pcc": pcc}, base))
        assert np.isnan(delta_m_flat(base | {"pcc": pcc}, base))


def test_from_nothing_there_is_no_relative_change_but_none_at_all():
    base = dict.fromkeys(SHAPE_COLUMNS, 1.0) | {"missed_detection_rate": 0.0}
    assert delta_m_flat(base, base) == 0
    assert np.isnan(delta_m_flat(base | {"missed_detection_rate": 0.01}, base))
    assert np.isnan(delta_m_by_task(base | {"ppi_error_ms": np.nan}, base))


def test_better_than_a_negative_base_is_an_improvement():
    assert delta_m_flat({"x": 0.5}, {"x": -1.0}, ("x",), {"x": "higher"}) == pytest.approx(150)
