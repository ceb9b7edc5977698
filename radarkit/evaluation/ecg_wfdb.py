"""A reconstructed ECG as a WFDB record, format 16.

Two signals at 200 Hz: the ECG, in steps of a uV or what 16 bits leave to a larger one, and its
confidence. An annotation stands at every R peak: N where it was found, Q ("interpolated") where it
was put between its neighbours. Where no heartbeat was found the ECG is missing; a note says so, and
where beats were guided.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from radarkit import __version__
from radarkit.datasets.trial_header import TrialHeader
from radarkit.datasets.windows import TARGET_RATE_HZ
from radarkit.evaluation.assemble import Reconstruction
from radarkit.evaluation.stretches import Stretch

_GAIN_PER_MV, _GAIN_OF_CONFIDENCE = 1000.0, 10_000.0
_MOST_STEPS = 2**15 - 1


def save_wfdb(
    base: Path,
    made: Reconstruction,
    header: TrialHeader,
    method: str,
    stretches: Sequence[Stretch] = (),
) -> None:
    """Write ``BASE.hea``, ``BASE.dat`` and, unless it would be empty, ``BASE.atr``.

    Parameters
    ----------
    base : Path
        Of the files, without a suffix; its name has letters, digits, ``-`` and ``_`` only.
    made : Reconstruction
        At 200 Hz.
    header : TrialHeader
        Whose it is.
    method : str
        What made it.
    stretches : sequence of Stretch
        Where there is a heartbeat and where not.
    """
    import wfdb

    signals, names, units, gains = [made.ecg_mv], ["ECG"], ["mV"], [_gain(made)]
    if made.ecg_confidence is not None:
        signals.append(made.ecg_confidence)
        names.append("confidence")
        units.append("NU")
        gains.append(_GAIN_OF_CONFIDENCE)
    where = {"write_dir": str(base.parent)}
    wfdb.wrsamp(
        base.name,
        fs=TARGET_RATE_HZ,
        units=units,
        sig_name=names,
        p_signal=np.stack(signals, axis=1).astype(np.float64),
        fmt=["16"] * len(signals),
        adc_gain=gains,
        baseline=[0] * len(signals),
        comments=[
            f"reconstructed from radar by radarkit {__version__}, {method}",
            f"subject {header.subject}, trial {header.trial}",
        ],
        **where,
    )
    interpolated = np.zeros(made.r_peaks.size, np.bool_)
    if made.interpolated is not None:
        interpolated = made.interpolated
    notes = [
        (round(float(at)), "Q" if lost else "N", "interpolated" if lost else "")
        for at, lost in zip(made.r_peaks, interpolated, strict=True)
    ]
    # a comment, and no beat, in WFDB's list of annotations
    notes += [
        (round(each.start_s * TARGET_RATE_HZ), '"', f"{each.remark} until {each.end_s:g} s")
        for each in stretches
        if each.remark is not None
    ]
    inside = sorted(note for note in notes if 0 <= note[0] < made.ecg_mv.size)
    if inside:  # WFDB knows no empty annotation
        at, symbols, texts = zip(*inside, strict=True)
        wfdb.wrann(
            base.name,
            "atr",
            np.array(at),
            symbol=list(symbols),
            aux_note=list(texts),
            fs=TARGET_RATE_HZ,
            **where,
        )


def _gain(made: Reconstruction) -> float:
    """Choose the steps per mV: 1000, or what 16 bits leave to an ECG of tens of mV."""
    largest = float(np.abs(made.ecg_mv[np.isfinite(made.ecg_mv)]).max(initial=0.0))
    gain = _GAIN_PER_MV
    while gain * largest > _MOST_STEPS:
        gain /= 10
    return gain
