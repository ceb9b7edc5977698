"""One chest in many kinds of files and quantities comes out as the same displacement."""

from pathlib import Path

import h5py
import numpy as np
import pytest
from scipy.io import savemat

from radarkit.datasets.importers.generic import find, read_trial
from radarkit.datasets.importers.importing import import_data
from radarkit.datasets.importers.mapping import read_mapping
from radarkit.datasets.importers.source import ImportConfig
from radarkit.errors import UserError
from radarkit.recording import Quantity

from .fabricate import beats, ecg_of, iq_of, motion_of

RATE_HZ = 400
TIME_S = np.arange(12 * RATE_HZ) / RATE_HZ
RNG = np.random.default_rng(5)
R_S = beats(12.0, RNG)
MOTION_M = np.stack([motion_of(R_S, TIME_S, RNG), 0.5 * motion_of(R_S, TIME_S, RNG)])
ECG_MV = ecg_of(R_S, TIME_S)
PARTS = {"subject": "ann", "trial": "1", "status": ""}
PHASE = 4 * np.pi / 0.005 * MOTION_M
ECHO = 2 - 1j + 3 * np.exp(4j * np.pi / 0.0124 * MOTION_M)


def mapping_of(folder, radar, ecg=""):
    path = folder / "mapping.toml"
    path.write_text(f"[radar]\nrate_hz = {RATE_HZ}\n{radar}\n{ecg}")
    return read_mapping(path)


def check(recording):
    """At 200 Hz: the truth without its mean, every second sample."""
    wanted = MOTION_M - MOTION_M.mean(axis=1, keepdims=True)
    found = recording.radar - recording.radar.mean(axis=1, keepdims=True)
    assert recording.quantity is Quantity.DISPLACEMENT
    np.testing.assert_allclose(found[:, 200:-200], wanted[:, 400:-400:2], atol=2e-5)


QUANTITIES = {
    "metres": (MOTION_M, 'quantity = "displacement"\nunit = "m"'),
    "micrometres": (1e6 * MOTION_M, 'quantity = "displacement"\nunit = "um"'),
    "samples first": (
        1e3 * MOTION_M.T,
        'quantity = "displacement"\nunit = "mm"\naxes = "samples, channels"',
    ),
    "velocity": (
        0.1 + np.gradient(MOTION_M, 1 / RATE_HZ, axis=1),
        'quantity = "velocity"\nunit = "m/s"',
    ),
    "wrapped phase": (
        np.angle(np.exp(1j * PHASE)),
        'quantity = "phase"\nunit = "rad"\nwavelength_m = 0.005',
    ),
    "degrees": (np.degrees(PHASE), 'quantity = "phase"\nunit = "deg"\nwavelength_m = 0.005'),
    "I and Q": (ECHO, 'quantity = "iq"\nwavelength_m = 0.0124'),
}


@pytest.mark.parametrize("which", QUANTITIES)
def test_every_quantity_becomes_the_same_displacement(which, tmp_path):
    values, radar = QUANTITIES[which]
    np.savez(tmp_path / "one.npz", disp=values)
    mapping = mapping_of(tmp_path, f'array = "disp"\n{radar}')
    (trial,) = read_trial(tmp_path / "one.npz", mapping, PARTS)
    check(trial.recording)
    assert trial.recording.ecg is None and trial.recording.r_peaks is None


def test_a_vibration_of_unknown_scale_says_so(tmp_path):
    np.savez(tmp_path / "one.npz", disp=MOTION_M)
    mapping = mapping_of(tmp_path, 'array = "disp"\nquantity = "vibration"')
    (trial,) = read_trial(tmp_path / "one.npz", mapping, PARTS)
    assert trial.recording.quantity is Quantity.VIBRATION
    assert trial.recording.quantity.unit == "arbitrary"


def test_i_and_q_in_two_arrays_of_one_channel(tmp_path):
    i, q = iq_of(MOTION_M[0], np.random.default_rng(0))
    np.savez(tmp_path / "one.npz", i=i, q=q)
    mapping = mapping_of(tmp_path, 'array = ["i", "q"]\nquantity = "iq"\nwavelength_m = 0.0124')
    (trial,) = read_trial(tmp_path / "one.npz", mapping, PARTS)
    assert trial.recording.channels == 1
    found, wanted = trial.recording.radar[0], MOTION_M[0, ::2]
    assert np.corrcoef(found, wanted)[0, 1] > 0.9999


