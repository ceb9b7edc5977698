"""Infineon recordings, written here as the recorder of the SDK lays them out."""

import json
import shutil

import numpy as np
import pytest

from radarkit.capture import open_capture, read_config, write_toml
from radarkit.capture.config import SPEED_OF_LIGHT_M_PER_S
from radarkit.capture.infineon import is_infineon, open_infineon
from radarkit.errors import UserError

SHAPE = {
    "aaf_cutoff_Hz": 500000,
    "chirp_repetition_time_s": 0.0005,
    "start_frequency_Hz": 59_500_000_000,
    "end_frequency_Hz": 61_500_000_000,
    "frame_repetition_time_s": 0.01,
    "hp_cutoff_Hz": 80000,
    "if_gain_dB": 33,
    "mimo_mode": "off",
    "num_chirps_per_frame": 4,
    "num_samples_per_chirp": 64,
    "rx_antennas": [1, 3],
    "sample_rate_Hz": 2_000_000,
    "tx_antennas": [1],
    "tx_power_level": 31,
}


def record(folder, array, device=None, **changes):
    """Write a recording; gives its outer folder."""
    outer = folder / "BGT60TR13C_record_20260616-090000"
    inner = outer / "RadarIfxAvian_00"
    inner.mkdir(parents=True)
    np.save(inner / "radar.npy", array)
    shape = {key: value for key, value in (SHAPE | changes).items() if value is not None}
    config = {"device_config": {"fmcw_single_shape": shape} if device is None else device}
    (inner / "config.json").write_text(json.dumps(config))
    (inner / "meta.json").write_text('{"adc_resolution": 12, "sdk_version": "3.6.4"}')
    (outer / "meta.json").write_text('{"ifxdaq_version": "3.0.1"}')
    return outer


@pytest.fixture
def counts():
    """What a 12-bit ADC gives of an echo at bin 9 that moves, over a bias of its own."""
    frame, rx, chirp, sample = np.ogrid[:20, :2, :4, :64]
    phase = 2 * np.pi * 9 * sample / 64 + 0.3 * frame + rx + 0 * chirp
    return np.rint(2047 + 40 * rx + 300 * np.cos(phase)).astype(np.uint16)


def test_the_configuration_is_that_of_the_recorder(tmp_path, counts):
    outer = record(tmp_path, counts)
    config = read_config(outer)
    assert config.wavelength_m == pytest.approx(SPEED_OF_LIGHT_M_PER_S / 60.5e9)
    assert config.bandwidth_hz == pytest.approx(2e9)
    assert config.range_bin_m == pytest.approx(0.0749, abs=1e-4)
    assert config.max_range_m == pytest.approx(0.0749 * 32, rel=1e-3)  # real samples
    assert config.frame_rate_hz == pytest.approx(100)
    assert config.chirp_period_s == 0.0005
    assert config.array.receiver_numbers == (0, 2)
    assert config.frame_shape == (4, 1, 2, 64)
    inner = outer / "RadarIfxAvian_00"
    assert read_config(inner) == read_config(inner / "config.json") == config
    write_toml(config, tmp_path / "radar.toml")
    assert read_config(tmp_path / "radar.toml") == config


def test_older_recorders_call_the_frequencies_lower_and_upper(tmp_path, counts):
    new = read_config(record(tmp_path / "new", counts))
    old = record(
        tmp_path / "old", counts, start_frequency_Hz=None, end_frequency_Hz=None,
        lower_frequency_Hz=59.5e9, upper_frequency_Hz=61.5e9,
    )  # fmt: skip
    assert read_config(old) == new


def test_every_scale_gives_the_same_samples(tmp_path, counts):
    truth = counts - counts.mean(axis=-1, keepdims=True)
    truth = truth.transpose(0, 2, 1, 3)[:, :, None]  # (frame, loop, tx, rx, sample)
    scales = {
        "whole numbers": counts,
        "counts as floats": counts.astype(np.float64),
        "0 to 1": (counts / 4095).astype(np.float32),
        "-1 to 1": counts / 4095 * 2 - 1,
    }
    for name, array in scales.items():
        capture = open_infineon(record(tmp_path / name, array))
        assert capture.frames == 20 and capture.limits is None and capture.notes == ()
        block = capture.read()
        assert block.dtype == np.float32
        assert np.allclose(block, truth, atol=2e-3), name
        assert np.allclose(np.concatenate(list(capture.blocks(7))), block)


