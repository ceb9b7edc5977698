"""A reconstructed ECG as EDF+, for viewers and tools of the clinic.

Two signals at 200 Hz, ECG (mV) and its confidence, and annotations: "R peak", "R peak,
interpolated", and a stretch as long as it lasts where no heartbeat was found or beats were guided.
EDF knows no missing values: without a heartbeat, and behind the end of the recording, which is
filled up to a whole second, the ECG is 0 mV and the confidence 0. Nobody's name is in the file but
the subject's code.

Source: Kemp and Olivan, "European data format 'plus' (EDF+)", Clinical Neurophysiology 114, 2003.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from radarkit.datasets.trial_header import TrialHeader
from radarkit.datasets.windows import TARGET_RATE_HZ
from radarkit.evaluation.assemble import Reconstruction
from radarkit.evaluation.stretches import Stretch
from radarkit.recording import Float32, Float64

FOUND, INTERPOLATED, END = "R peak", "R peak, interpolated", "end of the recording"
_LEAST_RANGE_MV = 1.0  # around 0, so that a small ECG keeps an even range


def save_edf(
    base: Path,
    made: Reconstruction,
    header: TrialHeader,
    method: str,
    stretches: Sequence[Stretch] = (),
) -> None:
    """Write ``BASE.edf``.

    Parameters
    ----------
    base : Path
        Of the file, without a suffix.
    made : Reconstruction
        At 200 Hz.
    header : TrialHeader
        Whose it is.
    method : str
        What made it.
    stretches : sequence of Stretch
        Where there is a heartbeat and where not.
    """
    from edfio import Edf, EdfAnnotation, EdfSignal, Patient, Recording

    ecg_mv = _whole_seconds(made.ecg_mv)
    reach_mv = max(float(np.abs(ecg_mv).max(initial=0.0)), _LEAST_RANGE_MV)
    # the header has 8 characters for a number, and what it says is the range
    reach_mv = float(f"{np.nextafter(reach_mv, np.inf) * 1.001:.4g}")
    signals = [
        EdfSignal(
            ecg_mv,
            TARGET_RATE_HZ,
            label="ECG",
            transducer_type="radar",
            physical_dimension="mV",
            physical_range=(-reach_mv, reach_mv),
        )
    ]
    if made.ecg_confidence is not None:
        sure = _whole_seconds(made.ecg_confidence)
        signals.append(
            EdfSignal(sure, TARGET_RATE_HZ, label="confidence", physical_range=(0.0, 1.0))
        )
    edf = Edf(
        signals,
        patient=Patient(code=_code(header.subject)),
        recording=Recording(equipment_code="radarkit", additional=[_code(method)[:40]]),
        data_record_duration=1,
        annotations=[EdfAnnotation(*note) for note in _notes(made, stretches)],
    )
    edf.write(base.with_name(f"{base.name}.edf"))


def _notes(
    made: Reconstruction, stretches: Sequence[Stretch]
) -> Iterator[tuple[float, float | None, str]]:
    """Onset and duration in s, and text."""
    interpolated = made.interpolated
    for beat, at in enumerate(made.r_peaks / TARGET_RATE_HZ):
        lost = interpolated is not None and bool(interpolated[beat])
        yield round(max(float(at), 0.0), 4), None, INTERPOLATED if lost else FOUND
    for each in stretches:
        if each.remark is not None:
            yield each.start_s, each.end_s - each.start_s, each.remark
    yield made.ecg_mv.size / TARGET_RATE_HZ, None, END


def _whole_seconds(values: Float32) -> Float64:
    missing = -values.size % round(TARGET_RATE_HZ)
    return np.pad(np.nan_to_num(values.astype(np.float64)), (0, missing))


def _code(name: str) -> str:
    """Make a word of printable ASCII of a name, as the header of EDF+ wants it."""
    return re.sub(r"[^!-~]", "_", name) or "X"
