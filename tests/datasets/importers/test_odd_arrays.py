"""Arrays that are whole and yet may be misread: clocks, gaps, units, ways to write numbers."""

import numpy as np
import pytest

from radarkit.datasets.importers.generic import read_trial
from radarkit.datasets.importers.importing import import_data
from radarkit.datasets.importers.mapping import read_mapping
from radarkit.datasets.importers.source import ImportConfig
from radarkit.errors import UserError
from radarkit.extract.vibration import vibration

from .fabricate import beats, ecg_of, motion_of
from .test_generic import (
    DISPLACEMENT,
    ECG_MV,
    MOTION_M,
    PARTS,
    R_S,
    RATE_HZ,
    TIME_S,
    mapping_of,
    text,
)


def read_one(tmp_path, radar, labels=None):
    mapping = mapping_of(tmp_path, radar, *([labels] if labels else []))
    (path,) = (path for path in tmp_path.iterdir() if path.stem == "one")
    (trial,) = read_trial(path, mapping, PARTS)
    return trial


LABELS = f'[ecg]\narray = "ecg"\nrate_hz = {RATE_HZ}\n'


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_csv_with_decimal_commas_has_the_numbers_of_one_with_points(delimiter, tmp_path):
    text(tmp_path / "one.csv", delimiter)
    array = DISPLACEMENT + 'array = ["left side", "right"]'
    wanted = read_one(tmp_path, array).recording.radar
    content = (tmp_path / "one.csv").read_text("utf-8")
    (tmp_path / "one.csv").write_text(content.replace(".", ","), "utf-8")
    np.testing.assert_array_equal(read_one(tmp_path, array).recording.radar, wanted)


BAD_CSV = [
    ("disp;ecg\n1,5;2\n2.5;3\n", "a decimal point and others with a comma; expected one of the"),
    ("disp,ecg\n1,2\noverload,3\n", "'overload' in line 3 of one.csv; expected a number"),
    ("disp,ecg\n1,5,2,5\n", "line 2 has 4 columns, and there are 2 names"),
    ("disp,disp\n1,2\n", "one.csv has 2 columns disp; expected one"),
    (f'disp,ecg\n"{"1" * 200_000}",2\n', "one.csv cannot be read: field larger than"),
]


@pytest.mark.parametrize(("content", "message"), BAD_CSV, ids=[bad[1] for bad in BAD_CSV])
def test_a_csv_that_can_be_read_in_two_ways_is_not_guessed_at(content, message, tmp_path):
    (tmp_path / "one.csv").write_text(content)
    with pytest.raises(UserError) as refused:
        read_one(tmp_path, DISPLACEMENT + 'array = "disp"')
    assert message in str(refused.value)


def test_text_in_a_column_that_is_not_wanted_and_remarks_do_no_harm(tmp_path):
    lines = [f"2024-05-01 10:00,{x},NA" for x in MOTION_M[0]]
    (tmp_path / "one.csv").write_text("#when,disp,note\n" + "\n".join(lines) + "\n# end\n")
    radar = read_one(tmp_path, DISPLACEMENT + 'array = "disp"').recording.radar
    wanted = MOTION_M[0] - MOTION_M[0].mean()
    np.testing.assert_allclose(radar[0, 100:-100], wanted[200:-200:2], atol=1e-6)


def test_radar_and_ecg_of_clocks_that_are_not_quite_200_hz_stay_together(tmp_path):
    """R peaks of five minutes at 199.9 Hz are where those of the chest at 200 Hz are."""
    seconds, rate_hz = 300, 199.9
    r_s = beats(seconds, np.random.default_rng(3))
    np.savez(
        tmp_path / "one.npz",
        disp=motion_of(r_s, np.arange(seconds * 200) / 200, np.random.default_rng(0)),
        ecg=ecg_of(r_s, np.arange(round(seconds * rate_hz)) / rate_hz),
    )
    tables = '[radar]\narray = "disp"\nrate_hz = 200\n{}[ecg]\narray = "ecg"\nrate_hz = {}\n'
    (tmp_path / "mapping.toml").write_text(tables.format(DISPLACEMENT, rate_hz))
    mapping = read_mapping(tmp_path / "mapping.toml")
    (trial,) = read_trial(tmp_path / "one.npz", mapping, PARTS)
    assert trial.recording.r_peaks.size == r_s.size
    assert np.abs(trial.recording.r_peaks / 200 - r_s).max() <= 1 / 200


