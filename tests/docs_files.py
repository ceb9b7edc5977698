"""Files that pages of the documentation take for granted, made where a reader would stand."""

import json
import shutil

import numpy as np
from scipy.io import savemat

from radarkit.capture import read_config, write_dca1000, write_toml
from radarkit.datasets.recipes import load_recipe
from radarkit.datasets.simulation import SimulationConfig, simulate_dataset
from radarkit.simulate.fmcw import simulate_capture
from radarkit.simulate.scene import FrontEndConfig

from .docs_pages import blocks

RATE_HZ, RANGE_M = 200.0, 0.6
CFG = """\
channelCfg 15 1 0
adcCfg 2 1
adcbufCfg -1 0 1 1 1
profileCfg 0 60.25 10 6 40 0 0 65 1 64 2000 0 0 30
chirpCfg 0 0 0 0 0 0 0 1
frameCfg 0 0 1 0 20 1 0
lvdsStreamCfg -1 0 1 0
"""
STUDIO = "C:\\ti\\mmwave_studio\\PostProc\\"


def chest_m(seconds):
    """Displacement (1, samples) of a chest that breathes 15 times and beats 72 times a minute."""
    time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    breath_m = 2e-3 * np.sin(2 * np.pi * 0.25 * time_s)
    return (breath_m + 1e-4 * np.sin(2 * np.pi * 1.2 * time_s))[None]


def write_capture(path, radar, seconds=10.0, seed=0, points=1, range_m=RANGE_M):
    """Record that chest with a radar."""
    chest = np.tile(chest_m(seconds), (points, 1))
    rng, scene = np.random.default_rng(seed), FrontEndConfig(chest_range_m=range_m)
    write_dca1000(path, simulate_capture(chest, RATE_HZ, radar, scene, rng), radar)


def for_readme(folder):
    """The TOML of the README, and captures of its radar."""
    (toml,) = blocks("README.md", "toml")
    (folder / "radar.toml").write_text(toml, "utf-8")
    (folder / "night").mkdir()
    radar = read_config(folder / "radar.toml")
    for seed, name in enumerate(("adc_data.bin", "night/ann-2.bin")):
        write_capture(folder / name, radar, 20.0, seed, points=5, range_m=0.7)


def simulated_data_set(folder):
    """A data set of one simulated person."""
    recipe = load_recipe(duration_s=12, channels=2)
    simulate_dataset(folder / "chest.h5", SimulationConfig(recipe=recipe))


def for_matlab(folder):
    """A cube that MATLAB saved, of the radar of the page, and that radar's TOML."""
    (toml,) = blocks("docs/howto/matlab.md", "toml")
    (folder / "radar.toml").write_text(toml, "utf-8")
    radar = read_config(folder / "radar.toml")
    scene, rng = FrontEndConfig(chest_range_m=RANGE_M), np.random.default_rng(0)
    samples = simulate_capture(chest_m(10.0), RATE_HZ, radar, scene, rng)
    frames = np.concatenate(list(samples))[:, 0, 0]  # (frame, rx, sample): one chirp a frame
    cube = frames.transpose(2, 1, 0)[:, :, None]
    savemat(folder / "cube.mat", {"adc": cube})


def for_dca1000_cli(folder):
    """A profile and what `DCA1000EVM_CLI_Record` makes of it, in two parts."""
    (folder / "profile.cfg").write_text(CFG)
    write_capture(folder / "whole.bin", read_config(folder / "profile.cfg"))
    whole = (folder / "whole.bin").read_bytes()
    half = len(whole) // 2
    (folder / "X_Raw_0.bin").write_bytes(whole[:half])
    (folder / "X_Raw_1.bin").write_bytes(whole[half:])


