"""Reconstructed ECGs on disk: HDF5 for all there is; CSV, WFDB and EDF for other tools.

For a trial T, in one folder:

T.h5                 ecg_mv, ecg_confidence, anchor_curve; beats/r_peaks, lengths, shapes,
                     confidence, interpolated; attributes: format, radarkit_version, subject,
                     trial, method, sample_rate_hz
T.csv                time_s, ecg_mv, confidence
T.beats.csv          time_s, length_s, confidence, interpolated
T.hea, T.dat, T.atr  see `radarkit.evaluation.ecg_wfdb`
T.edf                see `radarkit.evaluation.ecg_edf`

Nothing of the truth is among it. What a method does not know (its confidence) is left out.
Characters that WFDB does not allow in a name become underscores.

Stretches (see `radarkit.evaluation.stretches`), where they are given, are in T.h5 (stretches/ with
a column each, and the attribute heartbeat_found) and in T.stretches.csv. WFDB and EDF have a note
where beats were guided, and where there is no heartbeat; the ECG is NaN there, and 0 in EDF, which
knows no NaN.
"""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from radarkit import __version__
from radarkit.datasets.hdf5_file import atomic_hdf5
from radarkit.datasets.trial_header import TrialHeader
from radarkit.datasets.windows import TARGET_RATE_HZ
from radarkit.errors import UserError
from radarkit.evaluation.assemble import Reconstruction
from radarkit.evaluation.ecg_edf import save_edf
from radarkit.evaluation.ecg_wfdb import save_wfdb
from radarkit.evaluation.evaluate import Evaluation
from radarkit.evaluation.frameworks import method_names
from radarkit.evaluation.stretches import Stretch

FORMAT = "radarkit reconstruction 1"
_AT_ONCE = 2**16  # numbers in memory as text
_SIGNALS = {"ecg_mv": "mV", "ecg_confidence": "1", "anchor_curve": "1"}
_BEATS = {
    "r_peaks": "sample",
    "lengths": "sample",
    "shapes": "1",
    "confidence": "1",
    "interpolated": "1",
}


def check_packages(suffixes: Sequence[str] = (".hea", ".edf")) -> None:
    """Raise `UserError` if such files cannot be written here, before anything is computed."""
    for suffix in suffixes:
        package = _PACKAGES.get(suffix)
        if package is not None and find_spec(package) is None:
            raise UserError(
                f"writing {suffix} files needs the package {package}",
                do="install radarkit with its extra: pip install -e '.[ecg]'",
            )


def stems_of(headers: Sequence[TrialHeader]) -> list[str]:
    """Name the files of some trials.

    Raises
    ------
    UserError
        When two trials would have files of one name.
    """
    stems = [re.sub(r"[^A-Za-z0-9_-]", "_", header.name) for header in headers]
    for stem in stems:
        if stems.count(stem) > 1:
            raise UserError(
                f"{stems.count(stem)} trials for the files {stem}.*",
                expected="names that differ in letters, digits, hyphens and underscores",
            )
    return stems


def save_ecgs(evaluation: Evaluation, folder: Path) -> None:
    """Write what the network of a run made of every trial.

    Parameters
    ----------
    evaluation : Evaluation
        Its trials.
    folder : Path
        Made here.

    Raises
    ------
    UserError
        When two trials would have files of one name.
    """
    network = method_names(evaluation.record)[0]
    stems = stems_of([trial.header for trial in evaluation.trials])
    folder.mkdir()
    for stem, trial in zip(stems, evaluation.trials, strict=True):
        save_ecg(folder / stem, trial.reconstructions[network], trial.header, method=network)


def save_ecg(
    base: Path,
    reconstruction: Reconstruction,
    header: TrialHeader,
    *,
    method: str,
    stretches: Sequence[Stretch] = (),
    suffixes: Sequence[str] | None = None,
) -> None:
    """Write one reconstruction.

    Parameters
    ----------
    base : Path
        Of the files, without a suffix.
    reconstruction : Reconstruction
        At 200 Hz.
    header : TrialHeader
        Whose it is.
    method : str
        What made it.
    stretches : sequence of Stretch
        Where there is a heartbeat and where not.
    suffixes : sequence of str, optional
        Some of `FORMATS`; all by default.
    """
    for suffix in FORMATS if suffixes is None else suffixes:
        FORMATS[suffix](base, reconstruction, header, method, stretches)


