"""Configurations of other tools: each is written here from the tables of its maker."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radarkit.capture import read_config, write_toml
from radarkit.errors import UserError

from .ti_files import CFG, mmwave


def read(tmp_path, text, name="radar.cfg"):
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_config(path)


def refusal(tmp_path, text, name="radar.cfg"):
    """The error that a file gives: one line that begins with its name."""
    with pytest.raises(UserError) as error:
        read(tmp_path, text, name)
    line = str(error.value)
    assert "\n" not in line and str(tmp_path) in line
    return line


def changed(command, values):
    """`CFG` with other values of a command, or without it."""
    line = f"{command} {values}" if values is not None else ""
    text, count = re.subn(rf"^{command} .*$", line, CFG, count=1, flags=re.MULTILINE)
    assert count == 1
    return text


def test_a_profile_of_the_command_line_is_read_as_it_was_sent(tmp_path):
    config = read(tmp_path, CFG)
    # the ADC starts 6 us into a ramp of 65 MHz/us: 390 MHz above its start
    assert config.chirp.start_frequency_hz == pytest.approx(60.25e9 + 390e6, abs=1)
    assert config.bandwidth_hz == pytest.approx(65e12 * 256 / 5e6)
    assert config.chirp_period_s == pytest.approx(70e-6)
    assert config.frame.period_s == pytest.approx(5e-3)
    assert config.frame_shape == (8, 2, 3, 256)
    assert config.frame.tx_order == (0, 2)  # txEnable 1 and 4
    assert config.array.receiver_numbers == (0, 2, 3)  # rxChannelEn 0b1101
    adc = config.adc
    assert (adc.format, adc.bits, adc.lanes, adc.iq_order) == ("complex", 16, 2, "q-first")


def test_the_same_radar_is_the_same_configuration_in_every_format(tmp_path):
    config = read(tmp_path, CFG)
    assert read(tmp_path, mmwave(), "radar.mmwave.json") == config
    assert read(tmp_path, mmwave(), "radar.json") == config
    write_toml(config, tmp_path / "radar.toml")
    assert read_config(tmp_path / "radar.toml") == config


def test_the_kind_of_a_file_without_its_suffix_is_told_by_what_is_in_it(tmp_path):
    config = read(tmp_path, CFG)
    assert read(tmp_path, CFG, "profile.txt") == config
    assert read(tmp_path, mmwave(), "radar.conf") == config
    write_toml(config, tmp_path / "radar.ini")
    assert read_config(tmp_path / "radar.ini") == config


def written(value, style):
    """A number the way some tool writes it."""
    if style == "hex" and value == int(value) and value >= 0:
        return hex(int(value))
    return repr(float(value)) if style == "float" or value != int(value) else str(int(value))


@st.composite
def radars(draw):
    samples = 2 * draw(st.integers(2, 512))
    rate = draw(st.sampled_from([2000, 5209, 6250.5, 10000]))
    adc_start = draw(st.floats(0, 9.75).map(lambda value: round(value, 2)))
    return {
        "start": draw(st.sampled_from([60, 60.25, 76.01, 77])),
        "idle": draw(st.sampled_from([7, 10.5, 429])),
        "adc_start": adc_start,
        "ramp": round(adc_start + samples / rate * 1e3 + draw(st.floats(0.1, 50)), 2),
        "slope": draw(st.sampled_from([8.883, 22.112131118774414, 65, 70])),
        "samples": samples,
        "rate": rate,
        "loops": draw(st.integers(1, 4)),
        "rx": draw(st.integers(1, 15)),
        "tx": draw(st.lists(st.integers(0, 2), min_size=1, max_size=4)),
        "format": draw(st.sampled_from([0, 1, 2])),
        "bits": draw(st.sampled_from([0, 1, 2])),
        "swap": draw(st.sampled_from([0, 1])),
        "interleave": draw(st.sampled_from([0, 1])),
        "style": draw(st.sampled_from(["plain", "float", "hex"])),
    }


def as_cfg(radar, *, newline, junk):
    def line(command, *values):
        return " ".join([command, *(written(value, radar["style"]) for value in values)])

    lines = [
        line("channelCfg", radar["rx"], 7, 0),
        line("adcCfg", radar["bits"], radar["format"]),
        line("adcbufCfg", -1, radar["format"] == 0, radar["swap"], radar["interleave"], 1),
        line(
            "profileCfg", 3, radar["start"], radar["idle"], radar["adc_start"], radar["ramp"],
            0, 0, radar["slope"], 1, radar["samples"], radar["rate"], 0, 0, 30,
        ),
        line("profileCfg", 1, 61, 7, 7, 7, 0, 0, 1, 1, 99, 5209, 0, 0, 30),  # not in use
        *(line("chirpCfg", 2 + n, 2 + n, 3, 0, 0, 0, 0, 1 << tx)
          for n, tx in enumerate(radar["tx"])),
        line("frameCfg", 2, 1 + len(radar["tx"]), radar["loops"], 0, 250, 1, 0),
    ]  # fmt: skip
    lines = [text for line in lines for text in (*junk, line + " " + (junk[0] if junk else ""))]
    return newline.join(lines)


def as_mmwave(radar):
    def value(number):
        text = written(number, radar["style"])
        return text if radar["style"] == "hex" else json.loads(text)

    profile = {
        "profileId": value(3), "startFreqConst_GHz": value(radar["start"]),
        "idleTimeConst_usec": value(radar["idle"]),
        "adcStartTimeConst_usec": value(radar["adc_start"]),
        "rampEndTime_usec": value(radar["ramp"]), "freqSlopeConst_MHz_usec": value(radar["slope"]),
        "numAdcSamples": value(radar["samples"]), "digOutSampleRate": value(radar["rate"]),
    }  # fmt: skip
    chirps = [
        {"chirpStartIdx": value(n), "chirpEndIdx": value(n), "profileId": value(3),
         "txEnable": value(1 << tx)}
        for n, tx in enumerate(radar["tx"])
    ]  # fmt: skip
    rf = {
        "rlChanCfg_t": {"rxChannelEn": value(radar["rx"])},
        "rlAdcOutCfg_t": {"fmt": {"b2AdcBits": radar["bits"], "b2AdcOutFmt": radar["format"]}},
        "rlProfiles": [{"rlProfileCfg_t": profile}],
        "rlChirps": [{"rlChirpCfg_t": chirp} for chirp in chirps],
        "rlFrameCfg_t": {
            "chirpStartIdx": 0, "chirpEndIdx": value(len(chirps) - 1),
            "numLoops": value(radar["loops"]), "framePeriodicity_msec": value(250),
        },
    }  # fmt: skip
    order = radar["swap"] if radar["format"] else 0  # real samples have none
    data_format = {"iqSwapSel": order, "chInterleave": radar["interleave"]}
    capture = {"rlDevDataFmtCfg_t": data_format}
    return json.dumps({"mmWaveDevices": [{"rfConfig": rf, "rawDataCaptureConfig": capture}]})


@given(
    radars(),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([b"", b"\xef\xbb\xbf"]),
    st.lists(st.sampled_from(["% 100 %", "# profileCfg 3 1", "", "%\xe9\u4e2d"]), max_size=3),
)
def test_however_a_radar_is_written_down_it_is_read_as_the_same(
    tmp_path_factory, radar, newline, mark, junk
):
    folder = tmp_path_factory.mktemp("config")
    config = read(folder, mark + as_cfg(radar, newline=newline, junk=junk).encode())
    assert read(folder, mark + as_mmwave(radar).encode(), "radar.mmwave.json") == config
    write_toml(config, folder / "radar.toml")
    assert read_config(folder / "radar.toml") == config

    chirp, frame = config.chirp, config.frame
    start_ghz = radar["start"] + radar["slope"] * radar["adc_start"] / 1e3
    assert chirp.start_frequency_hz / 1e9 == pytest.approx(start_ghz, rel=1e-12)
    assert chirp.slope_hz_per_s == pytest.approx(radar["slope"] * 1e12)
    assert (chirp.samples, chirp.sample_rate_hz) == (radar["samples"], radar["rate"] * 1e3)
    assert (frame.loops, frame.tx_order) == (radar["loops"], tuple(radar["tx"]))
    assert config.chirp_period_s == pytest.approx((radar["idle"] + radar["ramp"]) * 1e-6)
    in_binary = f"{radar['rx']:b}"[::-1]
    assert [str(n) in map(str, config.array.receiver_numbers) for n in range(len(in_binary))] == [
        bit == "1" for bit in in_binary
    ]
    assert config.adc.bits == 12 + 2 * radar["bits"]
    assert config.adc.lanes == (2 if radar["interleave"] else 4)
    assert config.adc.format == ("complex" if radar["format"] else "real")
    if radar["format"]:
        assert config.adc.iq_order == ("q-first" if radar["swap"] else "i-first")


def test_sdk_1_writes_no_subframe_into_adcbufcfg(tmp_path):
    assert read(tmp_path, changed("adcbufCfg", "0 1 1 1")) == read(tmp_path, CFG)


def test_an_awr2944_has_real_samples_and_their_number_in_framecfg(tmp_path):
    text = changed("adcCfg", "2 0").replace("adcbufCfg -1 0 1 1 1", "adcbufCfg -1 1 1 1 1")
    text = text.replace("frameCfg 0 1 8 0 5 1 0", "frameCfg 0 1 8 0 256 5 1 0")
    config = read(tmp_path, text)
    assert (config.adc.format, config.adc.lanes, config.frame.period_s) == ("real", 2, 0.005)
    assert "numAdcSamples = 128; expected the 256" in refusal(
        tmp_path, text.replace("8 0 256 5", "8 0 128 5")
    )


def test_a_range_of_chirps_is_one_line(tmp_path):
    text = CFG.replace("chirpCfg 0 0 0 0", "chirpCfg 0 1 0 0").replace("chirpCfg 1 1", "% ")
    assert read(tmp_path, text).frame.tx_order == (0, 0)


@pytest.mark.parametrize("command", ["channelCfg", "adcCfg", "adcbufCfg", "profileCfg", "frameCfg"])
def test_a_missing_line_is_named(tmp_path, command):
    assert f"no {command} line" in refusal(tmp_path, changed(command, None))


@pytest.mark.parametrize(
    ("command", "values", "words"),
    [
        ("profileCfg", "0 60.25 10 6 60 0 0 65 1", "line 9: profileCfg has 9 values; expected 11"),
        ("profileCfg", "0 x 10 6 60 0 0 65 1 256 5000", "profileCfg startFreq = 'x'"),
        ("profileCfg", "0 nan 10 6 60 0 0 65 1 256 5000", "profileCfg startFreq = 'nan'"),
        ("profileCfg", "0 60 10 6 60 0 0 65 1 255.5 5000", "numAdcSamples = '255.5'"),
        ("profileCfg", "0 60 10 6 60 0 0 65 1 255 5000", "numAdcSamples = 255 should be even"),
        ("profileCfg", "0 60 10 6 60 0 0 65 1 256 0", "sample rate of 0 ksps"),
        ("profileCfg", "0 60 10 6 50 0 0 65 1 256 5000", "end at 57.20 us; expected an end within"),
        ("profileCfg", "0 60 10 6 60 0 0 -65 1 256 5000", "profileCfg slope"),
        ("profileCfg", "1 60 10 6 60 0 0 65 1 256 5000", "no profileCfg line of profile 0"),
        ("chirpCfg 1", "1 0 0 0 0 0 0", "txEnable = 0: no transmitter fires"),
        ("chirpCfg 1", "1 0 0 0 0 0 7", "transmitters 0, 1, 2 fire at once"),
        ("chirpCfg 1", "1 1 0 0 0 0 4", "use profiles 0, 1"),
        ("chirpCfg 1", "1 0 0.5 0 0 0 4", "startFreqVar = 0.5: chirps that differ"),
        ("chirpCfg 1", "1 0 0 0 3 0 4", "idleVar = 3: chirps that differ"),
        ("frameCfg", "0 2 8 0 5 1 0", "no chirpCfg line defines chirp 2"),
        ("frameCfg", "1 0 8 0 5 1 0", "goes from chirp 1 to 0"),
        ("frameCfg", "0 1 8 0 1 1 0", "frameCfg framePeriodicity = 0.001 s is shorter than"),
        ("frameCfg", "0 1 0 0 5 1 0", "frameCfg numLoops = 0"),
        ("profileCfg", "0 60 10 -6 60 0 0 65 1 256 5000", "ADC start time -6 us; expected 0"),
        ("frameCfg", "0 9999999999 8 0 5 1 0", "expected numbers within 0 to 511"),
        ("channelCfg", "0 5 0", "rxChannelEn = 0: no receiver is on"),
        ("channelCfg", "0x1F 5 0", "rxChannelEn = 31: receiver 4 is on; expected receivers 0 to 3"),
        ("channelCfg", "15 5 1", "cascading = 1: cascades are not supported"),
        ("adcCfg", "3 1", "numADCBits = 3; expected one of 0 (12), 1 (14), 2 (16)"),
        ("adcbufCfg", "-1 1 1 1 1", "adcOutputFmt = 1 is real; expected complex"),
        ("adcbufCfg", "-1 0 1 2 1", "chanInterleave = 2"),
        ("lvdsStreamCfg", "-1 1 1 0", "enableHeader = 1 adds an HSI header"),
        ("lvdsStreamCfg", "-1 0 4 0", "dataFmt = 4 adds chirp parameters"),
        ("lvdsStreamCfg", "-1 0 1 1", "enableSW = 1 adds"),
        ("dfeDataOutputMode", "3", "modeType = 3; expected 1"),
    ],
)
def test_a_profile_that_cannot_be_read_right_is_refused(tmp_path, command, values, words):
    assert words in refusal(tmp_path, changed(command, values))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("profileCfg 0 61 10 6 60 0 0 65 1 256 5000", "line 19: profileCfg repeats line 9"),
        ("frameCfg 0 1 4 0 5 1 0", "line 19: frameCfg repeats line 12"),
        ("chirpCfg 0 1 0 0 0 0 0 2", "line 19: chirpCfg repeats line 10"),
        ("chirpComnCfg 8 0 0 128 4 28 0", "chirpComnCfg is of the L-SDK"),
        ("chirpTimingCfg 6 28 0 80 59.75", "xWRL1432, xWRL6432, xWRL6844"),
        ("advFrameCfg 2 0 0 1 0", "subframes are not supported"),
        ("bpmCfg -1 1 0 1", "BPM is not supported"),
    ],
)
def test_a_profile_that_says_too_much_is_refused(tmp_path, line, words):
    assert words in refusal(tmp_path, CFG + line + "\n")


def test_lines_repeated_word_for_word_change_nothing(tmp_path):
    assert read(tmp_path, CFG + CFG) == read(tmp_path, CFG)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"numAdcSamples": None}, "no mmWaveDevices[0].rfConfig.rlProfiles[0].rlProfileCfg_t.num"),
        ({"iqSwapSel": None}, "rlDevDataFmtCfg_t.iqSwapSel; add"),
        ({"numAdcSamples": "lots"}, "numAdcSamples = 'lots'; expected a number"),
        ({"numAdcSamples": True}, "numAdcSamples = True; expected a number"),
        ({"numAdcSamples": 10**400}, "numAdcSamples = 1000"),
        ({"chirpEndIdx": 10**9}, "expected numbers within 0 to 511"),
        ({"numLoops": 1.5}, "numLoops = 1.5; expected a whole number"),
        ({"startFreqConst_GHz": float("nan")}, "startFreqConst_GHz = nan"),
        ({"numAdcSamples": 113}, "rlProfileCfg_t.numAdcSamples = 113 should be even"),
        ({"framePeriodicity_msec": 1}, "rlFrameCfg_t.framePeriodicity_msec = 0.001 s is shorter"),
        ({"txEnable": "0x0"}, "txEnable = 0: no transmitter"),
        ({"txEnable": "0x3"}, "transmitters 0, 1 fire at once"),
        ({"profileId": 1}, "use profiles 0, 1"),
        ({"profiles": 2}, "defines profile 0 2 times"),
        ({"profiles": 0}, "defines profile 0 0 times"),
        ({"startFreqVar_MHz": 2}, "startFreqVar_MHz = 2: chirps that differ"),
        ({"chirpEndIdx": 2}, "0 entries of rlChirps define chirp 2"),
        ({"devices": 4}, "configures 4 devices: cascades are not supported"),
        ({"b2AdcBits": 3}, "b2AdcBits = 3"),
        ({"laneEn": "0xF"}, "4 lanes, non-interleaved"),
        ({"transferFmtPkt0": "0x6"}, "transferFmtPkt0 = 0x6 sends more than the samples"),
    ],
)
def test_a_json_that_cannot_be_read_right_is_refused(tmp_path, changes, words):
    assert words in refusal(tmp_path, mmwave(**changes), "radar.mmwave.json")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "cannot be read as JSON"),
        ("[1]", "no radar configuration that is known"),
        ('{"DCA1000Config": {}}', "configures the DCA1000, which does not know the chirps"),
        ('{"mmWaveDevices": {}}', "mmWaveDevices = {}; expected a list"),
        ('{"device_config": {"fmcw_scene": {}}}', "device_config has fmcw_scene; expected fmcw_si"),
    ],
)
def test_another_json_is_refused(tmp_path, text, words):
    assert words in refusal(tmp_path, text, "radar.json")


def test_a_profile_in_utf_16_is_told_from_one_without_lines(tmp_path):
    path = tmp_path / "radar.cfg"
    path.write_text("profileCfg 0 77 7 7 57 0 0 70 1 64 5209 0 0 30\n", encoding="utf-16")
    with pytest.raises(UserError, match="not plain text; save it as UTF-8"):
        read_config(path)


def test_another_text_is_refused(tmp_path):
    assert "expected .toml of radarkit" in refusal(tmp_path, "hello", "radar.txt")
    assert "expected .toml of radarkit" in refusal(tmp_path, b"\x00\xff" * 99, "radar.bin")
    assert "it has 3000000 bytes; expected .toml" in refusal(tmp_path, bytes(3000000), "adc.cfg")


def test_a_board_says_where_the_antennas_stand(tmp_path):
    read(tmp_path, CFG)
    config = read_config(tmp_path / "radar.cfg", board="iwr6843isk")
    assert config.array.known and config.array.receiver_numbers == (0, 2, 3)
    write_toml(config, tmp_path / "radar.toml")
    assert read_config(tmp_path / "radar.toml") == config
    with pytest.raises(UserError, match="already says where the antennas stand"):
        read_config(tmp_path / "radar.toml", board="iwr6843isk")
    with pytest.raises(UserError, match="board x; expected one of awr1642boost"):
        read_config(tmp_path / "radar.cfg", board="x")
    with pytest.raises(UserError, match=r"frame\.tx_order has number 2, but the array has only 2"):
        read_config(tmp_path / "radar.cfg", board="awr1642boost")


def test_the_real_profile_of_an_awr1642_is_read(shared_data):
    config = read_config(shared_data / "ti-configs" / "iqData_ConfigFile.cfg")
    assert config.chirp.start_frequency_hz == pytest.approx(77.49e9)  # 7 us at 70 MHz/us
    assert config.frame_shape == (16, 2, 4, 256)
    assert config.chirp_period_s == pytest.approx(486.14e-6)
    assert config.frame_rate_hz == pytest.approx(10)
    assert config.adc.iq_order == "q-first"  # its adcbufCfg has sampleSwap = 1
    # its log counts 54064 packets of up to 1456 bytes in 60 s; the last one may be short
    assert config.bytes_per_frame * 600 == pytest.approx(54064 * 1456, rel=2e-3)


def test_the_real_json_of_an_awr1642_has_an_odd_number_of_samples(shared_data, tmp_path):
    path = shared_data / "ti-configs" / "xWR1642_1Ghz.json"
    with pytest.raises(UserError, match="numAdcSamples = 113 should be even") as error:
        read_config(path)
    assert "\n" not in str(error.value)
    config = read(tmp_path, path.read_text().replace("113,", "112,"), path.name)
    assert config.chirp.start_frequency_hz == pytest.approx(77e9 + 22.112131118774414e6 * 6.4)
    assert config.frame_shape == (125, 1, 4, 112)
    assert config.chirp_period_s == pytest.approx(47.06666666666666e-6)
    assert config.adc.format == "complex" and config.adc.iq_order == "i-first"
