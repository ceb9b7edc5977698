"""Marks of beats agree with the scores, and each kind has a look of its own."""

import dataclasses

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from radarkit.evaluation import compare
from radarkit.evaluation.ecg_figure import ecg_figure
from radarkit.evaluation.judged_beats import draw_marks, judge_beats

RR = [170, 165, 180, 175] * 4


def test_each_beat_is_of_one_kind(make_truth, reconstruct):
    truth = make_truth(RR)
    keep = np.r_[0:4, 5 : len(RR) + 1]  # the fifth is missed
    made = reconstruct(truth, keep=keep, extra=[truth.r_peaks[8] + 85])
    between = np.zeros(made.r_peaks.size, bool)
    between[np.searchsorted(made.r_peaks, truth.r_peaks[6])] = True
    beats = judge_beats(dataclasses.replace(made, interpolated=between), truth)
    np.testing.assert_allclose(beats.true_s, truth.r_peaks / 200)
    np.testing.assert_allclose(beats.missed_s, truth.r_peaks[[4]] / 200)
    np.testing.assert_allclose(beats.invented_s, [(truth.r_peaks[8] + 85) / 200])
    np.testing.assert_allclose(beats.interpolated_s, truth.r_peaks[[6]] / 200)
    scored = truth.r_peaks[(truth.r_peaks >= 200) & (truth.r_peaks < truth.samples - 200)]
    others = np.setdiff1d(scored, truth.r_peaks[[4, 6]]) / 200
    np.testing.assert_allclose(beats.found_s, others)
    assert beats.in_words == (
        f"{scored.size - 1} of {scored.size} beats found (1 put between their neighbours), "
        "1 missed, 1 invented"
    )


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sets(st.integers(0, len(RR))),
    st.lists(st.integers(0, 2900), max_size=5, unique=True),
    st.integers(-40, 40),
)
def test_as_many_are_missed_and_invented_as_are_scored(make_truth, reconstruct, lost, extra, shift):
    truth = make_truth(RR)
    keep = [beat for beat in range(len(RR) + 1) if beat not in lost]
    made = reconstruct(truth, keep=keep, shift=shift, extra=extra)
    beats, found = judge_beats(made, truth), compare(made, truth)
    assert beats.found_s.size + beats.interpolated_s.size == found.true_r.size
    assert (beats.missed_s.size, beats.invented_s.size) == (found.missed, found.invented)


def test_no_two_kinds_of_marks_have_one_shape(make_truth, reconstruct):
    truth = make_truth(RR)
    axes = Figure().subplots()
    axes.set_xlim(0, 5)
    draw_marks(axes, judge_beats(reconstruct(truth, keep=slice(3, None)), truth))
    looks = {
        (line.get_marker(), line.get_markerfacecolor() == "white"): line.get_label()
        for line in axes.lines
    }
    assert len(looks) == len(axes.lines) == 5
    drawn = {line.get_label(): line.get_xdata() for line in axes.lines}
    assert drawn["missed"].size == 2 and all(at.max() <= 5 for at in drawn.values() if at.size)
    assert not np.isin(drawn["true R peak"], drawn["missed"]).any()


def test_a_row_of_the_long_term_ecg_is_ten_seconds_and_five_on_a_phone(make_truth, reconstruct):
    truth = make_truth(RR * 2)  # 28 s
    made = reconstruct(truth)
    sure = dataclasses.replace(made, ecg_confidence=np.full(truth.samples, 0.5, np.float32))
    for phone, row_s, rows in ((False, 10, 3), (True, 5, 5)):
        panels = ecg_figure(sure, truth, phone=phone).axes
        assert len(panels) == rows
        assert [axes.get_xlim() for axes in panels] == [
            (row_s * row, row_s * (row + 1)) for row in range(rows)
        ]
        bands = [band for axes in panels for band in axes.collections]
        heights = {path.vertices[:, 1].max() for band in bands for path in band.get_paths()}
        assert len(bands) == rows and len(heights) == 1
    assert not any(axes.collections for axes in ecg_figure(made, truth).axes)
