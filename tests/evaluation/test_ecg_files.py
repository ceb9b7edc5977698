import csv
from dataclasses import replace

import edfio
import h5py
import numpy as np
import pytest
import wfdb

from radarkit.datasets.trial_header import TrialHeader
from radarkit.errors import UserError
from radarkit.evaluation import assemble, ecg_files
from radarkit.evaluation.ecg_files import FORMATS, check_packages, read_ecg, save_ecg, save_ecgs
from radarkit.evaluation.evaluate import Evaluation, TrialResult, evaluate
from radarkit.evaluation.frameworks import method_names
from radarkit.evaluation.stretches import Stretch, only_heartbeats
from radarkit.recording import Quantity

from .runs import write_data, write_run

HEADER = TrialHeader(
    path=None, name="ann-1", subject="ann", trial="1", status="NB", source="", channels=1,
    samples=1000, rows=71, frames=150, beats=5, sample_rate_hz=200.0, frame_rate_hz=30.0,
    quantity=Quantity.DISPLACEMENT, method="sst",
)  # fmt: skip


def made(*, beats=5, amplitude_mv=1.5, sure=True):
    rng = np.random.default_rng(3)
    r_peaks = 100.3 + 170 * np.arange(beats)
    return assemble(
        r_peaks,
        rng.uniform(150, 170, beats),
        rng.random((beats, 200)).astype(np.float32),
        1000,
        amplitude_mv=amplitude_mv,
        offset_mv=-0.4,
        anchor_curve=rng.random(1000).astype(np.float32) if sure else None,
        confidence=rng.random(beats).astype(np.float32) if sure else None,
        interpolated=np.arange(beats) == 2 if sure else None,
    )


def columns(path):
    with path.open(newline="") as file:
        names, *rows = list(csv.reader(file))
    return names, np.array(rows, float).reshape(len(rows), len(names))


@pytest.mark.parametrize("beats", [0, 1, 5])
@pytest.mark.parametrize("sure", [True, False])
def test_hdf5_gives_back_everything_to_the_bit(tmp_path, beats, sure):
    reconstruction = made(beats=beats, sure=sure)
    save_ecg(tmp_path / "ann-1", reconstruction, HEADER, method="net")
    found = read_ecg(tmp_path / "ann-1.h5")
    for name, values in vars(reconstruction).items():
        np.testing.assert_array_equal(getattr(found, name), values)
        assert values is None or getattr(found, name).dtype == values.dtype
    with h5py.File(tmp_path / "ann-1.h5") as file:
        assert file.attrs["subject"] == "ann" and file.attrs["method"] == "net"
        assert file.attrs["sample_rate_hz"] == 200
        assert file["ecg_mv"].attrs["units"] == "mV"


@pytest.mark.parametrize("sure", [True, False])
def test_csv_gives_back_what_its_digits_hold(tmp_path, sure):
    reconstruction = made(sure=sure)
    save_ecg(tmp_path / "ann-1", reconstruction, HEADER, method="net")
    names, table = columns(tmp_path / "ann-1.csv")
    assert names == ["time_s", "ecg_mv", "confidence"][: 3 if sure else 2]
    np.testing.assert_allclose(table[:, 0], np.arange(1000) / 200)
    np.testing.assert_allclose(table[:, 1], reconstruction.ecg_mv, atol=6e-5)
    names, table = columns(tmp_path / "ann-1.beats.csv")
    assert names == ["time_s", "length_s", "confidence", "interpolated"][: 4 if sure else 2]
    np.testing.assert_allclose(table[:, 0], reconstruction.r_peaks / 200, atol=6e-5)
    if sure:
        np.testing.assert_array_equal(table[:, 3], [0, 0, 1, 0, 0])


