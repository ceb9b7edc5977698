"""What an importer gives: sources that each become a shard, and the trials read from them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from radarkit.errors import UserError
from radarkit.recording import Recording
from radarkit.spectrogram import DEFAULT_GRID, FrequencyGrid, Spectrogram

RATE_HZ = 200.0  # of every imported trial: what windows and targets are cut at

# the rows that the published MATLAB script keeps of trials of 32768 to 65535 samples at 200 Hz:
# the upper half of 10 voices an octave between fs/N and fs/2, of N = 35505 samples
SCRIPT_GRID = FrequencyGrid.log(0.7246, 100.0, 71)


class ImportConfig(BaseModel):
    """How to import.

    Attributes
    ----------
    grid : str
        Rows of the spectrograms: ``default``, 71 from 1 to 25 Hz, or ``mmecg-script``, the 71 from
        0.7246 to 100 Hz of the published script.
    share_people : bool
        MMECG: name subjects so that the published split of trials fits, which shares two people
        between training and test.
    mapping : Path, optional
        Which array is what, for the importer ``generic``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    grid: Literal["default", "mmecg-script"] = "default"
    share_people: bool = False
    mapping: Path | None = None

    @property
    def rows(self) -> FrequencyGrid:
        """The rows by their frequencies."""
        return SCRIPT_GRID if self.grid == "mmecg-script" else DEFAULT_GRID


@dataclass(frozen=True, eq=False)
class ImportedTrial:
    """One trial of a source.

    Attributes
    ----------
    recording : Recording
        Signals and labels at 200 Hz.
    remarks : tuple of str
        What was repaired or is out of the ordinary, one line each.
    spectrogram : Spectrogram, optional
        For data that come without the signal that one could be made of.
    """

    recording: Recording
    remarks: tuple[str, ...] = ()
    spectrogram: Spectrogram | None = None


@dataclass(frozen=True)
class Source:
    """A file or folder that becomes one shard.

    Attributes
    ----------
    name : str
        Name of the shard.
    path : Path
        File, or folder of files, that is read.
    read : callable
        Reads its trials; runs in any process.
    settings : dict
        What else decides what they hold, ready for JSON.
    """

    name: str
    path: Path
    read: Callable[[], list[ImportedTrial]]
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Importer:
    """A public data set, or a kind of file.

    Attributes
    ----------
    summary : str
        What it reads.
    licence : str
        What may be done with the data; kept in every shard.
    find : callable
        Lists the sources in a file or folder; raises `UserError` where there is none.
    """

    summary: str
    licence: str
    find: Callable[[Path, ImportConfig], list[Source]]


def stamp(path: Path) -> dict[str, Any]:
    """Name, size and time of change of a file or of all files in a folder."""
    files = [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path]
    known = [file.stat() for file in files]
    return {
        "name": path.name,
        "bytes": sum(stat.st_size for stat in known),
        "modified_ns": max((stat.st_mtime_ns for stat in known), default=0),
    }


def unfit(file: Path, root: Path, expected: str) -> Source:
    """Make a source of a file that does not fit, so that it is listed with those that failed."""
    place = file.relative_to(root) if file.is_relative_to(root) else Path(file.name)
    name = place.with_suffix("").as_posix().replace("/", "_")
    return Source(name, file, partial(_refuse, file.name, expected))


def _refuse(name: str, expected: str) -> list[ImportedTrial]:
    raise UserError(f"{name} is left out", expected=expected)


def check_apart(named: Iterable[tuple[Path, str, str]]) -> None:
    """Refuse two files or folders of one trial, before any is read.

    Parameters
    ----------
    named : iterable of tuple
        Each path with the subject and the trial in it.

    Raises
    ------
    UserError
        Naming both.
    """
    by_trial: dict[tuple[str, str], Path] = {}
    for path, subject, trial in named:
        other = by_trial.setdefault((subject, trial), path)
        if other != path:
            raise UserError(
                f"{other} and {path} are both trial {trial} of {subject}",
                expected="one of each trial",
                do="name them apart, or move one away",
            )


def sources_in(
    path: Path, suffix: str, what: str, source_of: Callable[[Path], Source | None]
) -> list[Source]:
    """Make sources of the files of a kind in a folder and below, or of the one that was named.

    Parameters
    ----------
    path : Path
        Folder or file.
    suffix : str
        Of the kind.
    what : str
        How such files are called, for messages.
    source_of : callable
        Makes a source of a file whose name fits, and None of others, which become `unfit`.

    Raises
    ------
    UserError
        When there is no file of that kind, or no name fits.
    """
    files = files_in(path, suffix, what)
    made = [source_of(file) for file in files]
    if not any(made):
        raise UserError(f"{files[0].name} in {path}", expected=what, do="check the path")
    return [source or unfit(file, path, what) for source, file in zip(made, files, strict=True)]


def files_in(path: Path, suffix: str, what: str) -> list[Path]:
    """List the files of a kind in a folder and below, or the one file that was named.

    Raises
    ------
    UserError
        When there is none.
    """
    if not path.is_dir():
        return [path]
    found = sorted(file for file in path.rglob(f"*{suffix}") if file.is_file())
    if not found:
        inside = sorted(file.name for file in path.iterdir())
        there = f"holds {', '.join(inside[:3])}" if inside else "is empty"
        if len(inside) > 3:
            there += f" and {len(inside) - 3} more"
        raise UserError(f"the folder {path} {there}", expected=what, do="check the path")
    return found