def npz(path):
    np.savez(path, disp=MOTION_M, ecg=ECG_MV)


def mat(path):
    savemat(path, {"rec": {"disp": MOTION_M, "ecg": ECG_MV[:, None]}})


def hdf5(path):
    with h5py.File(path, "w") as file:
        file["rec/disp"], file["rec/ecg"] = MOTION_M, ECG_MV
        file["rec"].attrs["fs"] = RATE_HZ


def text(path, delimiter=",", begin=""):
    columns = np.stack([*MOTION_M, ECG_MV], axis=1)
    header = delimiter.join(["left side", "right", "ecg"])
    np.savetxt(path, columns, delimiter=delimiter, header=begin + header, comments="")


DISPLACEMENT = 'quantity = "displacement"\nunit = "m"\n'
FILES = {
    "one.npz": (npz, 'array = "disp"', "ecg", RATE_HZ),
    "one.mat": (mat, 'array = "rec.disp"', "rec.ecg", RATE_HZ),
    "one.h5": (hdf5, 'array = "rec/disp"', "rec/ecg", '"rec@fs"'),
    "one.csv": (text, 'array = ["left side", "right"]', "ecg", RATE_HZ),
}


@pytest.mark.parametrize("name", FILES)
def test_every_kind_of_file_gives_the_same(name, tmp_path):
    write, radar, ecg, rate = FILES[name]
    write(tmp_path / name)
    labels = f'[ecg]\narray = "{ecg}"\nrate_hz = {rate}\n'
    mapping = mapping_of(tmp_path, DISPLACEMENT + radar, labels)
    (trial,) = read_trial(tmp_path / name, mapping, PARTS)
    check(trial.recording)
    assert np.abs(trial.recording.r_peaks / 200 - R_S).max() <= 1 / 200
    np.testing.assert_allclose(trial.recording.ecg[100:-100], ECG_MV[200:-200:2], atol=1e-3)


def test_a_csv_of_excel_with_holes(tmp_path):
    text(tmp_path / "one.csv", ";", begin="\ufeff")
    lines = (tmp_path / "one.csv").read_text("utf-8").splitlines()
    lines[1001] = ";" + lines[1001].split(";", 1)[1]
    (tmp_path / "one.csv").write_text("\n".join(lines), "utf-8")
    mapping = mapping_of(tmp_path, DISPLACEMENT + 'array = ["left side", "right"]')
    (trial,) = read_trial(tmp_path / "one.csv", mapping, PARTS)
    check(trial.recording)
    assert np.flatnonzero(~trial.recording.valid).tolist() == [500]
    assert any("1 samples" in remark for remark in trial.remarks)


def test_an_inverted_ecg_in_volts(tmp_path):
    np.savez(tmp_path / "one.npz", disp=MOTION_M, ecg=-1e-3 * ECG_MV)
    labels = f'[ecg]\narray = "ecg"\nrate_hz = {RATE_HZ}\nunit = "V"\ninverted = true\n'
    mapping = mapping_of(tmp_path, DISPLACEMENT + 'array = "disp"', labels)
    (trial,) = read_trial(tmp_path / "one.npz", mapping, PARTS)
    assert trial.recording.ecg.max() == pytest.approx(1, abs=0.1)
    assert trial.recording.r_peaks.size == R_S.size and trial.remarks == ()


def test_an_ecg_in_the_wrong_unit_is_remarked_upon(tmp_path):
    np.savez(tmp_path / "one.npz", disp=MOTION_M, ecg=1e3 * ECG_MV)
    labels = f'[ecg]\narray = "ecg"\nrate_hz = {RATE_HZ}\n'
    mapping = mapping_of(tmp_path, DISPLACEMENT + 'array = "disp"', labels)
    (trial,) = read_trial(tmp_path / "one.npz", mapping, PARTS)
    assert any("is the ECG in mV" in remark for remark in trial.remarks)


BAD_FILES = [
    ("no array", {"other": MOTION_M}, "has no disp, but other"),
    ("text", {"disp": np.array(["a", "b"])}, "expected numbers"),
    ("three axes", {"disp": np.zeros((2, 3, 4))}, r"has the shape \(2, 3, 4\)"),
    ("turned", {"disp": MOTION_M.T}, "turn radar.axes round"),
    ("short", {"disp": MOTION_M[:, :400]}, "lasts 1 s at 400 Hz"),
    ("mostly lost", {"disp": np.where(TIME_S > 5, np.nan, MOTION_M)}, "are NaN"),
]


