"""Hearts from real ECG records: one, or a folder of them.

Each record is a person. Where more people are asked for than there are records, the records are
taken in turn, each time a later part of them; the trials of a person follow each other.
"""

import glob
import hashlib
from functools import lru_cache
from pathlib import Path

import numpy as np
from scipy import signal

from radarkit.delineation import Fiducials, delineate
from radarkit.errors import UserError
from radarkit.recording import Float64
from radarkit.simulate.ecg_files import EcgRecord, read_record, record_paths
from radarkit.simulate.heart import SAMPLE_RATE_HZ, Heart
from radarkit.simulate.respiration import unit_breath

_AROUND_S = 2.0  # beats just outside a stretch still move the chest inside it
_FEWEST_BEATS, _SLOWEST_PER_MIN = 3, 20
_BREATH_HZ = (0.05, 0.8)
_FLAT = 1e-9  # of a breath against its own level


_Stamps = tuple[tuple[Path, int, int], ...]


def _stamps(header: Path) -> _Stamps:
    """Tell the files of a record, as they are now, from all others."""
    files = sorted(header.absolute().parent.glob(f"{glob.escape(header.stem)}.*"))
    found = ((path, path.stat()) for path in files)
    return tuple((path, status.st_mtime_ns, status.st_size) for path, status in found)


@lru_cache(maxsize=2)  # a record holds many hearts
def _read(header: Path, _: _Stamps) -> tuple[EcgRecord, Fiducials]:
    record = read_record(header)
    return record, delineate(record.ecg_mv, SAMPLE_RATE_HZ, record.r_peaks)


@lru_cache(maxsize=1)  # every person of a data set asks for it
def _digest(records: tuple[_Stamps, ...]) -> str:
    found = hashlib.sha256()
    for files in records:
        for path, _, _ in files:
            found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()


class RealHearts:
    """Hearts of one ECG record or of a folder of them, read when they are asked for.

    Parameters
    ----------
    path : Path
        WFDB record (with or without ``.hea``), EDF file, or folder.

    Attributes
    ----------
    records : tuple of str
        Names of the records.

    Raises
    ------
    UserError
        When there is no record.
    """

    def __init__(self, path: Path) -> None:
        self._paths = record_paths(path)
        self.records = tuple(header.stem for header in self._paths)

    def digest(self) -> str:
        """SHA-256 of all files of the records: what the hearts are made from, wherever they lie."""
        return _digest(tuple(_stamps(header) for header in self._paths))

    def heart(self, person: int, stretch: int, stretches: int, duration_s: float) -> Heart:
        """Cut a heart out of the record of a person.

        Parameters
        ----------
        person : int
            Number of the person; record ``person % len(records)`` is theirs.
        stretch, stretches : int
            Which of how many trials of the person.
        duration_s : float
            Length of the trial.

        Raises
        ------
        UserError
            When the record is damaged, too short, misses samples there, or holds no beats there.
        """
        header = self._paths[person % len(self._paths)]
        record, fiducials = _read(header, _stamps(header))
        number = person // len(self._paths) * stretches + stretch
        samples = round(duration_s * SAMPLE_RATE_HZ)
        start = number * samples
        if start + samples > record.ecg_mv.size:
            raise UserError(
                f"ECG record {record.name} lasts {record.ecg_mv.size / SAMPLE_RATE_HZ:.0f} s",
                expected=f"at least {(start + samples) / SAMPLE_RATE_HZ:.0f} s for trial "
                f"{number + 1} of {duration_s:g} s",
                do="ask for fewer or shorter trials",
            )
        inside = slice(start, start + samples)
        _check_whole(record, inside)
        around = round(_AROUND_S * SAMPLE_RATE_HZ)
        near = (record.r_peaks > start - around) & (record.r_peaks < start + samples + around)
        peaks = record.r_peaks[near]
        beats = np.count_nonzero((peaks >= start) & (peaks < start + samples))
        fewest = max(_FEWEST_BEATS, int(_SLOWEST_PER_MIN * duration_s / 60))
        if beats < fewest:
            raise UserError(
                f"ECG record {record.name} has {beats} beats from "
                f"{start / SAMPLE_RATE_HZ:g} to {(start + samples) / SAMPLE_RATE_HZ:g} s",
                expected=f"at least {fewest}",
                do="use another record",
            )
        start_s = start / SAMPLE_RATE_HZ
        return Heart(
            record.ecg_mv[inside],
            peaks / SAMPLE_RATE_HZ - start_s,
            f"{record.name} ({record.lead})",
            t_end_s=fiducials.t_end_s[near] - start_s,
            breath=_breath(record, inside),
        )


def _check_whole(record: EcgRecord, inside: slice) -> None:
    missing = np.flatnonzero(record.missing[inside])
    if missing.size:
        first_s = (inside.start + missing[0]) / SAMPLE_RATE_HZ
        raise UserError(
            f"ECG record {record.name} misses {missing.size / SAMPLE_RATE_HZ:.2g} s of lead "
            f"{record.lead}, the first at {first_s:.2f} s",
            expected="gaps of 50 ms at most",
            do="use another record or cut that stretch",
        )


def _breath(record: EcgRecord, inside: slice) -> Float64 | None:
    """Breath of a stretch; None where it was not recorded or stands still."""
    if record.breath is None:
        return None
    band = signal.butter(2, _BREATH_HZ, "bandpass", fs=SAMPLE_RATE_HZ, output="sos")
    raw = record.breath
    moving = signal.sosfiltfilt(band, raw - raw.mean())[inside]
    if moving.std() <= _FLAT * max(float(np.abs(raw).max()), 1.0):
        return None
    return unit_breath(moving)
