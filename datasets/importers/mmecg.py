"""MMECG: 91 trials of 11 people at 77 GHz with an ECG (Chen et al., IEEE TMC 2022).

Each ``N.mat`` holds a struct ``data``: RCG (35505 samples x 50 places on the chest), ECG in mV,
posXYZ in m, id, gender, age and physistatus, at 200 Hz. The RCG is the smoothed second difference
of an unwrapped phase in arbitrary units, from which respiration has been taken; it is kept as it
is, as a vibration of unknown scale. Gender and age are not kept.
"""

import re
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import numpy as np

from radarkit.datasets.importers.gaps import bridge_gaps, lost_remark
from radarkit.datasets.importers.labels import label
from radarkit.datasets.importers.matlab import field, numbers, read_matlab, scalar, vector
from radarkit.datasets.importers.plausible import finite_places, places_remark, still_remark
from radarkit.datasets.importers.sampling import check_length
from radarkit.datasets.importers.source import (
    RATE_HZ,
    ImportConfig,
    ImportedTrial,
    Importer,
    Source,
)
from radarkit.datasets.published_splits import published_subject, shared_name
from radarkit.errors import UserError
from radarkit.recording import Quantity, Recording

SAMPLES, PLACES = 35505, 50  # as published
_STATUSES = ("NB", "IB", "SP", "PE")


def find(path: Path, config: ImportConfig) -> list[Source]:
    """List the trials in a folder of ``1.mat`` to ``91.mat``, or the folder in it, by number.

    Raises
    ------
    UserError
        When there are none, or two files or folders to choose between.
    """
    numbered = _numbered([path] if path.is_file() else path.iterdir())
    if path.is_dir():  # the archive unpacks into a folder
        folders = [sub for sub in sorted(path.iterdir()) if sub.is_dir()]
        inside = [found for sub in folders if (found := _numbered(sub.iterdir()))]
        if len(inside) + bool(numbered) > 1:
            first, *others = [found for found in (numbered, *inside) if found]
            _refuse_two(path, first, others)
        numbered = inside[0] if inside else numbered
    if not numbered:
        there = sorted(file.name for file in path.iterdir()) if path.is_dir() else [path.name]
        raise UserError(
            f"{path} holds {', '.join(there[:3]) or 'no files'}",
            expected="1.mat to 91.mat",
            do="check the path",
        )
    sources = []
    for number, file in sorted(numbered.items()):
        name = shared_name(number) if config.share_people else None
        if config.share_people and name is None:
            continue  # of the trials that the published split leaves out
        settings = {"share_people": config.share_people}
        read = partial(read_trial, file, number, name)
        sources.append(Source(f"{number:03d}", file, read, settings))
    if not sources:
        raise UserError(f"{path} holds no trial of the published split", expected="trials 1 to 88")
    return sources


def _numbered(files: Iterable[Path]) -> dict[int, Path]:
    """Find the files that are called by a number.

    Raises
    ------
    UserError
        When two of them mean one trial.
    """
    numbered: dict[int, Path] = {}
    for file in sorted(files):
        if file.is_file() and re.fullmatch(r"0*[1-9]\d*\.mat", file.name):
            other = numbered.setdefault(int(file.stem), file)
            if other != file:
                raise UserError(
                    f"{other} and {file} are both trial {int(file.stem)}",
                    expected="one file a trial",
                    do="move one of them away",
                )
    return numbered


def _refuse_two(path: Path, first: dict[int, Path], others: list[dict[int, Path]]) -> None:
    """Refuse to choose between folders, and name two files of one trial if there are such."""
    for other in others:
        for number in sorted(first.keys() & other.keys()):
            raise UserError(
                f"{first[number]} and {other[number]} are both trial {number}",
                expected="numbered files in one folder",
                do="name the folder that is meant",
            )
    names = ", ".join(str(next(iter(found.values())).parent) for found in (first, *others))
    raise UserError(f"{path} holds numbered files in {names}", expected="one folder", do="name it")