def test_a_jittering_clock_does_not_move_the_radar_against_the_ecg(tmp_path):
    """The first time may be the one that was noted late."""
    jitter_s = np.random.default_rng(1).uniform(-2e-3, 2e-3, TIME_S.size)
    jitter_s[0] = 15e-3
    late = TIME_S + jitter_s
    start_s = 1.7e9  # as of a clock of the world
    np.savez(tmp_path / "one.npz", disp=MOTION_M, ecg=ECG_MV, t=start_s + late, u=start_s + TIME_S)
    (tmp_path / "mapping.toml").write_text(
        f'[radar]\narray = "disp"\ntime_s = "t"\n{DISPLACEMENT}[ecg]\narray = "ecg"\ntime_s = "u"\n'
    )
    (trial,) = read_trial(tmp_path / "one.npz", read_mapping(tmp_path / "mapping.toml"), PARTS)
    assert trial.remarks == ()
    assert np.abs(trial.recording.r_peaks / 200 - R_S).max() <= 1 / 200
    inside = slice(200, 2000)
    wanted = (MOTION_M - MOTION_M.mean(axis=1, keepdims=True))[:, ::2]
    np.testing.assert_allclose(trial.recording.radar[:, inside], wanted[:, inside], atol=2e-5)


def test_a_gap_of_the_clock_is_refused_and_says_where(tmp_path):
    np.savez(tmp_path / "one.npz", disp=MOTION_M, t=TIME_S + 0.5 * (np.arange(TIME_S.size) > 1000))
    (tmp_path / "mapping.toml").write_text(f'[radar]\narray = "disp"\ntime_s = "t"\n{DISPLACEMENT}')
    with pytest.raises(UserError, match=r"longest step 0\.502 s after sample 1000; .*fill gaps"):
        read_trial(tmp_path / "one.npz", read_mapping(tmp_path / "mapping.toml"), PARTS)


def test_radar_and_ecg_of_different_lengths_are_remarked_upon(tmp_path):
    """Where the rate of one was given wrong, nothing else tells."""
    np.savez(tmp_path / "one.npz", disp=MOTION_M, ecg=ECG_MV[: round(9 * RATE_HZ)])
    found = read_one(tmp_path, DISPLACEMENT + 'array = "disp"', LABELS)
    assert "12.0 s of radar and 9.0 s of ECG: 9.0 s that both have are kept" in found.remarks
    np.savez(tmp_path / "one.npz", disp=MOTION_M, ecg=ECG_MV)
    assert read_one(tmp_path, DISPLACEMENT + 'array = "disp"', LABELS).remarks == ()


def test_a_gap_in_a_wrapped_phase_is_bridged_without_a_turn(tmp_path):
    phase = 4 * np.pi / 0.0124 * MOTION_M
    lost = np.angle(np.exp(1j * phase))
    lost[:, 1000:1010] = np.nan
    np.savez(tmp_path / "one.npz", disp=lost)
    table = 'array = "disp"\nquantity = "phase"\nunit = "rad"\nwavelength_m = 0.0124'
    found = read_one(tmp_path, table)
    np.savez(tmp_path / "one.npz", disp=np.angle(np.exp(1j * phase)))
    whole = read_one(tmp_path, table)
    np.testing.assert_allclose(found.recording.radar, whole.recording.radar, atol=1e-4)


