"""Recordings of mmWave Studio: a ``*.setup.json`` and the files beside it."""

import json

import numpy as np
import pytest

from radarkit.capture import IQOrder, open_capture, read_config, write_dca1000
from radarkit.capture.setup_json import open_setup
from radarkit.errors import UserError

from .ti_files import mmwave

WINDOWS = "C:\\ti\\mmwave_studio_02_01_01_00\\mmWaveStudio\\PostProc\\"


@pytest.fixture
def recording(tmp_path):
    """Write a recording with some values of its ``*.setup.json`` changed (None: left out)."""

    def write(config=None, card=None, data_format=None, files=None, **changes):
        (tmp_path / "Radar.mmwave.json").write_text(
            mmwave(iqSwapSel=0) if config is None else config
        )
        setup = {
            "configUsed": WINDOWS + "radar.MMWAVE.json",
            "captureHardware": "DCA1000",
            "mmWaveDevice": "iwr6843",
            "DCA1000Config": {
                "dataLoggingMode": "raw", "lvdsMode": 2, "dataFormatMode": 3,
                "dataFormatConfig": {"MSBToggle": 0, "reorderEnable": 0} | (data_format or {}),
            } | (card or {}),
            "capturedFiles": {
                "numFilesCollected": 1,
                "fileBasePath": WINDOWS,
                "files": [{"processedFileName": "adc_data.bin",
                           "rawFileName": WINDOWS + "ADC_data_Raw_0.bin"}]
                if files is None else files,
            },
        } | changes  # fmt: skip
        path = tmp_path / "radar.setup.json"
        setup = {key: value for key, value in setup.items() if value is not None}
        path.write_text(json.dumps(setup), encoding="utf-8-sig")
        return path

    return write


@pytest.fixture
def cube():
    counts = np.random.default_rng(1).integers(-2000, 2000, (3, 8, 2, 3, 256, 2))
    return counts.astype(np.float32).view(np.complex64)[..., 0]


def refusal(path):
    with pytest.raises(UserError) as error:
        open_setup(path)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_the_configuration_is_found_by_name_whatever_its_windows_path_and_case(recording):
    path = recording()
    assert read_config(path) == read_config(path.with_name("Radar.mmwave.json"))


def test_the_processed_file_is_opened_and_the_raw_one_where_it_is_missing(recording, cube):
    path = recording()
    config = read_config(path)
    write_dca1000(path.with_name("adc_data_Raw_0.bin"), [cube[:2]], config)
    assert np.array_equal(open_setup(path).read(), cube[:2])
    write_dca1000(path.with_name("adc_data.bin"), [cube], config)
    assert np.array_equal(open_setup(path).read(), cube)
    assert open_setup(path).config == config


def test_a_configuration_of_ones_own_is_used(recording, cube):
    path = recording()
    write_dca1000(path.with_name("adc_data.bin"), [cube], read_config(path))
    config = read_config(path, board="iwr6843isk")
    path.with_name("Radar.mmwave.json").unlink()  # it is not needed then
    for capture in (open_setup(path, config), open_capture(path, config)):
        assert capture.config.array.known and capture.frames == 3


def test_a_capture_that_was_split_is_opened_as_one(recording, cube):
    files = [{"processedFileName": f"part{n}.bin", "rawFileName": f"X_Raw_{n}.bin"} for n in (0, 1)]
    path = recording(files=files)
    write_dca1000(path.with_name("whole.bin"), [cube], read_config(path))
    stream = path.with_name("whole.bin").read_bytes()
    path.with_name("X_Raw_0.bin").write_bytes(stream[:40000])  # within a frame
    path.with_name("X_Raw_1.bin").write_bytes(stream[40000:])
    for number in (0, 1):  # processed one by one, they lack their ends
        path.with_name(f"part{number}.bin").write_bytes(stream[:36864])
    assert np.array_equal(open_setup(path).read(), cube)


def test_files_that_are_not_the_parts_of_one_capture_are_refused(recording, cube):
    """None of them may be left out, or taken in, in silence."""
    path = recording(files=[{"rawFileName": "X_Raw_0.bin"}, {"rawFileName": "Y_Raw_0.bin"}])
    for name in ("X_Raw_0.bin", "Y_Raw_0.bin"):
        write_dca1000(path.with_name(name), [cube], read_config(path))
    assert "Y_Raw_0.bin may be of another recording" in refusal(path)
    path = recording(files=[{"rawFileName": "X_Raw_0.bin"}])
    assert open_setup(path).frames == 3
    write_dca1000(path.with_name("X_Raw_1.bin"), [cube], read_config(path))  # of an older one
    assert "lists 1 files, X_Raw_0.bin is one of 2 parts: X_Raw_1.bin may be" in refusal(path)


def test_a_partial_capture_is_opened_where_it_is_allowed(recording, cube):
    path = recording()
    write_dca1000(path.with_name("adc_data.bin"), [cube], read_config(path))
    with path.with_name("adc_data.bin").open("r+b") as file:
        file.truncate(cube.size * 4 - 100)
    assert "bytes left over" in refusal(path)
    assert open_setup(path, allow_partial=True).frames == 2


def test_reordering_by_the_card_makes_pairs(recording):
    assert read_config(recording()).adc.iq_order is IQOrder.I_FIRST
    config = read_config(recording(data_format={"reorderEnable": 1}))
    assert config.adc.iq_order is IQOrder.QI_PAIRS


def test_four_lanes_are_those_of_a_four_lane_chip(recording):
    four = mmwave(chInterleave=0, laneEn="0xF", numAdcSamples=255)
    path = recording(four, {"lvdsMode": 1}, {"reorderEnable": 1}, mmWaveDevice="awr1243")
    assert read_config(path).adc.lanes == 4
    assert read_config(path).adc.iq_order is IQOrder.Q_FIRST  # reordering is for 2 lanes
    path = recording(four, {"lvdsMode": 1})
    assert '"iwr6843" sends on 2 lanes, its configuration (chInterleave) says 4' in refusal(path)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"mmWaveDevice": "xWRL6432"}, "xWRL6432"),
        ({"mmWaveDevice": "awrl1432"}, "chips of the L-SDK"),
        ({"mmWaveDevice": "awr2243"}, "sends on 4 lanes"),
        ({"captureHardware": "TSW1400"}, 'captureHardware = "TSW1400"; expected "DCA1000"'),
        ({"configUsed": WINDOWS + "other.json"}, "no radar configuration other.json beside"),
        ({"configUsed": None}, "no configUsed"),
        ({"configUsed": ""}, "no radar configuration"),
        ({"card": {"lvdsMode": 1}}, "lvdsMode = 1: 4 lanes; expected the 2 lanes"),
        ({"card": {"dataFormatMode": 1}}, "dataFormatMode = 1: 12 bits; expected the 16 bits"),
        ({"card": {"dataLoggingMode": "multi"}}, 'dataLoggingMode = "multi"'),
        ({"data_format": {"MSBToggle": 1}}, "MSBToggle = 1; expected 0"),
        ({"files": []}, "lists no captured files"),
        ({"files": [{"rawFileName": "gone.bin"}]}, "lists gone.bin; expected the capture in"),
    ],
)
def test_a_recording_that_cannot_be_read_right_is_refused(recording, changes, words):
    assert words in refusal(recording(**changes))
