"""Shi et al. 2020: 11 people before a 24 GHz six-port radar, with heart sounds and an ECG.

"A dataset of radar-recorded heart sounds and vital signs including synchronised reference sensor
signals", Scientific Data 7:50. Each ``DATASET_2017-02-16_10-56-05_Person 11.mat`` lies in folders
that say where radar and stethoscope were (``PCG_front_radar_front/PCG_2L_radar_4L``) and, in one
more, what was unusual (``apnea``); without it the person breathed as they liked. It holds radar_I,
radar_Q, ecg_lead2, ecg_lead3, pcg_audio and respiration, all at Fs, which is 2000 Hz or 500 Hz.
Lead II is imported, sounds and respiration are not.
"""

import re
from functools import partial
from pathlib import Path

from radarkit.datasets.importers.matlab import read_matlab
from radarkit.datasets.importers.sixport import Names, read_iq_trial
from radarkit.datasets.importers.source import (
    ImportConfig,
    ImportedTrial,
    Importer,
    Source,
    sources_in,
)

_NAME = re.compile(r"DATASET_(\d{4}-\d{2}-\d{2}_\d{2}-\d{2}-\d{2})_Person[ _]*(\d+)", re.IGNORECASE)
_PERSON = re.compile(r"measurement_data_person\d+", re.IGNORECASE)
_PLACE = re.compile(r"pcg_.*radar_|radar_.*pcg_")
_WHAT = "files like DATASET_2017-02-16_10-56-05_Person 11.mat"


def find(path: Path, config: ImportConfig) -> list[Source]:
    """List the measurements in the folders of a person or of all of them."""
    return sources_in(path, ".mat", _WHAT, _source)


def _source(file: Path) -> Source | None:
    found = _NAME.fullmatch(file.stem)
    if found is None:
        return None
    name = f"person{int(found[2]):02d}-{found[1]}"
    return Source(name, file, partial(read_trial, file))


def read_trial(path: Path) -> list[ImportedTrial]:
    """Read one measurement.

    Raises
    ------
    UserError
        When fields are missing or do not fit each other.
    """
    found = _NAME.fullmatch(path.stem)
    assert found is not None  # by `find`
    folders = _scenario(path)
    return [
        read_iq_trial(
            read_matlab(path),
            Names("radar_I", "radar_Q", "Fs", "ecg_lead2", "Fs"),
            path,
            subject=f"person{int(found[2]):02d}",
            trial=found[1],
            status=_status(folders),
            source=f"Shi 2020 {'/'.join(folders)}".strip(),
        )
    ]


def _scenario(path: Path) -> tuple[str, ...]:
    """Folders between that of the person and the file: places, then what was unusual."""
    parts = path.absolute().parent.parts
    people = [index for index, part in enumerate(parts) if _PERSON.fullmatch(part)]
    return parts[people[-1] + 1 :] if people else parts[-1:]


def _status(folders: tuple[str, ...]) -> str:
    """PE or NB; breath held after sport is neither."""
    names = [folder.lower() for folder in folders]
    if not names:
        return ""
    doing = [name for name in names if not _PLACE.search(name)]
    if doing in ([], ["default"]):
        return "NB"
    return "PE" if doing[0] == "after_sport" else ""


SHI = Importer(
    "folders of DATASET_..._Person N.mat",
    "CC BY 4.0: cite Shi et al., Scientific Data 7:50 (2020)",
    find,
)