def for_mmwave_studio(folder):
    """A recording of mmWave Studio, with its Windows paths."""
    profile = {
        "profileId": 0, "startFreqConst_GHz": 60.25, "idleTimeConst_usec": 10,
        "adcStartTimeConst_usec": 6, "rampEndTime_usec": 40, "freqSlopeConst_MHz_usec": 65,
        "numAdcSamples": 64, "digOutSampleRate": 2000,
    }  # fmt: skip
    chirp = {"chirpStartIdx": 0, "chirpEndIdx": 0, "profileId": 0, "txEnable": "0x1"}
    frame = {
        "chirpStartIdx": 0, "chirpEndIdx": 0, "numLoops": 1, "numFrames": 0,
        "framePeriodicity_msec": 20,
    }  # fmt: skip
    device = {
        "mmWaveDeviceId": 0,
        "rfConfig": {
            "waveformType": "singleFrameChirp",
            "rlChanCfg_t": {"rxChannelEn": "0xF", "txChannelEn": "0x1"},
            "rlAdcOutCfg_t": {"fmt": {"b2AdcBits": 2, "b2AdcOutFmt": 1}},
            "rlProfiles": [{"rlProfileCfg_t": profile}],
            "rlChirps": [{"rlChirpCfg_t": chirp}],
            "rlFrameCfg_t": frame,
        },
        "rawDataCaptureConfig": {
            "rlDevDataFmtCfg_t": {"iqSwapSel": 0, "chInterleave": 1},
            "rlDevDataPathCfg_t": {"transferFmtPkt0": "0x1"},
            "rlDevLaneEnable_t": {"laneEn": "0x3"},
        },
    }
    (folder / "X.mmwave.json").write_text(json.dumps({"mmWaveDevices": [device]}))
    setup = {
        "configUsed": STUDIO + "X.mmwave.json", "captureHardware": "DCA1000",
        "mmWaveDevice": "iwr6843",
        "DCA1000Config": {
            "dataLoggingMode": "raw", "lvdsMode": 2, "dataFormatMode": 3,
            "dataFormatConfig": {"MSBToggle": 0, "reorderEnable": 0},
        },
        "capturedFiles": {
            "numFilesCollected": 1, "fileBasePath": STUDIO,
            "files": [{"processedFileName": "adc_data.bin", "rawFileName": "X_Raw_0.bin"}],
        },
    }  # fmt: skip
    (folder / "X.setup.json").write_text(json.dumps(setup))
    write_capture(folder / "adc_data.bin", read_config(folder / "X.mmwave.json"))
    shutil.copy(folder / "adc_data.bin", folder / "X_Raw_0.bin")


def for_infineon(folder):
    """A recording of the Radar Fusion GUI: a chest, 60 frames a second."""
    inner = folder / "BGT60TR13C_record_20240102-030405" / "RadarIfxAvian_00"
    inner.mkdir(parents=True)
    start_hz, stop_hz, rate_hz, samples = 60e9, 62e9, 2e6, 64
    shape = {
        "start_frequency_Hz": start_hz, "end_frequency_Hz": stop_hz, "sample_rate_Hz": rate_hz,
        "num_samples_per_chirp": samples, "num_chirps_per_frame": 1,
        "chirp_repetition_time_s": 5e-4, "frame_repetition_time_s": 1 / 60,
        "rx_antennas": [1], "tx_antennas": [1], "mimo_mode": "off", "tx_power_level": 31,
        "if_gain_dB": 33, "hp_cutoff_Hz": 80000, "aaf_cutoff_Hz": 500000,
    }  # fmt: skip
    config = {"device_config": {"fmcw_single_shape": shape}}
    (inner / "config.json").write_text(json.dumps(config))
    (inner / "meta.json").write_text('{"adc_resolution": 12, "sdk_version": "3.6.4"}')
    at = np.arange(600) / 60
    away_m = RANGE_M + np.interp(at, np.arange(2000) / RATE_HZ, chest_m(10.0)[0])[:, None]
    delay_s = 2 * away_m / 299_792_458
    sample_s = np.arange(samples) / rate_hz
    slope_hz_per_s = (stop_hz - start_hz) * rate_hz / samples
    turns = delay_s * (start_hz + slope_hz_per_s * sample_s)
    noise = np.random.default_rng(0).normal(0, 2, turns.shape)
    counts = np.rint(2047 + 300 * np.cos(2 * np.pi * turns) + noise).astype(np.uint16)
    np.save(inner / "radar.npy", counts[:, None, None])


def for_captures(folder):
    """A profile of the command line and a capture of its radar."""
    (folder / "radar.cfg").write_text(CFG)
    write_capture(folder / "capture.bin", read_config(folder / "radar.cfg"))


def for_extraction(folder):
    """A capture and its configuration in TOML."""
    for_captures(folder)
    write_toml(read_config(folder / "radar.cfg"), folder / "radar.toml")


MAKES = {
    "README.md": for_readme,
    "docs/captures.md": for_captures,
    "docs/extraction.md": for_extraction,
    "docs/dataset.md": simulated_data_set,
    "docs/howto/matlab.md": for_matlab,
    "docs/howto/dca1000-cli.md": for_dca1000_cli,
    "docs/howto/mmwave-studio.md": for_mmwave_studio,
    "docs/howto/infineon.md": for_infineon,
}


def lay_out(page, folder):
    """Make what a page takes for granted, if it does."""
    MAKES.get(page, lambda folder: None)(folder)