def test_phase_of_the_positive_beat_rises_with_distance(tmp_path, counts):
    """The echo of the fixture moves away: its phase rises by 0.3 rad a frame."""
    block = open_infineon(record(tmp_path, counts)).read()
    phase = np.unwrap(np.angle(np.fft.fft(block, axis=-1)[:, 0, 0, :, 9]), axis=0)
    assert np.allclose(np.diff(phase, axis=0), 0.3, atol=2e-3)


def test_samples_at_the_limits_of_the_adc_are_noted(tmp_path, counts):
    counts[3, 0, 0, :32] = 4095
    for name, array in {"raw": counts, "float": counts / 4095 * 2 - 1}.items():
        (note,) = open_infineon(record(tmp_path / name, array)).notes
        assert note.startswith(f"{100 * 32 / counts.size:.2g} % of the samples are at the limits")


def test_outer_and_inner_folder_and_array_are_the_same_recording(tmp_path, counts):
    outer = record(tmp_path, counts)
    inner = outer / "RadarIfxAvian_00"
    for path in (outer, inner, inner / "radar.npy"):
        assert is_infineon(path)
        assert np.array_equal(open_capture(path).read(), open_infineon(outer).read())
    assert not is_infineon(tmp_path) and not is_infineon(inner / "config.json")


def test_a_configuration_of_ones_own_is_used(tmp_path, counts):
    outer = record(tmp_path, counts)
    write_toml(read_config(outer, board="iwr6843isk"), tmp_path / "radar.toml")
    config = read_config(tmp_path / "radar.toml")
    assert open_infineon(outer, config).config.array.known
    other = config.model_copy(update={"adc": config.adc.model_copy(update={"axes": None})})
    with pytest.raises(UserError, match="of another radar; leave the configuration out"):
        open_infineon(outer, other)


def test_a_folder_with_two_radars_asks_which(tmp_path, counts):
    outer = record(tmp_path, counts)
    shutil.copytree(outer / "RadarIfxAvian_00", outer / "RadarIfxAvian_01")
    with pytest.raises(UserError, match=r"holds 2 recordings; expected one; name one of .*_00, "):
        open_infineon(outer)


def test_a_folder_without_a_recording_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"expected radar\.npy and config\.json in it"):
        open_infineon(tmp_path)
    with pytest.raises(UserError, match="no recording at"):
        open_infineon(tmp_path / "nothing")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"num_samples_per_chirp": 32}, "expected (frame, rx 2, chirp 4, sample 32)"),
        ({"num_chirps_per_frame": 8}, "expected (frame, rx 2, chirp 8, sample 64)"),
        ({"rx_antennas": [1, 2, 3]}, "(20, 2, 4, 64); expected (frame, rx 3, chirp 4, sample 64)"),
        ({"rx_antennas": [1, 1]}, "receivers should be 2 different numbers"),
        ({"rx_antennas": 3}, "rx_antennas = 3; expected a list"),
        ({"tx_antennas": [1, 2]}, "tx_antennas = [1, 2]; expected one transmitter"),
        ({"sample_rate_Hz": None}, "no device_config.fmcw_single_shape.sample_rate_Hz"),
        ({"sample_rate_Hz": "fast"}, "sample_rate_Hz = 'fast'; expected a number"),
        ({"num_samples_per_chirp": 0}, "0 samples at 2e+06 Hz"),
        ({"end_frequency_Hz": 58e9}, "(end_frequency_Hz - start_frequency_Hz) over the chirp"),
        ({"frame_repetition_time_s": 0.001}, "frame_repetition_time_s = 0.001 s is shorter"),
        ({"chirp_repetition_time_s": 1e-5}, "chirp_repetition_time_s = 1e-05 s is shorter"),
    ],
)
def test_a_recording_that_cannot_be_read_right_is_refused(tmp_path, counts, changes, words):
    with pytest.raises(UserError) as error:
        open_infineon(record(tmp_path, counts, **changes))
    assert words in str(error.value) and "\n" not in str(error.value)


def test_nan_and_complex_numbers_are_refused(tmp_path, counts):
    broken = counts / 4095
    broken[5, 0, 0, 0] = np.nan
    capture = open_infineon(record(tmp_path / "nan", broken))
    with pytest.raises(UserError, match="infinite samples in frame 5"):
        capture.read()
    with pytest.raises(UserError, match="holds complex numbers; expected real ones"):
        open_infineon(record(tmp_path / "complex", counts * 1j))
