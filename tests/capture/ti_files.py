"""One radar, written down as TI's tools would."""

import json

CFG = """\
% Created for SDK ver:03.05
% Platform:xWR68xx
sensorStop
flushCfg
dfeDataOutputMode 1
channelCfg 13 5 0
adcCfg 2 1
adcbufCfg -1 0 1 1 1
profileCfg 0 60.25 10 6 60 0 0 65 1 256 5000 0 0 30
chirpCfg 0 0 0 0 0 0 0 1
chirpCfg 1 1 0 0 0 0 0 4
frameCfg 0 1 8 0 5 1 0
lowPower 0 0
guiMonitor -1 1 1 0 0 0 1
lvdsStreamCfg -1 0 1 0
compRangeBiasAndRxChanPhase 0.0 1 0 1 0 1 0
calibData 0 0 0x1f0000
sensorStart
"""


def mmwave(**changes):
    """The radar of `CFG` as a ``*.mmwave.json``, some keys changed (None: left out)."""
    found = {
        "rxChannelEn": "0xD", "b2AdcBits": 2, "b2AdcOutFmt": 1, "startFreqConst_GHz": 60.25,
        "idleTimeConst_usec": 10, "adcStartTimeConst_usec": 6, "rampEndTime_usec": 60,
        "freqSlopeConst_MHz_usec": 65, "numAdcSamples": 256, "digOutSampleRate": 5000,
        "numLoops": 8, "framePeriodicity_msec": 5, "chirpEndIdx": 1, "iqSwapSel": 1,
        "chInterleave": 1, "laneEn": "0x3", "transferFmtPkt0": "0x1", "txEnable": "0x4",
        "startFreqVar_MHz": 0, "devices": 1, "profileId": 0, "profiles": 1,
    } | changes  # fmt: skip

    def keys(*names, **more):
        return {name: found[name] for name in names if found[name] is not None} | more

    profile = keys(
        "startFreqConst_GHz", "idleTimeConst_usec", "adcStartTimeConst_usec", "rampEndTime_usec",
        "freqSlopeConst_MHz_usec", "numAdcSamples", "digOutSampleRate", profileId=0,
    )  # fmt: skip
    chirps = [
        {"chirpStartIdx": 0, "chirpEndIdx": 0, "profileId": 0, "txEnable": "0x1"},
        keys("txEnable", "startFreqVar_MHz", "profileId", chirpStartIdx=1, chirpEndIdx=1),
    ]
    device = {
        "mmWaveDeviceId": 0,
        "rfConfig": {
            "waveformType": "singleFrameChirp",
            "rlChanCfg_t": keys("rxChannelEn", txChannelEn="0x5"),
            "rlAdcOutCfg_t": {"fmt": keys("b2AdcBits", "b2AdcOutFmt")},
            "rlProfiles": [{"rlProfileCfg_t": profile | {"rank": rank}}
                           for rank in range(found["profiles"])],
            "rlChirps": [{"rlChirpCfg_t": chirp} for chirp in chirps],
            "rlFrameCfg_t": keys(
                "chirpEndIdx", "numLoops", "framePeriodicity_msec", chirpStartIdx=0, numFrames=0
            ),
        },
        "rawDataCaptureConfig": {
            "rlDevDataFmtCfg_t": keys("iqSwapSel", "chInterleave"),
            "rlDevDataPathCfg_t": keys("transferFmtPkt0"),
            "rlDevLaneEnable_t": keys("laneEn"),
        },
    }  # fmt: skip
    return json.dumps({"mmWaveDevices": [device] * found["devices"]})
