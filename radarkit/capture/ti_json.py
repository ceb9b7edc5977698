"""mmWave Studio configurations (``*.mmwave.json``): the structures of mmWaveLink as JSON.

In complex 2x mode the ADC keeps both halves of the beat spectrum, of which the echoes fill the
positive one: the sample rate then stands for half the range that `RadarConfig.max_range_m` gives.
The files have the same layout in both modes.

The Sensing Estimator may propose an odd number of samples. On 2 lanes complex samples leave in
pairs, and TI does not say what then stands beside the last one; such a configuration is refused.
"""

from pathlib import Path
from typing import Any

from radarkit.capture.config import RadarConfig
from radarkit.capture.config_toml import validated
from radarkit.capture.json_file import JsonNode
from radarkit.capture.ti_device import (
    ADC_BITS,
    ADC_FORMATS,
    I_OR_Q,
    INTERLEAVING,
    LANES,
    Profile,
    chirp_numbers,
    numbers_of_mask,
    receivers,
    transmitter,
)
from radarkit.errors import UserError

_ADC_ONLY = 1  # transferFmtPkt0: no chirp parameters or quality between the samples

NAMES = {
    "frame.period_s": "rlFrameCfg_t.framePeriodicity_msec",
    "frame.chirp_period_s": "rlProfileCfg_t.idleTimeConst_usec + rampEndTime_usec",
    "frame.loops": "rlFrameCfg_t.numLoops",
    "chirp.samples": "rlProfileCfg_t.numAdcSamples",
    "chirp.sample_rate_hz": "rlProfileCfg_t.digOutSampleRate, in Hz,",
    "chirp.slope_hz_per_s": "rlProfileCfg_t.freqSlopeConst_MHz_usec, in Hz/s,",
    "chirp.start_frequency_hz": "rlProfileCfg_t.startFreqConst_GHz, in Hz at the first sample,",
}


def read_mmwave(path: Path) -> RadarConfig:
    """Read a ``*.mmwave.json``.

    Raises
    ------
    UserError
        When a key is missing, or asks for chirps or a stream that are not supported; it is named.
    """
    return validated(path, mmwave_values(JsonNode.of_file(path)), NAMES)


def mmwave_values(root: JsonNode) -> dict[str, Any]:
    """Return the values of a `RadarConfig` that a ``*.mmwave.json`` gives.

    Raises
    ------
    UserError
        As `read_mmwave`.
    """
    devices = list(root["mmWaveDevices"].items())
    if len(devices) != 1:
        raise UserError(
            f"{root.path} configures {len(devices)} devices: cascades are not supported",
            expected="one device",
        )
    rf = devices[0]["rfConfig"]
    if rf.has("waveformType") and "advanced" in rf["waveformType"].text().lower():
        raise UserError(
            f'{rf["waveformType"].where} = "{rf["waveformType"].value}": subframes are not '
            "supported",
            expected="singleFrameChirp",
        )
    frame = rf["rlFrameCfg_t"]
    chirps = _chirps(rf, frame)
    profile = _profile(rf, chirps)
    rx_mask = rf["rlChanCfg_t.rxChannelEn"]
    return {
        "chirp": profile.chirp,
        "frame": {
            "loops": frame["numLoops"].integer(),
            "tx_order": [_transmitter(chirp) for chirp in chirps],
            "period_s": frame["framePeriodicity_msec"].number() / 1e3,
            "chirp_period_s": profile.chirp_period_s,
        },
        "array": receivers(rx_mask.where, rx_mask.integer()),
        "adc": _adc(rf, devices[0]["rawDataCaptureConfig"]),
    }


def _chirps(rf: JsonNode, frame: JsonNode) -> list[JsonNode]:
    """Return the configuration of each chirp of a loop."""
    first, last = frame["chirpStartIdx"].integer(), frame["chirpEndIdx"].integer()
    known = [item["rlChirpCfg_t"] for item in rf["rlChirps"].items()]
    chirps = []
    for index in chirp_numbers(frame.where, first, last):
        found = [
            chirp
            for chirp in known
            if chirp["chirpStartIdx"].integer() <= index <= chirp["chirpEndIdx"].integer()
        ]
        if len({str(chirp.value) for chirp in found}) != 1:
            raise UserError(
                f"{frame.where} goes from chirp {first} to {last}, but {len(found)} entries of "
                f"rlChirps define chirp {index}",
                expected="one",
            )
        chirps.append(found[0])
    return chirps


def _transmitter(chirp: JsonNode) -> int:
    for name in (
        "startFreqVar_MHz",
        "freqSlopeVar_KHz_usec",
        "idleTimeVar_usec",
        "adcStartTimeVar_usec",
    ):
        if chirp.has(name) and chirp[name].number():
            raise UserError(
                f"{chirp[name].where} = {chirp[name].value}: chirps that differ are not supported",
                expected="0",
            )
    return transmitter(chirp["txEnable"].where, chirp["txEnable"].integer())


def _profile(rf: JsonNode, chirps: list[JsonNode]) -> Profile:
    used = sorted({chirp["profileId"].integer() for chirp in chirps})
    if len(used) > 1:
        raise UserError(
            f"{rf.path}: the chirps of a frame use profiles {', '.join(map(str, used))}",
            expected="one profile",
        )
    known = [item["rlProfileCfg_t"] for item in rf["rlProfiles"].items()]
    found = [node for node in known if node["profileId"].integer() == used[0]]
    if len({str(node.value) for node in found}) != 1:
        raise UserError(
            f"{rf['rlProfiles'].where} defines profile {used[0]} {len(found)} times",
            expected="once",
        )
    node = found[0]
    profile = Profile(
        start_ghz=node["startFreqConst_GHz"].number(),
        idle_us=node["idleTimeConst_usec"].number(),
        adc_start_us=node["adcStartTimeConst_usec"].number(),
        ramp_end_us=node["rampEndTime_usec"].number(),
        slope_mhz_per_us=node["freqSlopeConst_MHz_usec"].number(),
        samples=node["numAdcSamples"].integer(),
        sample_rate_ksps=node["digOutSampleRate"].number(),
    )
    profile.check(node.where)
    return profile


def _adc(rf: JsonNode, capture: JsonNode) -> dict[str, Any]:
    fmt = rf["rlAdcOutCfg_t.fmt"]
    data_format = capture["rlDevDataFmtCfg_t"]
    interleaving = data_format["chInterleave"].choice(INTERLEAVING)
    if capture.has("rlDevDataPathCfg_t"):
        transfer = capture["rlDevDataPathCfg_t.transferFmtPkt0"]
        if transfer.integer() != _ADC_ONLY:
            raise UserError(
                f"{transfer.where} = {transfer.value} sends more than the samples",
                expected=f"{_ADC_ONLY}, ADC data only",
            )
    if capture.has("rlDevLaneEnable_t"):
        mask = capture["rlDevLaneEnable_t.laneEn"]
        lanes = len(numbers_of_mask(mask.integer()))
        if lanes != LANES[interleaving]:
            raise UserError(
                f"{mask.where} = {mask.value}: {lanes} lanes, {interleaving}",
                expected="2 lanes non-interleaved (chInterleave = 1) or 4 interleaved (0)",
            )
    return {
        "format": fmt["b2AdcOutFmt"].choice(ADC_FORMATS).split()[0],
        "bits": fmt["b2AdcBits"].choice(ADC_BITS),
        "lanes": LANES[interleaving],
        "iq_order": data_format["iqSwapSel"].choice(I_OR_Q),
    }