@pytest.mark.parametrize("amplitude_mv", [0.0, 1.5, 400.0])
def test_wfdb_gives_back_signal_and_beats(tmp_path, amplitude_mv):
    reconstruction = made(amplitude_mv=amplitude_mv)
    save_ecg(tmp_path / "ann-1", reconstruction, HEADER, method="net")
    record = wfdb.rdrecord(str(tmp_path / "ann-1"))
    assert (record.fs, record.fmt) == (200, ["16", "16"])
    assert record.sig_name == ["ECG", "confidence"] and record.units[0] == "mV"
    step = 1e-3 if amplitude_mv < 30 else 0.1
    np.testing.assert_allclose(record.p_signal[:, 0], reconstruction.ecg_mv, atol=0.51 * step)
    np.testing.assert_allclose(record.p_signal[:, 1], reconstruction.ecg_confidence, atol=6e-5)
    notes = wfdb.rdann(str(tmp_path / "ann-1"), "atr")
    np.testing.assert_array_equal(notes.sample, np.rint(reconstruction.r_peaks))
    assert "".join(notes.symbol) == "NNQNN"
    assert notes.aux_note[2].rstrip("\x00") == "interpolated"


def test_a_trial_without_beats_has_a_wfdb_record_without_annotations(tmp_path):
    save_ecg(tmp_path / "ann-1", made(beats=0), HEADER, method="net")
    assert wfdb.rdrecord(str(tmp_path / "ann-1")).sig_len == 1000
    assert not (tmp_path / "ann-1.atr").exists()


@pytest.mark.parametrize("amplitude_mv", [0.0, 1.5, 400.0])
def test_edf_gives_back_signal_and_beats(tmp_path, amplitude_mv):
    reconstruction = made(amplitude_mv=amplitude_mv)
    header = replace(HEADER, subject="Zoë B")
    save_ecg(tmp_path / "ann-1", reconstruction, header, method="net (a, b)", suffixes=[".edf"])
    assert [path.name for path in tmp_path.iterdir()] == ["ann-1.edf"]
    edf = edfio.read_edf(tmp_path / "ann-1.edf")
    ecg, sure = edf.signals
    assert (ecg.label, ecg.physical_dimension, ecg.sampling_frequency) == ("ECG", "mV", 200)
    reach_mv = max(1, np.abs(reconstruction.ecg_mv).max())
    np.testing.assert_allclose(ecg.data, reconstruction.ecg_mv, atol=reach_mv / 30_000)
    np.testing.assert_allclose(sure.data, reconstruction.ecg_confidence, atol=2e-5)
    *beats, end = edf.annotations
    np.testing.assert_allclose(
        [each.onset for each in beats], reconstruction.r_peaks / 200, atol=1e-4
    )
    assert [each.text for each in beats] == ["R peak"] * 2 + ["R peak, interpolated"] + [
        "R peak"
    ] * 2
    assert (end.onset, end.text) == (5, "end of the recording")
    assert edf.patient.code == "Zo__B"


STRETCHES = (
    Stretch(0.0, 1.0, True, 0.9, 0.8, 1, 0, 71.0),
    Stretch(1.0, 2.5, True, 0.9, 0.3, 2, 1, 71.0, guided_per_min=69.6),
    Stretch(2.5, 5.0, False, 0.1, 0.0, 0, 0, None),
)


