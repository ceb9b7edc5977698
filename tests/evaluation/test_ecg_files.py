import csv
from dataclasses import replace

import h5py
import numpy as np
import pytest
import wfdb

from radarkit.datasets.trial_header import TrialHeader
from radarkit.errors import UserError
from radarkit.evaluation import assemble
from radarkit.evaluation.ecg_files import read_ecg, save_ecg, save_ecgs
from radarkit.evaluation.evaluate import Evaluation, TrialResult, evaluate
from radarkit.evaluation.frameworks import method_names
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
