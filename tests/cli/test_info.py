"""``radarkit info`` on the configurations of radars; other files are in test_workflow.py."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from radarkit.capture import read_config
from radarkit.cli.main import app

from .conftest import run

CFG = """\
channelCfg 15 5 0
adcCfg 2 1
adcbufCfg -1 0 1 1 1
profileCfg 0 60.25 10 6 60 0 0 65 1 256 5000 0 0 30
chirpCfg 0 0 0 0 0 0 0 1
chirpCfg 1 1 0 0 0 0 0 4
frameCfg 0 1 8 0 5 1 0
"""


@pytest.fixture
def cfg(tmp_path):
    path = tmp_path / "radar.cfg"
    path.write_text(CFG)
    return path


def rows(done):
    """The table that was printed."""
    assert done.returncode == 0, done.stderr
    cells = [line.split("│") for line in done.stdout.splitlines() if "│" in line]
    return {line[1].strip(): line[2].strip() for line in cells}


def test_the_table_of_a_radar_follows_the_textbook(cfg, tmp_path):
    found = rows(run("info", "radar.cfg", cwd=tmp_path))
    bandwidth_hz = 65e12 * 256 / 5e6
    centre_hz = 60.25e9 + 65e12 * 6e-6 + bandwidth_hz / 2
    bin_m = 299792458 / 2 / bandwidth_hz
    assert found["wavelength"] == f"{299792458 / centre_hz * 1e3:.4f} mm"
    assert found["bandwidth"] == "3328.0 MHz"
    assert found["range bin"] == f"{bin_m * 100:.2f} cm"
    assert found["maximum range"] == f"{256 * bin_m:.2f} m"
    assert found["chirps per frame"] == "16 (8 x tx 0 2)"
    assert found["chirp period"] == "70.00 us"
    assert found["frame rate"] == "200 Hz"
    assert found["virtual array"] == "2 tx x 4 rx = 8"
    assert found["ADC layout"] == "complex, q-first, 2 lanes, 16 bits"
    assert found["bytes per frame"] == str(8 * 2 * 4 * 256 * 4)
    assert found["bytes per minute"] == str(8 * 2 * 4 * 256 * 4 * 200 * 60)


def test_any_configuration_is_written_as_toml(cfg, tmp_path):
    toml = ("--toml", "radar.toml", "--board", "iwr6843isk")
    found = rows(run("info", "radar.cfg", *toml, cwd=tmp_path))
    assert found["board"] == "iwr6843isk"
    written = read_config(tmp_path / "radar.toml")
    assert written == read_config(cfg, board="iwr6843isk")
    assert rows(run("info", "radar.toml", cwd=tmp_path)) == found
    assert rows(run("info", "radar.cfg", *toml, "--force", cwd=tmp_path)) == found


def test_the_folder_of_a_recording_is_a_radar(tmp_path):
    folder = tmp_path / "BGT60TR13C_record" / "RadarIfxAvian_00"
    folder.mkdir(parents=True)
    np.save(folder / "radar.npy", np.zeros((2, 3, 4, 64)))
    shape = {
        "start_frequency_Hz": 59.5e9, "end_frequency_Hz": 61.5e9, "sample_rate_Hz": 2e6,
        "num_samples_per_chirp": 64, "num_chirps_per_frame": 4, "rx_antennas": [1, 2, 3],
        "tx_antennas": [1], "chirp_repetition_time_s": 5e-4, "frame_repetition_time_s": 0.01,
    }  # fmt: skip
    config = {"device_config": {"fmcw_single_shape": shape}}
    (folder / "config.json").write_text(json.dumps(config))
    found = rows(run("info", "BGT60TR13C_record", cwd=tmp_path))
    assert found["ADC layout"] == "real, NumPy array (frame, rx, chirp, sample), 12 bits"
    assert found["samples per frame"] == str(3 * 4 * 64)


def test_a_configuration_that_cannot_be_used_leaves_nothing_behind(refused, cfg, tmp_path):
    (tmp_path / "there.toml").write_text("mine")
    assert "there.toml exists already" in refused("info", "radar.cfg", "--toml", "there.toml")
    assert "board moon" in refused("info", "radar.cfg", "--board", "moon", "--toml", "new.toml")
    cfg.write_text(CFG.replace("frameCfg", "% frameCfg"))
    assert "no frameCfg line" in refused("info", "radar.cfg", "--toml", "new.toml")


def test_toml_and_board_are_for_radars(refused, tmp_path):
    (tmp_path / "data.h5").write_text("hello")
    for option in (("--toml", "new.toml"), ("--board", "iwr6843isk")):
        line = refused("info", "data.h5", *option)
        assert f"is a data set; expected a radar configuration for {option[0]}" in line


@pytest.mark.parametrize(
    ("preset", "said"),
    [
        ("compact", "radarODE-MTL on one window of 4 channels, 71 rows and 120 frames\n"),
        ("radarode", "radarODE on one window of 4 channels, 71 rows, 120 frames and 800 samples\n"),
        ("mmecg", "MMECG on one window of 4 channels and 640 samples\n"),
    ],
)
def test_a_network_is_told_with_its_framework_and_its_windows(preset, said):
    done = CliRunner().invoke(app, ["info", "--model", preset, "--channels", "4"])
    assert done.exit_code == 0, done.output
    assert f"{preset}: {said}" in done.stdout
    assert ("shared by the tasks" in done.stdout) == (preset == "compact")
