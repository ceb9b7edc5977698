import math

import pytest

from radarkit.capture import read_config, write_toml
from radarkit.errors import UserError

GOOD = """
[chirp]
start_frequency_hz = 60.36e9
slope_hz_per_s     = 60.0e12
samples            = 100
sample_rate_hz     = 4.0e6
[frame]
loops    = 2
tx_order = [0, 2]
period_s = 0.050
[array]
rx = 4
[adc]
lanes    = 2
format   = "complex"
iq_order = "i-first"
"""


def write(tmp_path, text):
    path = tmp_path / "radar.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_derived_quantities_follow_the_textbook(tmp_path):
    config = read_config(write(tmp_path, GOOD))
    assert config.bandwidth_hz == pytest.approx(60e12 * 25e-6)  # 1.5 GHz in 25 us
    assert config.range_bin_m == pytest.approx(0.09993, abs=1e-5)
    assert config.max_range_m == pytest.approx(9.993, abs=1e-3)
    assert config.wavelength_m == pytest.approx(299792458 / 61.11e9)
    assert config.frame_rate_hz == pytest.approx(20)
    assert config.virtual_channels == 8
    assert config.bytes_per_frame == 2 * 2 * 4 * 100 * 4


def test_a_configuration_survives_writing_and_reading(tmp_path):
    config = read_config(write(tmp_path, GOOD))
    write_toml(config, tmp_path / "copy.toml")
    assert read_config(tmp_path / "copy.toml") == config


def test_an_array_of_ones_own_is_read_and_written(tmp_path):
    places = "tx_half_wavelengths = [[0, 0], [1, 1.5], [4, 0]]\nrx_half_wavelengths = [[0, 0]]"
    config = read_config(write(tmp_path, GOOD.replace("rx = 4", f"rx = 1\n{places}")))
    assert config.array.known and config.array.tx_positions == ((0, 0), (1, 1.5), (4, 0))
    write_toml(config, tmp_path / "copy.toml")
    assert read_config(tmp_path / "copy.toml") == config


def test_a_file_from_a_windows_editor_is_read(tmp_path):
    path = tmp_path / "radar.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert read_config(path) == read_config(write(tmp_path, GOOD))


def test_a_transmitter_that_fires_twice_is_one_virtual_channel(tmp_path):
    config = read_config(write(tmp_path, GOOD.replace("[0, 2]", "[2, 0, 2]")))
    assert config.transmitters == (0, 2)
    assert config.virtual_channels == 8
    assert config.frame_shape == (2, 3, 4, 100)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("loops    = 2", "loops = 2\nlopps = 3", "unknown key frame.lopps"),
        ("[array]", "[arrays]\nrx = 3\n[array]", "unknown key arrays"),
        ("slope_hz_per_s     = 60.0e12", "", "no chirp.slope_hz_per_s"),
        ("[array]\nrx = 4", "", "no [array]"),
        ("samples            =", "sampels =", "is chirp.sampels, which is not known, meant so?"),
        ("[array]", "[Array]", "no [array]; add [array], or is [Array], which is not known,"),
        ("60.36e9", "60.36", "chirp.start_frequency_hz = 60.36"),
        ("60.36e9", "60.36", "give it in Hz"),
        ("60.0e12", "60", "give it in Hz/s: 60 MHz/us are 60e12"),
        ("0.050", "5000", "give it in seconds"),
        ("60.36e9", '"60.36e9"', "chirp.start_frequency_hz"),
        ("60.36e9", "nan", "chirp.start_frequency_hz"),
        ("= 100", "= 101", "chirp.samples = 101"),
        ("[0, 2]", "[]", "frame.tx_order"),
        ("[0, 2]", "[0, -1]", "frame.tx_order.1 = -1"),
        ("rx = 4", "rx = true", "array.rx"),
        ("0.050", "0.00005", "frame.period_s"),
        ("lanes    = 2", "lanes = 3", "adc.lanes = 3"),
        ('"complex"', '"float"', "adc.format = 'float'"),
        ("rx = 4", 'rx = 4\nboard = "iwr1"', 'board = "iwr1" should be one of awr1642boost'),
        ("rx = 4", 'rx = 4\nboard = "awr1642boost"', "frame.tx_order has number 2"),
        ('"i-first"', '"iq"', "adc.iq_order = 'iq'"),
        ("[chirp]", "[chirp", "TOML"),
        ("loops    = 2", "loops = 1" + 400 * "0", "frame.loops = 1000"),
        ("loops    = 2", "loops = 1" + 5000 * "0", "cannot be read as TOML"),
        ("[0, 2]", "[" + 513 * "0, " + "]", "frame.tx_order"),
        ("rx = 4", "rx = 4\nreceivers = [0, 1, 2, 2, 3]", "should be 4 different numbers"),
        ("rx = 4", "rx = 4\ntx_half_wavelengths = [[0, 0]]", "come together"),
    ],
)
def test_a_wrong_configuration_is_refused_by_the_name_of_its_key(tmp_path, old, new, says):
    assert old in GOOD
    with pytest.raises(UserError) as caught:
        read_config(write(tmp_path, GOOD.replace(old, new)))
    assert says in str(caught.value)
    assert "radar.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_a_folder_and_binary_rubbish_are_refused(tmp_path):
    (tmp_path / "rubbish.toml").write_bytes(bytes(range(128, 256)))
    for path in (tmp_path / "nowhere.toml", tmp_path, tmp_path / "rubbish.toml"):
        with pytest.raises(UserError):
            read_config(path)


def test_an_existing_configuration_is_kept_unless_forced(tmp_path):
    config = read_config(write(tmp_path, GOOD))
    with pytest.raises(UserError, match="--force"):
        write_toml(config, tmp_path / "radar.toml")
    write_toml(config, tmp_path / "radar.toml", force=True)
    assert math.isclose(read_config(tmp_path / "radar.toml").bandwidth_hz, 1.5e9)
