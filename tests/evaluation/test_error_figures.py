"""Error curves count every true beat, and mark what half and nine in ten of them reach."""

import numpy as np
import pytest

from radarkit.evaluation import compare, score
from radarkit.evaluation.error_figures import (
    QUANTITIES,
    beat_errors,
    error_curves_figure,
    reached,
    timing_figure,
)
from radarkit.evaluation.training_figures import eccentric_figure, history_figure

RR = [170, 165, 180, 175] * 4
RMSE, PCC, TIMING, PPI = QUANTITIES


def test_errors_of_beats_are_those_that_are_scored(make_truth, reconstruct):
    truth = make_truth(RR)
    made = reconstruct(truth, shift=4)
    found, scores = beat_errors([compare(made, truth)]), score(made, truth)
    assert np.median(found["rmse"]) == pytest.approx(scores["rmse_mv"])
    assert np.median(found["pcc"]) == pytest.approx(scores["pcc"])
    assert found["timing"].mean() == pytest.approx(scores["r_timing_error_ms"]) == 20
    rms = np.sqrt(np.mean(np.square(found["ppi"])))
    assert rms == pytest.approx(scores["ppi_error_ms"], abs=1e-9)


def test_a_missed_beat_is_worse_than_any_found_one(make_truth, reconstruct):
    truth = make_truth(RR)
    every = beat_errors([compare(reconstruct(truth), truth)])
    lost = beat_errors([compare(reconstruct(truth, keep=np.r_[0:5, 8:17]), truth)])
    for quantity in QUANTITIES:
        key = quantity.key
        assert np.isfinite(every[key]).all()
        assert np.isinf(lost[key]).sum() == 3
        assert lost[key].size == every[key].size
    assert (lost["pcc"].min(), lost["rmse"].max()) == (-np.inf, np.inf)
    assert np.isnan(reached(lost["timing"], 0.9, TIMING))
    assert np.isfinite(reached(lost["timing"], 0.5, TIMING))


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_a_mark_is_the_value_that_so_many_beats_reach(rng, share):
    values = rng.uniform(0.2, 1, 101)
    assert np.mean(values >= reached(values, share, PCC)) >= share
    assert np.mean(values > reached(values, share, PCC)) < share
    assert np.mean(values <= reached(values, share, RMSE)) >= share
    assert np.mean(values < reached(values, share, RMSE)) < share
    assert np.isnan(reached(np.empty(0), share, RMSE))


def test_a_curve_ends_at_the_share_of_beats_that_were_found(make_truth, reconstruct):
    truth = make_truth(RR)
    errors = {
        "good": beat_errors([compare(reconstruct(truth, shift=1), truth)]),
        "lossy": beat_errors([compare(reconstruct(truth, keep=np.r_[0:5, 8:17]), truth)]),
    }
    for axes, quantity in zip(error_curves_figure(errors).axes, QUANTITIES, strict=True):
        curves = {line.get_label(): line for line in axes.lines}
        assert curves["good"].get_ydata()[-1] == 1
        values = errors["lossy"][quantity.key]
        share = np.isfinite(values).mean()
        assert curves["lossy"].get_ydata()[-1] == pytest.approx(share) and share < 0.9
        words = [text.get_text() for text in axes.get_legend().get_texts()]
        assert "\N{EN DASH}" not in words[0] and words[1].endswith("\N{EN DASH}")
        left, right = axes.get_xlim()
        assert (left > right) == quantity.higher_is_better  # the better on the left


def test_the_timing_picture_shows_all_beats_but_the_farthest():
    (axes,) = timing_figure({"late": np.full(50, 12.0), "none": np.empty(0)}).axes
    (stairs,) = axes.patches
    values, edges, _ = stairs.get_data()
    assert values.sum() == pytest.approx(100)
    bar = int(np.argmax(values))
    assert edges[bar] <= 12 <= edges[bar + 1]


HISTORY = [
    {
        "epoch": epoch,
        "train": {"shape": 1 / (epoch + 1), "length": None if epoch == 3 else 90.0},
        "validation_score": score,
        "v": {"shape": 1.0, "length": 1.0 + 0.1 * (epoch > 3)},
    }
    for epoch, score in enumerate([1.0, 0.7, None, 0.9, 0.8, 0.75])
]


def test_the_course_of_a_training_marks_the_epoch_that_was_kept_and_leaves_a_gap_for_nan():
    (axes,) = history_figure(HISTORY).axes  # v has a picture of its own
    assert axes.get_title() == "training loss"
    lines = {line.get_label(): line for line in axes.lines}
    assert list(lines["the epoch kept"].get_xdata()) == [1, 1]
    np.testing.assert_array_equal(np.isnan(lines["length"].get_ydata()), np.arange(6) == 3)


@pytest.mark.parametrize(("warmup", "end"), [(2, 1.5), (0, None), (6, 5.5), (9, 5.5)])
def test_the_eccentric_vector_says_when_the_warm_up_ends(warmup, end):
    (axes,) = eccentric_figure(HISTORY, warmup).axes
    lines = {line.get_label(): line for line in axes.lines}
    assert list(lines["length"].get_ydata()) == [1, 1, 1, 1, 1.1, 1.1]
    shaded = [patch.get_x() + patch.get_width() for patch in axes.patches]
    assert shaded == ([] if end is None else [end])
    assert ("reference epoch" in lines) == (warmup <= 5)
