"""TI command-line profiles (``.cfg``) of the mmWave SDK demos.

Read are the lines that say what the radar sent and how it lies in the stream (mmWave SDK user
guide, "Configuration (.cfg) File Format"); those of the demo's own processing are passed over:

    ==============  ===========================================================================
    profileCfg      id startFreq idleTime adcStartTime rampEndTime txPower txPhase slope txStart
                    numAdcSamples digOutSampleRate hpf1 hpf2 rxGain
    chirpCfg        startIdx endIdx profileId startFreqVar slopeVar idleVar adcStartVar txEnable
    frameCfg        startIdx endIdx numLoops numFrames framePeriodicity trigger delay; AWR2x44 has
                    numAdcSamples before framePeriodicity
    channelCfg      rxChannelEn txChannelEn cascading
    adcCfg          numADCBits adcOutputFmt
    adcbufCfg       subframe adcOutputFmt sampleSwap chanInterleave chirpThreshold; SDK 1 has no
                    subframe
    lvdsStreamCfg   subframe enableHeader dataFmt enableSW
    ==============  ===========================================================================

``sampleSwap`` 1 puts I into the upper half of each 32-bit word; in the little-endian stream Q then
comes first.
"""

from pathlib import Path
from typing import Any

from radarkit.capture.config import RadarConfig
from radarkit.capture.config_toml import validated
from radarkit.capture.ti_cli import CliLine, CliProfile, the_same
from radarkit.capture.ti_device import (
    ADC_BITS,
    ADC_FORMATS,
    I_OR_Q,
    INTERLEAVING,
    LANES,
    Profile,
    chirp_numbers,
    receivers,
    transmitter,
)
from radarkit.errors import UserError

L_SDK_COMMANDS = ("chirpComnCfg", "chirpTimingCfg")

_PROFILE = (
    "id startFreq idleTime adcStartTime rampEndTime txPower txPhase slope txStart numAdcSamples "
    "digOutSampleRate"
)
_CHIRP = "startIdx endIdx profileId startFreqVar slopeVar idleVar adcStartVar txEnable"
_FRAME = "startIdx endIdx numLoops numFrames framePeriodicity trigger delay"
_FRAME_AWR2X44 = "startIdx endIdx numLoops numFrames numAdcSamples framePeriodicity trigger delay"
_NAMES = {
    "frame.period_s": "frameCfg framePeriodicity",
    "frame.chirp_period_s": "profileCfg idleTime + rampEndTime",
    "frame.loops": "frameCfg numLoops",
    "chirp.samples": "profileCfg numAdcSamples",
    "chirp.sample_rate_hz": "profileCfg digOutSampleRate, in Hz,",
    "chirp.slope_hz_per_s": "profileCfg slope, in Hz/s,",
    "chirp.start_frequency_hz": "profileCfg startFreq, in Hz at the first sample,",
}


def read_cfg(path: Path) -> RadarConfig:
    """Read a command-line profile.

    Raises
    ------
    UserError
        When a line is missing, contradicts another, is of a chip that is not supported, or asks
        for chirps or a stream that are not; the line is named.
    """
    cli = CliProfile(path)
    _refuse_what_is_not_tdm(cli)
    _refuse_other_bytes(cli)
    frame_line = cli.one("frameCfg")
    of_awr2x44 = len(frame_line.values) >= len(_FRAME_AWR2X44.split())
    frame = frame_line.named(_FRAME_AWR2X44 if of_awr2x44 else _FRAME)
    chirps = _chirps(cli, frame["startIdx"].integer(), frame["endIdx"].integer(), frame_line)
    profile, profile_line = _profile(cli, chirps)
    if of_awr2x44 and frame["numAdcSamples"].integer() != profile.samples:
        raise UserError(
            f"{frame_line.where} numAdcSamples = {frame['numAdcSamples'].integer()}",
            expected=f"the {profile.samples} of profileCfg in line {profile_line.number}",
        )
    rx_mask = cli.one("channelCfg").named("rxChannelEn")["rxChannelEn"]
    found = {
        "chirp": profile.chirp,
        "frame": {
            "loops": frame["numLoops"].integer(),
            "tx_order": [_transmitter(line) for line in chirps],
            "period_s": frame["framePeriodicity"].number() / 1e3,
            "chirp_period_s": profile.chirp_period_s,
        },
        "array": receivers(rx_mask.where, rx_mask.integer()),
        "adc": _adc(cli),
    }
    return validated(path, found, _NAMES)