def test_every_format_says_where_beats_were_guided_and_where_there_is_none_and_no_ecg(tmp_path):
    kept = only_heartbeats(made(), STRETCHES)
    save_ecg(tmp_path / "ann-1", kept, HEADER, method="net", stretches=STRETCHES)
    first, second = slice(0, 500), slice(500, 1000)

    np.testing.assert_array_equal(read_ecg(tmp_path / "ann-1.h5").ecg_mv, kept.ecg_mv)
    with h5py.File(tmp_path / "ann-1.h5") as file:
        assert file.attrs["heartbeat_found"]
        assert file["stretches/heartbeat"][:].tolist() == [True, True, False]
        np.testing.assert_array_equal(file["stretches/heart_rate_per_min"], [71, 71, np.nan])
        guides = file["stretches/guided_per_min"]
        np.testing.assert_array_equal(guides, [np.nan, 69.6, np.nan])

    record = wfdb.rdrecord(str(tmp_path / "ann-1")).p_signal
    assert np.isfinite(record[first, 0]).all() and np.isnan(record[second, 0]).all()
    notes = wfdb.rdann(str(tmp_path / "ann-1"), "atr")
    said = {
        at: text.rstrip("\x00")
        for at, symbol, text in zip(notes.sample, notes.symbol, notes.aux_note, strict=True)
        if symbol == '"'
    }
    assert "".join(notes.symbol).replace('"', "") == "NNQ"
    assert said == {
        200: "beats guided by the rate of the motion, 69.6 per minute until 2.5 s",
        500: "no heartbeat found until 5 s",
    }

    edf = edfio.read_edf(tmp_path / "ann-1.edf")
    assert np.ptp(edf.signals[0].data[first]) > 1 > np.abs(edf.signals[0].data[second]).max() * 1e3
    led, nothing = (each for each in edf.annotations if each.duration)
    assert (nothing.onset, nothing.duration, nothing.text) == (2.5, 2.5, "no heartbeat found")
    assert (led.onset, led.duration, led.text[:12]) == (1.0, 1.5, "beats guided")

    _, table = columns(tmp_path / "ann-1.csv")
    assert np.isfinite(table[first]).all() and np.isnan(table[second, 1]).all()
    lines = (tmp_path / "ann-1.stretches.csv").read_text().splitlines()
    assert lines[0] == ",".join(Stretch._fields) and lines[3] == "2.5,5.0,False,0.1,0.0,0,0,,"


def test_an_edf_that_is_no_whole_second_is_filled_up_behind_its_end(tmp_path):
    kept = made()
    short = replace(kept, ecg_mv=kept.ecg_mv[:910], ecg_confidence=kept.ecg_confidence[:910])
    save_ecg(tmp_path / "ann-1", short, HEADER, method="net", suffixes=[".edf"])
    edf = edfio.read_edf(tmp_path / "ann-1.edf")
    assert edf.signals[0].data.size == 1000 and np.abs(edf.signals[0].data[910:]).max() < 1e-3
    assert edf.annotations[-1].onset == 4.55


def test_a_missing_package_is_named_before_anything_is_computed(monkeypatch):
    monkeypatch.setattr(ecg_files, "find_spec", lambda name: None)
    check_packages([".h5", ".csv"])
    for suffix, package in ((".hea", "wfdb"), (".edf", "edfio")):
        with pytest.raises(UserError, match=rf"\{suffix} files needs the package {package}"):
            check_packages([suffix])
    assert set(FORMATS) == {".h5", ".csv", ".hea", ".edf"}


def test_another_file_is_no_reconstruction(tmp_path):
    write_data(tmp_path / "data.h5")
    with pytest.raises(UserError, match="is no reconstruction"):
        read_ecg(tmp_path / "data.h5")
    with pytest.raises(UserError, match="is no whole HDF5 file"):
        read_ecg(tmp_path / "nothing.h5")


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved")
    data = write_data(folder / "data.h5")
    return evaluate(write_run(folder / "run", data), data)


def renamed(evaluation, *names):
    (trial,) = evaluation.trials
    trials = tuple(
        TrialResult(replace(trial.header, name=name), trial.truth, trial.reconstructions, {})
        for name in names
    )
    return Evaluation(evaluation.record, evaluation.dataset, trials)


def test_names_that_wfdb_does_not_know_get_underscores(tmp_path, evaluation):
    save_ecgs(renamed(evaluation, "Zoë v.2-1", "ann-1"), tmp_path / "ecg")
    stems = {path.name.split(".")[0] for path in (tmp_path / "ecg").iterdir()}
    assert stems == {"Zo__v_2-1", "ann-1"}
    network = method_names(evaluation.record)[0]
    expected = evaluation.trials[0].reconstructions[network]
    np.testing.assert_array_equal(read_ecg(tmp_path / "ecg/Zo__v_2-1.h5").ecg_mv, expected.ecg_mv)


def test_two_trials_never_share_a_file(tmp_path, evaluation):
    with pytest.raises(UserError, match="2 trials for the files a_1"):
        save_ecgs(renamed(evaluation, "a.1", "a 1"), tmp_path / "ecg")
    assert not (tmp_path / "ecg").exists()
