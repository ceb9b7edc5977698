"""Windows of the released folder back to the trial they were cut from, in all three schemes."""

import numpy as np
import pytest

from radarkit.datasets.importers.radarode_mtl import read_trial
from radarkit.errors import UserError

from .fabricate import Released

SCHEMES = ("sce", "sce_middle", "step", "sce_50hz", "step_200hz")


@pytest.fixture(scope="module", params=[0.0, 1.2], ids=["first cycle whole", "first cycle cut"])
def trial(request):
    return Released(seed=3, seconds=24, early_s=request.param)


def offset_of(trial, recording):
    """Where the ECG of a recording stands in that of the whole trial."""
    places = range(trial.ecg.size - recording.samples + 1)
    errors = [
        np.abs(trial.ecg[at : at + recording.samples] - recording.ecg)[recording.valid].max()
        for at in places
    ]
    return int(np.argmin(errors)), min(errors)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_trial_is_rebuilt_from_its_windows(trial, scheme, tmp_path):
    (made,) = read_trial(trial.write(tmp_path / "obj7_IB_3_", scheme))
    recording = made.recording
    assert (recording.subject, recording.status, recording.trial) == ("7", "IB", "3")
    assert recording.duration_s > 14 and recording.valid.mean() > 0.9
    at, error_mv = offset_of(trial, recording)
    assert error_mv < 1e-6
    wanted = trial.r_peaks[(trial.r_peaks >= at) & (trial.r_peaks < at + recording.samples)] - at
    np.testing.assert_array_equal(recording.r_peaks, wanted)
    frames = made.spectrogram.values.shape[2]
    first = round(at * 3 / 20)
    # to a sample, of which a frame has 6.7; quarter-rate anchors leave a doubt of 4
    assert abs(at * 3 / 20 - first) < (0.6 if scheme in ("step", "sce_50hz") else 0.16)
    for channel, values in enumerate(made.spectrogram.values):
        truth = trial.sst[channel, ::-1, first : first + frames]
        assert np.corrcoef(values.ravel(), truth.ravel())[0, 1] > 1 - 1e-9


def test_the_spectrogram_says_that_there_is_no_radar(trial, tmp_path):
    (made,) = read_trial(trial.write(tmp_path / "obj7_IB_3_", "sce"))
    assert not made.recording.radar.any() and "no radar" in made.recording.source
    assert made.spectrogram.method != "sst"  # which noise in the signal asks for
    assert made.spectrogram.frequencies_hz[[0, -1]] == pytest.approx([0.7246, 100])


def test_missing_windows_part_a_trial(tmp_path):
    trial = Released(seed=5, seconds=44)
    folder = trial.write(tmp_path / "obj7_IB_3_", "sce")
    count = len(list(folder.glob("sst_seg_*")))
    for number in range(count // 2 - 4, count // 2 + 4):
        for kind in ("sst", "ecg", "anchor"):
            (folder / f"{kind}_seg_{number}.npy").unlink()
    parts = read_trial(folder)
    assert [part.recording.trial for part in parts] == ["3_0", f"3_{count // 2 + 4}"]
    for part in parts:
        assert offset_of(trial, part.recording)[1] < 1e-6


def test_cycles_of_another_layout_are_refused(trial, tmp_path):
    folder = trial.write(tmp_path / "obj7_IB_3_", "sce")
    for path in folder.glob("ecg_seg_*"):
        np.save(path, np.zeros(800))  # the ECG of the window instead of a cycle
    with pytest.raises(UserError, match="belong to no R peak"):
        read_trial(folder)


def test_windows_that_were_each_transformed_alone_are_refused(trial, tmp_path):
    folder = trial.write(tmp_path / "obj7_IB_3_", "sce")
    rng = np.random.default_rng(0)
    for path in folder.glob("sst_seg_*"):
        np.save(path, rng.random((2, 71, 120)))
    with pytest.raises(UserError, match="expected all windows of a trial, cut from one spectro"):
        read_trial(folder)
