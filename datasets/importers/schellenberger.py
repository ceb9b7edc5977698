"""Schellenberger et al. 2020: 30 people on a tilt table before a 24 GHz six-port radar.

"A dataset of clinically recorded radar vital signs with synchronised reference sensor signals",
Scientific Data 7:291. Each ``GDN0001_1_Resting.mat`` holds one scenario: radar_i and radar_q at
fs_radar (2000 Hz), tfm_ecg1 and tfm_ecg2 at fs_ecg, and references that are not imported. The lead
is the one that the authors' own scripts choose for each person.
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

_NAME = re.compile(r"(GDN(\d{4}))_(\d_[A-Za-z]+)")
_FIRST_LEAD = (6, 15, 21, 22)  # people of whom tfm_ecg1 is the better one; else tfm_ecg2
_WHAT = "files like GDN0001_1_Resting.mat, in a folder a person"


def find(path: Path, config: ImportConfig) -> list[Source]:
    """List the scenarios in a folder of folders of people."""
    return sources_in(path, ".mat", _WHAT, _source)


def _source(file: Path) -> Source | None:
    return (
        Source(file.stem, file, partial(read_trial, file)) if _NAME.fullmatch(file.stem) else None
    )


def read_trial(path: Path) -> list[ImportedTrial]:
    """Read one scenario of one person.

    Raises
    ------
    UserError
        When fields are missing or do not fit each other.
    """
    found = _NAME.fullmatch(path.stem)
    assert found is not None  # by `find`
    subject, number, scenario = found.groups()
    lead = "tfm_ecg1" if int(number) in _FIRST_LEAD else "tfm_ecg2"
    return [
        read_iq_trial(
            read_matlab(path),
            Names("radar_i", "radar_q", "fs_radar", lead, "fs_ecg"),
            path,
            subject=subject,
            trial=scenario,
            status="NB" if scenario.endswith("Resting") else "",
            source=f"Schellenberger 2020 {path.name}, {lead}",
        )
    ]


SCHELLENBERGER = Importer(
    "folder of GDN0001/GDN0001_1_Resting.mat and so on",
    "CC BY 4.0: cite Schellenberger et al., Scientific Data 7:291 (2020)",
    find,
)