def test_a_channel_that_stands_still_is_named_and_none_that_moves_is_refused(tmp_path):
    np.savez(tmp_path / "one.npz", disp=MOTION_M * [[1], [0]])
    found = read_one(tmp_path, DISPLACEMENT + 'array = "disp"')
    assert found.remarks == ("of 2 channels of disp, 2 do not change at all",)
    np.savez(tmp_path / "one.npz", disp=MOTION_M * 0)
    with pytest.raises(UserError, match="disp does not change in any of 2 channel"):
        read_one(tmp_path, DISPLACEMENT + 'array = "disp"')


def test_a_displacement_in_the_wrong_unit_is_remarked_upon(tmp_path):
    for factor in (1e3, 1e-6):
        np.savez(tmp_path / "one.npz", disp=factor * MOTION_M)
        (remark,) = read_one(tmp_path, DISPLACEMENT + 'array = "disp"').remarks
        assert "are unit and rate of the radar right?" in remark


def test_two_files_of_one_trial_are_refused_before_anything_is_written(tmp_path):
    """As when a group of `files.name` leaves out what tells them apart."""
    for name in ("ann_1_rest", "ann_1_sport"):
        (tmp_path / "files").mkdir(exist_ok=True)
        np.savez(tmp_path / "files" / f"{name}.npz", disp=MOTION_M)
    (tmp_path / "mapping.toml").write_text(
        "[files]\nname = '(?P<subject>[a-z]+)_(?P<trial>[0-9]+)'\n"
        f'[radar]\nrate_hz = {RATE_HZ}\narray = "disp"\n{DISPLACEMENT}'
    )
    config = ImportConfig(mapping=tmp_path / "mapping.toml")
    with pytest.raises(UserError, match=r"rest\.npz and .*sport\.npz are both trial 1 of ann"):
        import_data("generic", tmp_path / "files", tmp_path / "out", config)
    assert not (tmp_path / "out").exists()


BEYOND = [
    ({"disp": np.array(3.0)}, "disp does not change in any of 1 channel"),
    ({"disp": MOTION_M + 1e300 * (MOTION_M > 2e-3)}, r"holds numbers up to 1e\+300; expected"),
    ({"disp": MOTION_M, "fs": -400.0}, "a rate of -400 Hz for disp in one.npz; expected 50 Hz to"),
    ({"disp": MOTION_M, "fs": 3e6}, r"a rate of 3e\+06 Hz for disp"),
    ({"disp": MOTION_M, "fs": np.nan}, "fs in one.npz is nan; expected a finite number"),
    (
        {"disp": MOTION_M, "xyz": np.full((2, 3), np.nan)},
        "6 of 6 numbers of xyz in one",
    ),
    ({"disp": MOTION_M * [[1], [np.nan]]}, "samples of disp, row 2 of 2, are NaN"),
]


@pytest.mark.parametrize(("arrays", "message"), BEYOND, ids=[bad[1] for bad in BEYOND])
def test_numbers_beyond_reason_are_refused(arrays, message, tmp_path):
    np.savez(tmp_path / "one.npz", **arrays)
    rate = '"fs"' if "fs" in arrays else RATE_HZ
    places = 'positions = "xyz"\n' if "xyz" in arrays else ""
    (tmp_path / "mapping.toml").write_text(
        f'[radar]\narray = "disp"\nrate_hz = {rate}\n{places}{DISPLACEMENT}'
    )
    with pytest.raises(UserError, match=message):
        read_trial(tmp_path / "one.npz", read_mapping(tmp_path / "mapping.toml"), PARTS)