@pytest.mark.parametrize(("arrays", "message"), [bad[1:] for bad in BAD_FILES], ids=lambda _: "")
def test_arrays_that_do_not_fit_are_refused(arrays, message, tmp_path):
    np.savez(tmp_path / "one.npz", **arrays)
    mapping = mapping_of(tmp_path, DISPLACEMENT + 'array = "disp"')
    with pytest.raises(UserError, match=message):
        read_trial(tmp_path / "one.npz", mapping, PARTS)


JUNK = [
    ("one.csv", b"disp,ecg\n", "no numbers below the first line"),
    ("one.csv", b"disp,ecg\n1,2\n3\n", "cannot be read"),
    ("one.csv", b"disp,\xff\n1,2\n", "cannot be read"),
    ("one.csv", b"", "one.csv has no disp, but nothing"),
    ("one.npy", b"junk", "cannot be read"),
    ("one.npz", b"PK\x03\x04junk", "cannot be read"),
    ("one.h5", b"\x89HDF\r\n\x1a\n", "cannot be read"),
    ("one.wav", b"RIFF", "of no known kind; expected one of .npz, .npy, .mat, .csv"),
]


@pytest.mark.parametrize(("name", "junk", "message"), JUNK, ids=[f"{j[0]} {j[1]!r}" for j in JUNK])
def test_files_that_hold_something_else_are_refused(name, junk, message, tmp_path):
    (tmp_path / name).write_bytes(junk)
    array = "array" if name == "one.npy" else "disp"
    mapping = mapping_of(tmp_path, DISPLACEMENT + f'array = "{array}"')
    with pytest.raises(UserError) as refused:
        read_trial(tmp_path / name, mapping, PARTS)
    assert message in str(refused.value) and "\n" not in str(refused.value)


def test_arrays_with_code_in_them_are_not_opened(tmp_path):
    np.save(tmp_path / "one.npy", np.array([{"a": 1}], object), allow_pickle=True)
    mapping = mapping_of(tmp_path, DISPLACEMENT + 'array = "array"')
    with pytest.raises(UserError, match=r"one\.npy holds Python objects; expected arrays"):
        read_trial(tmp_path / "one.npy", mapping, PARTS)


NAMES = [
    ("ann-2", None, ("ann", "2", "")),
    ("ann", None, ("ann", "1", "")),
    ("x/ann-2", None, ("x_ann", "2", "")),
    ("ann/NB_3", r"(?P<subject>\w+)/(?P<status>[A-Z]+)_(?P<trial>\d+)", ("ann", "3", "NB")),
]


@pytest.mark.parametrize(("place", "pattern", "wanted"), NAMES)
def test_subject_and_trial_come_from_the_name(place, pattern, wanted, tmp_path):
    path = tmp_path / "files" / f"{place}.npz"
    path.parent.mkdir(parents=True)
    np.savez(path, disp=MOTION_M)
    rule = f"[files]\nname = '{pattern}'\n" if pattern else ""
    mapping_of(tmp_path, DISPLACEMENT + 'array = "disp"', rule)
    config = ImportConfig(mapping=tmp_path / "mapping.toml")
    (source,) = find(tmp_path / "files", config)
    assert source.name == place.replace("/", "_")
    (trial,) = source.read()
    recording = trial.recording
    assert (recording.subject, recording.trial, recording.status) == wanted


@pytest.mark.parametrize(
    ("name", "rule", "message"),
    [
        ("-1", "", "has no subject"),
        ("ann", "name = '(?P<subject>[0-9]+)_(?P<trial>[0-9]+)'", "ann does not fit the name"),
        ("ann", 'pattern = "/x"', "files.pattern"),
        ("ann", 'pattern = "*.csv"', "no file *.csv in"),
    ],
)
def test_names_that_do_not_fit_are_refused(name, rule, message, tmp_path):
    (tmp_path / "files").mkdir()
    np.savez(tmp_path / "files" / f"{name}.npz", disp=MOTION_M)
    mapping_of(tmp_path, DISPLACEMENT + 'array = "disp"', f"[files]\n{rule}")
    config = ImportConfig(mapping=tmp_path / "mapping.toml")
    with pytest.raises(UserError) as refused:
        find(tmp_path / "files", config)
    assert message in str(refused.value)


