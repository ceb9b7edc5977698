import sys

import numpy as np
import pytest
import wfdb

from radarkit.errors import UserError
from radarkit.simulate.real_ecg import read_hearts


def write_record(folder, ecg, rate=250, peaks=None):
    wfdb.wrsamp("r", rate, ["mV"], ["II"], ecg[:, None], fmt=["16"], write_dir=str(folder))
    if peaks is not None:
        symbols = ["N"] * len(peaks)
        wfdb.wrann("r", "atr", np.asarray(peaks), symbols, fs=rate, write_dir=str(folder))
    return folder / "r"


def spikes(seconds, rate, every=200):
    ecg = np.zeros(seconds * rate)
    peaks = np.arange(100, ecg.size, every)
    for peak in peaks:
        ecg[max(0, peak - 3) : peak + 4] = [0.2, 0.5, 0.8, 1, 0.8, 0.5, 0.2][: ecg.size - peak + 3]
    return ecg, peaks


def gap(ecg):
    ecg[1000:1050] = np.nan
    return ecg


def test_annotated_beats_and_their_ecg_keep_their_times(tmp_path):
    ecg, peaks = spikes(60, 250)
    first, second = read_hearts(write_record(tmp_path, ecg, peaks=peaks), 2, 20.0)
    for index, heart in enumerate((first, second)):
        assert heart.ecg_mv.size == 4000
        inside = heart.r_times_s[(heart.r_times_s > 0.1) & (heart.r_times_s < 19.9)]
        true = peaks / 250 - 20 * index
        np.testing.assert_allclose(inside, true[(true > 0.1) & (true < 19.9)])
        top = [heart.ecg_mv[round(t * 200) - 10 :][:21].argmax() - 10 for t in inside]
        assert np.abs(top).max() <= 1


def test_record_100_has_its_published_rate(shared_data):
    (heart,) = read_hearts(shared_data / "ecg-physionet" / "100", 1, 1800.0)
    inside = heart.r_times_s[(heart.r_times_s >= 0) & (heart.r_times_s < 1800)]
    assert 60 / np.diff(inside).mean() == pytest.approx(75.5, abs=0.5)
    assert np.ptp(heart.ecg_mv) < 5


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda folder: folder / "nothing", "no WFDB record"),
        (lambda folder: write_record(folder, spikes(15, 250)[0]), "lasts 15 s; expected at least"),
        (lambda folder: write_record(folder, np.full(6000, 0.1)), r"has \d beats"),
        (lambda folder: write_record(folder, gap(spikes(30, 250)[0])), "50 missing samples"),
    ],
)
def test_bad_records_are_refused_in_one_line(tmp_path, make, message):
    with pytest.raises(UserError, match=message) as caught:
        read_hearts(make(tmp_path), 1, 20.0)
    assert "\n" not in str(caught.value)


def test_a_damaged_header_is_refused(tmp_path):
    (tmp_path / "r.hea").write_text("this is no header\n")
    with pytest.raises(UserError, match="cannot read WFDB record"):
        read_hearts(tmp_path / "r", 1, 20.0)


def test_without_wfdb_it_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "wfdb", None)
    with pytest.raises(UserError, match="needs the package wfdb"):
        read_hearts(tmp_path / "r", 1, 20.0)
