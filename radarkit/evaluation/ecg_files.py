"""Reconstructed ECGs on disk: HDF5 for all there is, CSV and WFDB for other tools.

For a trial T, in one folder:

T.h5                 ecg_mv, ecg_confidence, anchor_curve; beats/r_peaks, lengths, shapes,
                     confidence, interpolated; attributes: format, radarkit_version, subject,
                     trial, method, sample_rate_hz
T.csv                time_s, ecg_mv, confidence
T.beats.csv          time_s, length_s, confidence, interpolated
T.hea, T.dat, T.atr  WFDB, format 16: the ECG in uV steps and its confidence; an annotation at
                     every R peak, N where it was found and Q ("interpolated") where not

Nothing of the truth is among it. What a method does not know (its confidence) is left out.
Characters that WFDB does not allow in a name become underscores.
"""

import csv
import re
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
from radarkit.evaluation.evaluate import Evaluation
from radarkit.evaluation.frameworks import method_names

FORMAT = "radarkit reconstruction 1"
_SIGNALS = {"ecg_mv": "mV", "ecg_confidence": "1", "anchor_curve": "1"}
_BEATS = {
    "r_peaks": "sample",
    "lengths": "sample",
    "shapes": "1",
    "confidence": "1",
    "interpolated": "1",
}
_GAIN_PER_MV, _GAIN_OF_CONFIDENCE = 1000.0, 10_000.0
_MOST_STEPS = 2**15 - 1


def check_wfdb() -> None:
    """Raise `UserError` if WFDB files cannot be written here, before anything is computed."""
    try:
        import wfdb  # noqa: F401
    except ImportError as error:
        raise UserError(
            "writing WFDB files needs the package wfdb",
            do="install radarkit with its extra: pip install -e '.[ecg]'",
        ) from error


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
    stems = [_stem(trial.header.name) for trial in evaluation.trials]
    for stem in stems:
        if stems.count(stem) > 1:
            raise UserError(
                f"{stems.count(stem)} trials for the files {stem}.*",
                expected="names that differ in letters, digits, hyphens and underscores",
            )
    folder.mkdir()
    for stem, trial in zip(stems, evaluation.trials, strict=True):
        save_ecg(folder / stem, trial.reconstructions[network], trial.header, method=network)


def save_ecg(
    base: Path, reconstruction: Reconstruction, header: TrialHeader, *, method: str
) -> None:
    """Write one reconstruction in all formats.

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
    """
    _save_hdf5(base.with_name(f"{base.name}.h5"), reconstruction, header, method)
    _save_csv(base, reconstruction)
    _save_wfdb(base, reconstruction, header, method)


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


def _save_hdf5(path: Path, made: Reconstruction, header: TrialHeader, method: str) -> None:
    with atomic_hdf5(path) as file:
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


def _save_csv(base: Path, made: Reconstruction) -> None:
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


def _write_csv(path: Path, always: dict[str, Any], if_known: dict[str, Any]) -> None:
    columns = always | {name: each for name, each in if_known.items() if each[0] is not None}
    cells = [[format(x, how) for x in values.tolist()] for values, how in columns.values()]
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(columns)
        table.writerows(zip(*cells, strict=True))


def _save_wfdb(base: Path, made: Reconstruction, header: TrialHeader, method: str) -> None:
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
    at = np.rint(made.r_peaks).astype(np.int64)
    inside = (at >= 0) & (at < made.ecg_mv.size)
    at, interpolated = at[inside], interpolated[inside]
    if at.size:  # WFDB knows no empty annotation
        wfdb.wrann(
            base.name,
            "atr",
            at,
            symbol=["Q" if each else "N" for each in interpolated],
            aux_note=["interpolated" if each else "" for each in interpolated],
            fs=TARGET_RATE_HZ,
            **where,
        )


def _gain(made: Reconstruction) -> float:
    """Choose the steps per mV: 1000, or what 16 bits leave to an ECG of tens of mV."""
    largest = float(np.abs(made.ecg_mv).max(initial=0.0))
    gain = _GAIN_PER_MV
    while gain * largest > _MOST_STEPS:
        gain /= 10
    return gain


def _stem(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "_", name)