def test_what_an_import_left_in_the_folder_is_not_imported(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.savez("ann-1.npz", disp=MOTION_M)
    mapping_of(tmp_path, DISPLACEMENT + 'array = "disp"')
    config = ImportConfig(mapping=Path("mapping.toml"))
    for kept in (0, 1):
        done = import_data("generic", Path("."), Path("out"), config)
        assert (done.trials, done.kept) == (1, kept)


BAD_MAPPINGS = [
    ('quantity = "displacement"\nunit = "cm"', "radar.unit cm of a displacement"),
    ('quantity = "displacement"', "radar.unit left out"),
    ('quantity = "sound"', "quantity"),
    ('quantity = "phase"\nunit = "rad"', "no radar.wavelength_m with a phase"),
    ('quantity = "iq"\nwavelength_m = -1', "wavelength_m"),
    ('quantity = "displacement"\nunit = "m"\ngain = 2', "gain"),
    ('quantity = "displacement"\nunit = "m"\naxes = "time"', "axes"),
    ('quantity = "vibration"\n[files]\nname = "(?P<who>x)"', r"has the groups who; expected"),
    ('quantity = "vibration"\n[files]\nname = "("', "is no regular expression"),
    ("quantity = = 1", "is not TOML"),
    ('quantity = "vibration"\ntime_s = "t"', "both rate_hz and time_s"),
    ('quantity = "vibration"\n[ecg]\narray = "e"', "neither rate_hz nor time_s"),
    (
        'quantity = "vibration"\n[ecg]\narray = "e"\nrate_hz = 9\nfile = "{who}.csv"',
        r"ecg.file = '\{who\}.csv'; expected a name, perhaps with \{stem\}, \{subject\}, \{trial\}",
    ),
]


@pytest.mark.parametrize(("radar", "message"), BAD_MAPPINGS, ids=[bad[1] for bad in BAD_MAPPINGS])
def test_mappings_that_do_not_fit_are_refused(radar, message, tmp_path):
    with pytest.raises(UserError, match=message):
        mapping_of(tmp_path, f'array = "disp"\n{radar}')


def write_pairs(folder, shift_s=0.0):
    """Radar of two people in one file each and ECG in another, with the time of each sample."""
    for who in ("ann", "bob"):
        (folder / who).mkdir(parents=True)
        radar = {"Sig": 1e3 * MOTION_M[0][:, None], "Radar": {"t": 100 + TIME_S[None]}}
        savemat(folder / who / f"{who}_rest.mat", radar)
        ecg_s = np.arange(0, 12, 1 / 250)
        late = {"ecg": 1e3 * ecg_of(R_S, ecg_s + shift_s), "t": 100 + shift_s + ecg_s, "fs": 250.0}
        savemat(folder / who / f"{who}_rest_ref.mat", late)


PAIRS = """\
[files]
name = '(?P<subject>[a-z]+)/[a-z]+_(?P<trial>[a-z]+)$'
[radar]
array = "Sig"
quantity = "displacement"
unit = "mm"
time_s = "Radar.t"
[ecg]
file = "{stem}_ref.mat"
array = "ecg"
unit = "uV"
"""


@pytest.mark.parametrize("shift_s", [0.0, 0.5, -0.5])
def test_an_ecg_of_another_file_and_clock_is_set_at_its_time(shift_s, tmp_path):
    write_pairs(tmp_path / "files", shift_s)
    (tmp_path / "mapping.toml").write_text(PAIRS + 'time_s = "t"\n')
    config = ImportConfig(mapping=tmp_path / "mapping.toml")
    sources = find(tmp_path / "files", config)
    assert [source.name for source in sources] == ["ann_ann_rest", "bob_bob_rest"]
    (trial,) = sources[1].read()
    recording = trial.recording
    assert (recording.subject, recording.trial) == ("bob", "rest")
    first_s = max(shift_s, 0)
    assert recording.duration_s == pytest.approx(12 - abs(shift_s), abs=0.02)
    wanted = MOTION_M[0, round(first_s * RATE_HZ) :: 2][: recording.samples]
    found = recording.radar[0]
    assert np.corrcoef(found[200:-200], wanted[200:-200])[0, 1] > 0.9999
    r_s = R_S - first_s
    inside = (r_s > 0.1) & (r_s < recording.duration_s - 0.1)
    assert np.abs(recording.r_peaks / 200 - r_s[inside]).max() <= 1 / 200


def test_another_ecg_file_is_another_import(tmp_path):
    write_pairs(tmp_path / "files")
    (tmp_path / "mapping.toml").write_text(PAIRS + 'rate_hz = "fs"\n')
    config = ImportConfig(mapping=tmp_path / "mapping.toml")
    given = ("generic", tmp_path / "files", tmp_path / "out", config)
    assert import_data(*given).subjects == ("ann", "bob")
    path = tmp_path / "files" / "ann" / "ann_rest_ref.mat"
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(UserError, match="was made with ecg_file"):
        import_data(*given)


def test_an_ecg_file_that_is_not_there_fails_alone(tmp_path):
    write_pairs(tmp_path / "files")
    (tmp_path / "files" / "ann" / "ann_rest_ref.mat").unlink()
    (tmp_path / "mapping.toml").write_text(PAIRS + 'rate_hz = "fs"\n')
    config = ImportConfig(mapping=tmp_path / "mapping.toml")
    done = import_data("generic", tmp_path / "files", tmp_path / "out", config)
    assert done.subjects == ("bob",)
    assert "no file ann_rest_ref.mat beside ann_rest.mat" in done.failures["ann_ann_rest"]


BAD_TIMES = [
    (TIME_S + 0.05 * (np.arange(TIME_S.size) == 9), "off an even spacing by 0.05 s"),
    (TIME_S[::-1], "expected rising times"),
    (TIME_S[:-1], "4799 times in t of one.npz and 4800 samples"),
    (1e3 * TIME_S, "a rate of 0.4 Hz"),
    (np.where(TIME_S > 5, np.nan, TIME_S), "2799 of 4800 times of t in one.npz are NaN"),
]


@pytest.mark.parametrize(("times_s", "message"), BAD_TIMES, ids=[bad[1] for bad in BAD_TIMES])
def test_times_that_are_no_even_clock_are_refused(times_s, message, tmp_path):
    np.savez(tmp_path / "one.npz", disp=MOTION_M, t=times_s)
    (tmp_path / "mapping.toml").write_text(f'[radar]\narray = "disp"\ntime_s = "t"\n{DISPLACEMENT}')
    mapping = read_mapping(tmp_path / "mapping.toml")
    with pytest.raises(UserError, match=message):
        read_trial(tmp_path / "one.npz", mapping, PARTS)


def test_a_csv_without_names_has_numbers_for_them(tmp_path):
    np.savetxt(tmp_path / "one.csv", MOTION_M.T, delimiter=";")
    mapping = mapping_of(tmp_path, DISPLACEMENT + 'array = ["1", "2"]')
    (trial,) = read_trial(tmp_path / "one.csv", mapping, PARTS)
    check(trial.recording)


def test_complex_numbers_are_read_as_matlab_stores_them(tmp_path):
    pairs = np.empty(ECHO.T.shape, [("real", float), ("imag", float)])
    pairs["real"], pairs["imag"] = ECHO.T.real, ECHO.T.imag
    for name in ("one.h5", "one.mat"):
        with h5py.File(tmp_path / name, "w", userblock_size=512) as file:
            file["disp"] = pairs
        with (tmp_path / name).open("r+b") as file:
            file.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM")
    for name, axes in (("one.h5", "samples, channels"), ("one.mat", "channels, samples")):
        iq = f'array = "disp"\nquantity = "iq"\nwavelength_m = 0.0124\naxes = "{axes}"'
        (trial,) = read_trial(tmp_path / name, mapping_of(tmp_path, iq), PARTS)
        check(trial.recording)


def test_files_that_rotted_are_refused(tmp_path):
    for name, write in (("one.npz", np.savez_compressed), ("one.mat", savemat)):
        if name == "one.npz":
            write(tmp_path / name, disp=MOTION_M)
        else:
            write(tmp_path / name, {"disp": MOTION_M}, do_compression=True)
        content = bytearray((tmp_path / name).read_bytes())
        content[1000:1100] = bytes(byte ^ 0xFF for byte in content[1000:1100])
        (tmp_path / name).write_bytes(bytes(content))
        mapping = mapping_of(tmp_path, DISPLACEMENT + 'array = "disp"')
        with pytest.raises(UserError, match="copy it again"):
            read_trial(tmp_path / name, mapping, PARTS)
