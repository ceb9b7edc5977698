"""Hearts from real WFDB records (the optional package ``wfdb``)."""

from fractions import Fraction
from pathlib import Path

import numpy as np
from scipy import signal

from radarkit.ecg import find_r_peaks
from radarkit.errors import UserError
from radarkit.recording import Float32, Float64
from radarkit.simulate.heart import SAMPLE_RATE_HZ, Heart

_BEAT_SYMBOLS = frozenset("NLRBAaJSVrFejnE/fQ?")  # WFDB's codes of beats, the rest are remarks


def read_hearts(record: Path, hearts: int, duration_s: float) -> list[Heart]:
    """Cut consecutive stretches of a record's first lead.

    Parameters
    ----------
    record : Path
        WFDB record without its extension, as WFDB wants it (``.hea`` is accepted too).
    hearts : int
        How many stretches.
    duration_s : float
        Length of each.

    Returns
    -------
    list of Heart
        ECG in mV at 200 Hz; R times from the record's ``.atr`` annotation where it has one, else
        detected.

    Raises
    ------
    UserError
        When `wfdb` is missing, the record cannot be read, is too short, or holds no beats.
    """
    ecg, r_times = _read(record.with_suffix("") if record.suffix == ".hea" else record)
    samples = round(duration_s * SAMPLE_RATE_HZ)
    if ecg.size < hearts * samples:
        raise UserError(
            f"record {record.name} lasts {ecg.size / SAMPLE_RATE_HZ:.0f} s",
            expected=f"at least {hearts * duration_s:.0f} s for {hearts} x {duration_s:g} s",
            do="ask for less",
        )
    stretches = []
    for index in range(hearts):
        start_s = index * duration_s
        # beats just outside the stretch still move the chest inside it
        near = (r_times > start_s - 2) & (r_times < start_s + duration_s + 2)
        if near.sum() < 3:
            raise UserError(
                f"record {record.name} has {near.sum()} beats from {start_s:g} s on",
                expected="a heartbeat",
                do="use another record",
            )
        stretches.append(
            Heart(
                ecg[index * samples : (index + 1) * samples],
                r_times[near] - start_s,
                f"WFDB record {record.name}",
            )
        )
    return stretches


def _read(record: Path) -> tuple[Float32, Float64]:
    """ECG in mV at 200 Hz and R times in s of a whole record."""
    try:
        import wfdb
    except ImportError as error:
        raise UserError(
            "reading ECG records needs the package wfdb",
            do="install radarkit with its extra: pip install -e '.[wfdb]'",
        ) from error
    if not record.with_suffix(".hea").is_file():
        raise UserError(f"no WFDB record at {record}", expected=f"{record.name}.hea beside it")
    try:
        signals, fields = wfdb.rdsamp(str(record), channels=[0])
        has_beats = record.with_suffix(".atr").is_file()
        annotation = wfdb.rdann(str(record), "atr") if has_beats else None
    except Exception as error:  # wfdb raises bare Exceptions of many kinds on damaged files
        raise UserError(
            f"cannot read WFDB record {record}: {error}", do="check the file"
        ) from error
    ecg = np.asarray(signals[:, 0], np.float64)
    if not np.isfinite(ecg).all():
        raise UserError(
            f"record {record.name} has {int((~np.isfinite(ecg)).sum())} missing samples in lead "
            f"{fields['sig_name'][0]}",
            do="use another record or cut that stretch",
        )
    ratio = Fraction(SAMPLE_RATE_HZ / fields["fs"]).limit_denominator(10_000)
    resampled = signal.resample_poly(ecg, ratio.numerator, ratio.denominator, padtype="line")
    if annotation is None:
        peaks = find_r_peaks(resampled.astype(np.float32), SAMPLE_RATE_HZ)
        return resampled.astype(np.float32), peaks / SAMPLE_RATE_HZ
    is_beat = np.array([symbol in _BEAT_SYMBOLS for symbol in annotation.symbol])
    return resampled.astype(np.float32), annotation.sample[is_beat] / fields["fs"]
