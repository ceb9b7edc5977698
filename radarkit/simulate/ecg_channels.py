"""All channels of a WFDB record (the package ``wfdb``) or an EDF file (``edfio``), as they are."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from radarkit.errors import UserError
from radarkit.recording import Float64
from radarkit.simulate.overflow import overflows, undo_overflow

_ANNOTATIONS = ("atr", "qrs", "ecg", "man")
_BEAT_SYMBOLS = frozenset("NLRBAaJSVrFejnE/fQ?")  # WFDB's codes of beats, the rest are remarks
_BITS = {"80": 8, "310": 10, "311": 10, "212": 12}  # of a sample; 16 hold any ECG


class Channel(NamedTuple):
    """Values in their unit, NaN where missing, and their rate."""

    values: Float64
    rate_hz: float
    unit: str


def read_wfdb(header: Path) -> tuple[dict[str, Channel], Float64 | None]:
    """Read the channels of a WFDB record, and its beats in s where an annotation has any.

    What overflowed the bits of the file is put back where the header leaves it possible, by naming
    no resolution of the converter or a higher one.

    Raises
    ------
    UserError
        When the package is missing or the record is damaged.
    """
    try:
        import wfdb
    except ImportError as error:
        raise _missing_package("wfdb") from error
    try:
        record = wfdb.rdrecord(str(header.with_suffix("")), physical=False, smooth_frames=False)
        beats_s = None
        for extension in _ANNOTATIONS:  # of some records the first has remarks on the rhythm only
            if beats_s is None and header.with_suffix(f".{extension}").is_file():
                notes = wfdb.rdann(str(header.with_suffix("")), extension)
                beat = np.array([symbol in _BEAT_SYMBOLS for symbol in notes.symbol], bool)
                beats_s = notes.sample[beat] / float(record.fs) if beat.any() else None
        channels = {}
        for i, values in enumerate(record.dac(expanded=True)):
            rate_hz = float(record.fs * record.samps_per_frame[i])
            stored, bits = record.e_d_signal[i].astype(np.int64), _BITS.get(record.fmt[i])
            fits = bits and record.adc_res and 0 < (record.adc_res[i] or 0) <= bits
            if bits and not fits and overflows(stored, bits):
                whole = undo_overflow(stored, bits, rate_hz)
                values = (whole - record.baseline[i]) / record.adc_gain[i]
            unit = record.units[i] or "mV"
            channels[record.sig_name[i]] = Channel(np.asarray(values, np.float64), rate_hz, unit)
    except Exception as error:  # wfdb raises bare Exceptions of many kinds on damaged files
        raise _damaged(header, error) from error
    return channels, beats_s


def read_edf(path: Path) -> tuple[dict[str, Channel], None]:
    """Read the channels of an EDF file, which has no beats of its own.

    Raises
    ------
    UserError
        When the package is missing or the file is damaged.
    """
    try:
        import edfio
    except ImportError as error:
        raise _missing_package("edfio") from error
    try:
        edf: Any = edfio.read_edf(path)
        channels = {
            one.label: Channel(
                np.asarray(one.data, np.float64), one.sampling_frequency, one.physical_dimension
            )
            for one in edf.signals
        }
    except Exception as error:  # edfio raises many kinds on damaged files
        raise _damaged(path, error) from error
    return channels, None


def _missing_package(name: str) -> UserError:
    return UserError(
        f"reading this ECG record needs the package {name}",
        do="install radarkit with its extra: pip install -e '.[ecg]'",
    )


def _damaged(path: Path, error: Exception) -> UserError:
    return UserError(f"cannot read the ECG record {path}: {error}", do="check the file")