def _refuse_what_is_not_tdm(cli: CliProfile) -> None:
    for line in cli.all(*L_SDK_COMMANDS):
        raise UserError(
            f"{line.where} is of the L-SDK: its chips (xWRL1432, xWRL6432, xWRL6844) are not "
            "supported"
        )
    for line in cli.all("advFrameCfg", "subFrameCfg"):
        raise UserError(f"{line.where}: subframes are not supported", expected="frameCfg")
    for line in cli.all("dfeDataOutputMode"):
        mode = line.named("modeType")["modeType"]
        if mode.integer() != 1:
            raise UserError(f"{mode.where} = {mode.written}", expected="1, frames of chirps")
    for line in cli.all("bpmCfg"):
        if line.named("subframe enabled")["enabled"].integer():
            raise UserError(f"{line.where}: BPM is not supported", expected="TDM")
    for line in cli.all("channelCfg"):
        cascading = line.named("rxChannelEn txChannelEn cascading")["cascading"]
        if cascading.integer():
            raise UserError(f"{cascading.where} = {cascading.written}: cascades are not supported")


def _refuse_other_bytes(cli: CliProfile) -> None:
    """Raise where the stream holds more than ADC samples."""
    for line in cli.all("lvdsStreamCfg"):
        stream = line.named("subframe enableHeader dataFmt enableSW")
        for name, wanted, adds in (
            ("enableHeader", (0,), "an HSI header to each chirp"),
            ("dataFmt", (0, 1), "chirp parameters and quality to the samples"),
            ("enableSW", (0,), "the demo's own results to the samples"),
        ):
            if stream[name].integer() not in wanted:
                raise UserError(
                    f"{stream[name].where} = {stream[name].written} adds {adds}",
                    expected="ADC samples only",
                    do="record with lvdsStreamCfg -1 0 1 0",
                )


def _chirps(cli: CliProfile, first: int, last: int, frame: CliLine) -> list[CliLine]:
    """Return the chirpCfg line of each chirp of a loop."""
    ranges = [(line, line.named(_CHIRP)) for line in cli.all("chirpCfg")]
    chirps = []
    for index in chirp_numbers(frame.where, first, last):
        found = [
            line
            for line, chirp in ranges
            if chirp["startIdx"].integer() <= index <= chirp["endIdx"].integer()
        ]
        if not found:
            raise UserError(
                f"{frame.where} goes from chirp {first} to {last}, but no chirpCfg line defines "
                f"chirp {index}",
                do=f"add chirpCfg {index} {index}",
            )
        chirps.append(the_same(found))
    return chirps


def _transmitter(line: CliLine) -> int:
    chirp = line.named(_CHIRP)
    for name in ("startFreqVar", "slopeVar", "idleVar", "adcStartVar"):
        if chirp[name].number():
            raise UserError(
                f"{chirp[name].where} = {chirp[name].written}: chirps that differ are not "
                "supported",
                expected="0",
            )
    return transmitter(chirp["txEnable"].where, chirp["txEnable"].integer())


def _profile(cli: CliProfile, chirps: list[CliLine]) -> tuple[Profile, CliLine]:
    used = {line.named(_CHIRP)["profileId"].integer(): line for line in chirps}
    if len(used) > 1:
        raise UserError(
            f"{cli.path}: the chirps of a frame use profiles {', '.join(map(str, used))}",
            expected="one profile",
        )
    (identity,) = used
    found = [
        line for line in cli.all("profileCfg") if line.named(_PROFILE)["id"].integer() == identity
    ]
    if not found:
        raise UserError(
            f"{cli.path} has no profileCfg line of profile {identity}, which chirpCfg in line "
            f"{used[identity].number} uses",
            do=f"add profileCfg {identity}",
        )
    line = the_same(found)
    values = line.named(_PROFILE)
    profile = Profile(
        start_ghz=values["startFreq"].number(),
        idle_us=values["idleTime"].number(),
        adc_start_us=values["adcStartTime"].number(),
        ramp_end_us=values["rampEndTime"].number(),
        slope_mhz_per_us=values["slope"].number(),
        samples=values["numAdcSamples"].integer(),
        sample_rate_ksps=values["digOutSampleRate"].number(),
    )
    profile.check(line.where)
    return profile, line


def _adc(cli: CliProfile) -> dict[str, Any]:
    adc = cli.one("adcCfg").named("numADCBits adcOutputFmt")
    line = cli.one("adcbufCfg")
    of_sdk_1 = len(line.values) == 4  # no subframe in front
    buffer = line.named(
        ("" if of_sdk_1 else "subframe ") + "adcOutputFmt sampleSwap chanInterleave chirpThreshold"
    )
    sampled = adc["adcOutputFmt"].choice(ADC_FORMATS).split()[0]
    stored = buffer["adcOutputFmt"].choice({0: "complex", 1: "real"})
    if sampled != stored:
        raise UserError(
            f"{buffer['adcOutputFmt'].where} = {buffer['adcOutputFmt'].written} is {stored}",
            expected=f"{sampled} as in {adc['adcOutputFmt'].where}",
        )
    return {
        "format": stored,
        "bits": adc["numADCBits"].choice(ADC_BITS),
        "lanes": LANES[buffer["chanInterleave"].choice(INTERLEAVING)],
        "iq_order": buffer["sampleSwap"].choice(I_OR_Q) if stored == "complex" else "i-first",
    }