def read_ecg(path: Path) -> Reconstruction:
    """Read a reconstruction from its HDF5 file.

    Raises
    ------
    UserError
        When the file is missing or is none.
    """
    try:
        with h5py.File(path, "r") as file:
            if file.attrs.get("format") != FORMAT:
                raise UserError(f"{path} is no reconstruction", expected=f"format {FORMAT!r}")
            found = {name: file[name][()] for name in _SIGNALS if name in file}
            found |= {name: file["beats"][name][()] for name in _BEATS if name in file["beats"]}
    except OSError as error:
        raise UserError(f"{path} is no whole HDF5 file: {error}", do="check the path") from error
    return Reconstruction(**found)


def _save_hdf5(
    base: Path,
    made: Reconstruction,
    header: TrialHeader,
    method: str,
    stretches: Sequence[Stretch],
) -> None:
    with atomic_hdf5(base.with_name(f"{base.name}.h5")) as file:
        file.attrs.update(
            format=FORMAT,
            radarkit_version=__version__,
            subject=header.subject,
            trial=header.trial,
            method=method,
            sample_rate_hz=TARGET_RATE_HZ,
        )
        beats = file.create_group("beats")
        for group, units in ((file, _SIGNALS), (beats, _BEATS)):
            for name, unit in units.items():
                values = getattr(made, name)
                if values is not None:
                    stored = group.create_dataset(name, data=values)
                    stored.attrs["units"] = unit
                    stored.flush()
        if stretches:
            file.attrs["heartbeat_found"] = any(each.heartbeat for each in stretches)
            table = file.create_group("stretches")
            for name in Stretch._fields:
                column = [getattr(each, name) for each in stretches]
                values = np.array([np.nan if each is None else each for each in column])
                table.create_dataset(name, data=values).flush()


def _save_csv(
    base: Path,
    made: Reconstruction,
    header: TrialHeader,
    method: str,
    stretches: Sequence[Stretch],
) -> None:
    time_s = np.arange(made.ecg_mv.size) / TARGET_RATE_HZ
    _write_csv(
        base.with_name(f"{base.name}.csv"),
        {"time_s": (time_s, ".3f"), "ecg_mv": (made.ecg_mv, ".4f")},
        {"confidence": (made.ecg_confidence, ".4f")},
    )
    _write_csv(
        base.with_name(f"{base.name}.beats.csv"),
        {
            "time_s": (made.r_peaks / TARGET_RATE_HZ, ".4f"),
            "length_s": (made.lengths / TARGET_RATE_HZ, ".4f"),
        },
        {"confidence": (made.confidence, ".4f"), "interpolated": (made.interpolated, "d")},
    )
    if stretches:
        with base.with_name(f"{base.name}.stretches.csv").open("w", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(Stretch._fields)
            table.writerows(stretches)


def _write_csv(path: Path, always: dict[str, Any], if_known: dict[str, Any]) -> None:
    columns = always | {name: each for name, each in if_known.items() if each[0] is not None}
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(columns)
        table.writerows(zip(*(_cells(*each) for each in columns.values()), strict=True))


def _cells(values: Any, how: str) -> Iterator[str]:
    """Write numbers out one after the other: a night has six million."""
    for first in range(0, values.size, _AT_ONCE):
        yield from (format(x, how) for x in values[first : first + _AT_ONCE].tolist())


FORMATS: dict[str, Callable[..., None]] = {
    ".h5": _save_hdf5,
    ".csv": _save_csv,
    ".hea": save_wfdb,
    ".edf": save_edf,
}
_PACKAGES = {".hea": "wfdb", ".edf": "edfio"}