def read_trial(path: Path, number: int, subject: str | None = None) -> list[ImportedTrial]:
    """Read one trial.

    Parameters
    ----------
    path : Path
        ``N.mat``.
    number : int
        N.
    subject : str, optional
        Another name for the person; by default their published number.

    Raises
    ------
    UserError
        When fields are missing or do not fit each other, or the person is not who made the trial as
        published.
    """
    data = field(read_matlab(path), "data", path)
    if not isinstance(data, dict):
        raise UserError(f"data in {path.name} is no struct", expected="a struct with RCG and ECG")
    radar = numbers(field(data, "RCG", path), "RCG", path)
    ecg = vector(field(data, "ECG", path), "ECG", path)
    if radar.ndim == 2 and radar.shape[0] != ecg.size == radar.shape[1]:
        radar = radar.T  # version 7.3 written by something else than MATLAB
    if radar.ndim != 2 or radar.shape[0] != ecg.size:
        raise UserError(
            f"{path.name} has an RCG of shape {radar.shape} and {ecg.size} samples of ECG",
            expected=f"(samples, places), as ({SAMPLES}, {PLACES}), and as many samples",
        )
    check_length(ecg.size, RATE_HZ, "RCG and ECG", path)
    places = numbers(field(data, "posXYZ", path), "posXYZ", path)
    if places.shape == (3, radar.shape[1]) != (3, 3):
        places = places.T
    if places.shape != (radar.shape[1], 3):
        raise UserError(
            f"{path.name} has a posXYZ of shape {places.shape}",
            expected=f"({radar.shape[1]}, 3), one for each column of the RCG",
        )
    places = finite_places(places, "posXYZ", path)
    number_of_person = scalar(field(data, "id", path), "id", path)
    if not number_of_person.is_integer():
        raise UserError(f"id in {path.name} is {number_of_person:g}", expected="a whole number")
    person = int(number_of_person)
    published = published_subject(number)
    if published not in (None, person):
        raise UserError(
            f"{path.name} is of subject {person}",
            expected=f"subject {published}, who made trial {number} as published",
            do="check that files were not renamed",
        )
    status = field(data, "physistatus", path)
    if not isinstance(status, str) or status not in _STATUSES:
        shown = status if isinstance(status, str) else "of no text"
        raise UserError(
            f"{path.name} has the physistatus {shown}", expected=f"one of {', '.join(_STATUSES)}"
        )
    radar, radar_known = bridge_gaps(np.ascontiguousarray(radar.T), f"the RCG of {path.name}")
    still = still_remark(radar, "the RCG") + places_remark(places)
    ecg, ecg_known = bridge_gaps(ecg, f"the ECG of {path.name}")
    r_peaks, remarks = label(ecg, RATE_HZ)
    recording = Recording(
        radar=radar.astype(np.float32),
        sample_rate_hz=RATE_HZ,
        subject=subject or str(person),
        trial=str(number),
        quantity=Quantity.VIBRATION,
        ecg=ecg.astype(np.float32),
        r_peaks=r_peaks,
        positions_m=places.astype(np.float32),
        valid=radar_known & ecg_known,
        status=str(status),
        source=f"MMECG {path.name}, subject {person}"
        + (" (shared between training and test)" if subject and "shared" in subject else ""),
    )
    odd = () if radar.shape == (PLACES, SAMPLES) else (_size_remark(radar.shape),)
    lost = lost_remark(radar_known, "RCG", RATE_HZ) + lost_remark(ecg_known, "ECG", RATE_HZ)
    return [ImportedTrial(recording, odd + still + lost + remarks)]


def _size_remark(shape: tuple[int, ...]) -> str:
    return f"{shape[0]} places and {shape[1]} samples, not {PLACES} and {SAMPLES} as published"


MMECG = Importer(
    "folder of 1.mat to 91.mat, each a struct data with RCG and ECG",
    "signed agreement with the authors: non-commercial academic use, no redistribution",
    find,
)