def test_times_of_two_clocks_are_not_laid_over_each_other(tmp_path):
    np.savez(tmp_path / "one.npz", disp=MOTION_M, ecg=ECG_MV, t=TIME_S + 1.7e9, u=TIME_S + 5)
    (tmp_path / "mapping.toml").write_text(
        f'[radar]\narray = "disp"\ntime_s = "t"\n{DISPLACEMENT}[ecg]\narray = "ecg"\ntime_s = "u"\n'
    )
    with pytest.raises(UserError, match="radar from 1700000000 s on, 12 s of ECG from 5 s on"):
        read_trial(tmp_path / "one.npz", read_mapping(tmp_path / "mapping.toml"), PARTS)


BAD_KEYS = [
    ("rate_hz = -5", "radar.rate_hz = -5; expected greater than 0"),
    ("rate_hz = 400\ncolour = 1", "radar.colour = 1; expected a key that is known"),
]


@pytest.mark.parametrize(("line", "message"), BAD_KEYS, ids=[bad[1] for bad in BAD_KEYS])
def test_a_key_that_does_not_fit_is_called_as_it_is_written(line, message, tmp_path):
    (tmp_path / "mapping.toml").write_text(f'[radar]\narray = "disp"\n{DISPLACEMENT}{line}\n')
    with pytest.raises(UserError) as refused:
        read_mapping(tmp_path / "mapping.toml")
    assert message in str(refused.value)


def test_the_distance_of_a_chest_does_not_cost_its_heartbeat_digits(tmp_path):
    """Single precision holds 2e-7 m of 3 m, which second differences make 1e-3 m/s^2 of."""
    found = []
    for distance_m in (0.0, 3.0):
        np.savez(tmp_path / "one.npz", disp=MOTION_M + distance_m)
        radar = read_one(tmp_path, DISPLACEMENT + 'array = "disp"').recording.radar
        found.append(vibration(radar, 200))
    np.testing.assert_allclose(found[1], found[0], atol=1e-5)


def test_an_array_that_is_named_twice_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"radar\.array has disp twice"):
        mapping_of(tmp_path, DISPLACEMENT + 'array = ["disp", "disp"]')
    for array in ('"ecg"', '["disp", "ecg"]'):
        with pytest.raises(UserError, match=r"ecg is both radar\.array and ecg.array"):
            mapping_of(tmp_path, DISPLACEMENT + f"array = {array}", LABELS)


@pytest.mark.parametrize("start_s", [0.0, 7.0])
def test_times_of_the_radar_alone_do_not_say_when_the_ecg_began(start_s, tmp_path):
    np.savez(tmp_path / "one.npz", disp=MOTION_M, ecg=ECG_MV, t=TIME_S + start_s)
    (tmp_path / "mapping.toml").write_text(
        f'[radar]\narray = "disp"\ntime_s = "t"\n{DISPLACEMENT}{LABELS}'
    )
    (trial,) = read_trial(tmp_path / "one.npz", read_mapping(tmp_path / "mapping.toml"), PARTS)
    said = ("only the radar has times: both are taken to begin at once",)
    assert trial.remarks == (said if start_s else ())


def test_an_echo_of_which_one_half_is_dead_is_refused_and_noise_is_remarked_upon(tmp_path):
    table = 'quantity = "iq"\nwavelength_m = 0.0124\n'
    echo = 2 - 1j + 3 * np.exp(4j * np.pi / 0.0124 * MOTION_M)
    np.savez(tmp_path / "one.npz", i=echo.real, q=echo.imag * [[1], [0]])
    with pytest.raises(UserError, match=r"channel 2 of 2 in one\.npz: Q does not change; expected"):
        read_one(tmp_path, table + 'array = ["i", "q"]')
    np.savez(tmp_path / "one.npz", e=echo)
    assert read_one(tmp_path, table + 'array = "e"').remarks == ()
    noise = np.random.default_rng(0).standard_normal((2, 1, 4000))
    np.savez(tmp_path / "one.npz", e=(noise[0] + 1j * noise[1]) * [[1], [2]])
    (remark,) = read_one(tmp_path, table + 'array = "e"').remarks
    assert remark.startswith("I and Q lie on no circle: their distance from its centre varies by 5")
