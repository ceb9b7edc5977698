import sys

import numpy as np
import pytest

from radarkit.errors import UserError
from radarkit.simulate.ecg import Morphology, draw_ecg
from radarkit.simulate.ecg_files import record_paths
from radarkit.simulate.real_ecg import RealHearts
from radarkit.simulate.rhythm import Beats

from .records import write_edf, write_wfdb

SECONDS = 30


def heartbeats():
    """ECG of 30 s at 250 Hz."""
    beats = Beats(np.arange(0.3, SECONDS, 0.8), np.zeros(38, np.int8))
    silence = np.zeros(SECONDS * 250)
    return draw_ecg(Morphology(), beats, silence, 250, np.random.default_rng(0)).astype(np.float64)


@pytest.mark.parametrize(
    ("labels", "taken"),
    [
        (["V5", "RESP", "MLII"], "MLII"),
        (["aVR", "I", "V2"], "I"),
        (["PLETH", "V5"], "V5"),
        (["abp", "ECG Holter"], "ECG Holter"),
    ],
)
def test_the_lead_with_the_clearest_r_wave_is_taken(tmp_path, labels, taken):
    path = write_wfdb(tmp_path, [(label, heartbeats()) for label in labels], 250)
    assert RealHearts(path).heart(0, 0, 1, 30.0).source == f"r ({taken})"


def cut(path, share):
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])


def missing(folder):
    return folder / "nothing"


def empty(folder):
    (folder / "sub").mkdir()
    return folder / "sub"


def no_ecg(folder):
    return write_wfdb(folder, [("PLETH", heartbeats()), ("ABP", heartbeats())], 250)


def no_ecg_in_edf(folder):
    return write_edf(
        folder, [("EEG C3", "uV", 100, np.ones(3000)), ("EEG C4", "uV", 100, np.ones(3000))]
    )


def constant(folder):
    return write_wfdb(folder, [("II", np.full(250 * SECONDS, 0.1))], 250)


def only_noise(folder):
    ecg = np.zeros(250 * SECONDS)
    ecg[:500] = heartbeats()[:500]
    return write_wfdb(folder, [("II", ecg)], 250)


def all_missing(folder):
    ecg = np.full(250 * SECONDS, np.nan)
    ecg[-1] = 0.1  # the writer wants one
    return write_wfdb(folder, [("II", ecg), ("V", heartbeats())], 250)


def short(folder):
    return write_wfdb(folder, [("II", heartbeats()[: 250 * 12])], 250)


def slow(folder):
    return write_edf(folder, [("ECG", "mV", 50, heartbeats()[::5])])


def no_volts(folder):
    return write_edf(folder, [("ECG", "kg", 250, heartbeats())])


def volts_for_millivolts(folder):
    return write_wfdb(folder, [("II", heartbeats())], 250, units=["V"])


def microvolts_for_millivolts(folder):
    return write_edf(folder, [("ECG", "uV", 250, heartbeats())])


def truncated_wfdb(folder):
    path = write_wfdb(folder, [("II", heartbeats())], 250)
    cut(path.with_suffix(".dat"), 0.5)
    return path


def damaged_header(folder):
    path = folder / "r.hea"
    path.write_text("this is no header\n")
    return path


def header_without_data(folder):
    path = write_wfdb(folder, [("II", heartbeats())], 250)
    path.with_suffix(".dat").unlink()
    return path


def truncated_edf(folder):
    path = write_edf(folder, [("ECG", "mV", 250, heartbeats())])
    cut(path, 0.001)
    return path


def text_as_edf(folder):
    path = folder / "r.edf"
    path.write_text("not an EDF file")
    return path


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (missing, r"no ECG record at .*nothing; expected nothing.hea \(WFDB\) or an .edf file"),
        (empty, "no ECG record in .*sub; expected WFDB"),
        (no_ecg, "no ECG among the channels of r: PLETH, ABP"),
        (no_ecg_in_edf, "no ECG among the channels of r: EEG C3, EEG C4"),
        (constant, "r has 0 beats from 0 to 30 s; expected at least 10"),
        (only_noise, r"r has \d beats from 0 to 30 s"),
        (all_missing, "r misses 30 s of lead II, the first at 0.00 s"),
        (short, "r lasts 12 s; expected at least 30 s for trial 1 of 30 s"),
        (slow, "ECG of r is sampled at 50 Hz; expected 100 Hz or more"),
        (no_volts, "ECG of r is given in kg; expected mV, uV or V"),
        (volts_for_millivolts, r"II of r has R waves of [\d.e+]+ mV; expected 0.02 to 50 mV"),
        (microvolts_for_millivolts, r"ECG of r has R waves of 0.00\d+ mV; expected"),
        (truncated_wfdb, "cannot read the ECG record"),
        (damaged_header, "cannot read the ECG record"),
        (header_without_data, "cannot read the ECG record"),
        (truncated_edf, "cannot read the ECG record"),
        (text_as_edf, "cannot read the ECG record"),
    ],
)
def test_what_holds_no_heart_is_refused_in_one_line(tmp_path, make, says):
    path = make(tmp_path)
    with pytest.raises(UserError, match=says) as caught:
        RealHearts(path).heart(0, 0, 1, float(SECONDS))
    assert "\n" not in str(caught.value)


def test_a_record_may_be_named_by_its_samples(tmp_path):
    path = write_wfdb(tmp_path, [("II", heartbeats())], 250)
    assert record_paths(path.with_suffix(".dat")) == record_paths(path)


@pytest.mark.parametrize(("package", "name"), [("wfdb", "r.hea"), ("edfio", "r.edf")])
def test_a_missing_package_is_named(tmp_path, monkeypatch, package, name):
    (tmp_path / name).touch()
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(UserError, match=rf"needs the package {package}; .*\[ecg\]"):
        RealHearts(tmp_path / name).heart(0, 0, 1, 10.0)
