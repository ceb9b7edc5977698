"""The pictures of single windows and of the peaks show what was measured, of any trial."""

import io

import numpy as np
import pytest

from radarkit.evaluation.peak_errors import peak_errors_ms
from radarkit.evaluation.peak_figure import peaks_figure
from radarkit.evaluation.window_figures import rank_windows, windows_figure

RR = [170, 165, 180, 175] * 5


def drawn(figure):
    for dpi in (40, 200):  # as a file and in a page
        figure.savefig(io.BytesIO(), format="png", dpi=dpi)
    return figure


def test_the_worst_window_is_the_one_that_was_spoilt(make_truth, reconstruct):
    truths = [make_truth(RR, subject=name) for name in ("ann", "bob")]
    made = [reconstruct(truth) for truth in truths]
    made[1].ecg_mv[1800:2600] = np.roll(made[1].ecg_mv[1800:2600], 60)
    ranked = rank_windows(list(zip(made, truths, strict=True)))
    assert [window.pcc for window in ranked] == sorted((w.pcc for w in ranked), reverse=True)
    assert ranked[0].pcc > 0.99
    worst = ranked[-1]
    assert worst.truth.subject == "bob" and worst.pcc < 0.5
    assert worst.start == 1800  # the second window after the first second
    titles = [axes.get_title() for axes in drawn(windows_figure(ranked, each=2)).axes]
    assert titles[1] == f"worst: {worst.truth.name}, PCC {worst.pcc:.2f}"
    on_phone = [axes.get_title() for axes in drawn(windows_figure(ranked, 2, phone=True)).axes]
    assert [title.split(":")[0] for title in on_phone] == ["best", "best", "worst", "worst"]
    assert sorted(on_phone) == sorted(titles)


def test_windows_without_any_found_beat_are_drawn_as_large_as_others(make_truth, reconstruct):
    truth = make_truth(RR)
    ranked = rank_windows([(reconstruct(truth, keep=slice(0, 8)), truth)])
    heights = [axes.get_position().height for axes in drawn(windows_figure(ranked, each=2)).axes]
    assert min(heights) > 0.15 and max(heights) < 1.01 * min(heights)


@pytest.mark.parametrize(("beats", "windows"), [(0, 0), (2, 0), (4, 1), (6, 2)])
def test_short_trials_have_few_windows_or_none(make_truth, reconstruct, beats, windows):
    truth = make_truth([300] * max(beats, 1))
    ranked = rank_windows([(reconstruct(truth, keep=slice(beats)), truth)])
    assert len(ranked) == windows
    drawn(windows_figure(ranked))


def test_the_curve_of_a_wave_ends_at_the_share_that_was_found(make_truth, reconstruct):
    truth = make_truth(RR)
    errors = peak_errors_ms(reconstruct(truth, shift=2), truth)
    errors["q"][: errors["q"].size // 2] = np.nan
    found = {axes.get_title(): axes.lines[0] for axes in drawn(peaks_figure({"it": errors})).axes}
    assert list(found) == ["Q", "R", "S", "T"]
    assert np.isclose(found["Q"].get_ydata()[-1], np.isfinite(errors["q"]).mean())
    assert found["R"].get_ydata()[-1] == 1 and found["R"].get_xdata()[-1] >= 10  # two samples


def test_without_any_beat_the_panels_are_empty():
    errors = {wave: np.empty(0) for wave in "qrst"}
    figure = drawn(peaks_figure({"one": errors, "other": errors}))
    assert all(line.get_ydata()[-1] == 0 for axes in figure.axes for line in axes.lines)
