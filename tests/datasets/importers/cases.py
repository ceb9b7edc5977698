"""Every importer with a small tree of its files, and what must come out of it."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from . import fabricate as make


class Case(NamedTuple):
    """A tree of files.

    Attributes
    ----------
    write : callable
        Makes it in a folder.
    trials : dict
        Subject and status by the name of the trial.
    channels : int
    r_s : callable
        R peaks of a trial by its name, in s, where they are to stay where they were.
    """

    write: object
    trials: dict
    channels: int
    r_s: object = None


def _mmecg_r(name):
    rng = np.random.default_rng(int(name.split("-")[1]))
    return make.beats(12.0, rng)


def _sixport_r(numbers):
    return lambda name: make.sixport(numbers[name])[1]


def _released(folder: Path):
    for seed in (1, 2):
        make.Released(seed, seconds=18).write(folder / f"obj{seed}_SP_{seed}_", "sce")
    return folder


_SCHELLENBERGER = {
    "GDN0001-1_Resting": 10,
    "GDN0001-3_Apnea": 11,
    "GDN0006-1_Resting": 60,
    "GDN0006-3_Apnea": 61,
}
_SHI = {
    f"person{who:02d}-2017-02-16_10-{minute:02d}-05": 10 * who + minute
    for who in (3, 11)
    for minute in range(len(make.SHI_FOLDERS))
}
_GENERIC = {"ann-1": 0, "ann-2": 1, "bob-1": 2}

CASES = {
    "mmecg": Case(
        lambda folder: make.write_mmecg(folder, (2, 24, 57, 90)),
        {
            "1-2": ("1", "SP"),
            "10-24": ("10", "NB"),
            "29-57": ("29", "IB"),
            "30-90": ("30", "SP"),
        },
        3,
        _mmecg_r,
    ),
    "schellenberger": Case(
        make.write_schellenberger,
        {name: (name[:7], "NB" if "Resting" in name else "") for name in _SCHELLENBERGER},
        1,
        _sixport_r(_SCHELLENBERGER),
    ),
    "shi": Case(
        make.write_shi,
        {name: (name[:8], ("NB", "PE", "", "NB", "")[i % 5]) for i, name in enumerate(_SHI)},
        1,
        lambda name: make.sixport(_SHI[name], rate_hz=500 if "-01-" in name else 2000)[1],
    ),
    "radarode-mtl": Case(_released, {"1-1": ("1", "SP"), "2-2": ("2", "SP")}, 2),
    "generic": Case(
        make.write_generic,
        {name: (name[:3], "") for name in _GENERIC},
        2,
        lambda name: make.sixport(_GENERIC[name], rate_hz=500)[1],
    ),
}
