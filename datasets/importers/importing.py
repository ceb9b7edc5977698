"""Public data to a data set: a folder with a shard for each file or folder that is imported.

As `radarkit.datasets.extraction`: shards are made at once, work that was stopped goes on, and what
is there already is kept if it was made by the same version from the same.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from radarkit.datasets.build import cardiac_vibration
from radarkit.datasets.importers import IMPORTERS
from radarkit.datasets.importers.source import ImportConfig, ImportedTrial, Source, stamp
from radarkit.datasets.reader import open_shard
from radarkit.datasets.resume import OnShard, is_finished, make_shards
from radarkit.datasets.store import DatasetWriter, create
from radarkit.errors import UserError
from radarkit.files import check_input
from radarkit.parallel import Failure
from radarkit.spectrogram import FrequencyGrid, sst


@dataclass(frozen=True)
class Imported:
    """What came of an import.

    Attributes
    ----------
    trials : int
        In the data set now.
    subjects : tuple of str
        Whose they are.
    kept : int
        Shards that were there already.
    others : tuple of str
        Names of shards in the output that are no part of this import.
    remarks : dict of str to tuple of str
        What was repaired or is out of the ordinary, by trial.
    failures : dict of str to str
        Why other files could not be used, one line each.
    """

    trials: int
    subjects: tuple[str, ...]
    kept: int
    remarks: dict[str, tuple[str, ...]]
    failures: dict[str, str]
    others: tuple[str, ...] = ()


class _Made(NamedTuple):
    """What is said of a shard: subject and remarks of its trials."""

    subjects: dict[str, str]
    remarks: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class _Task:
    source: Source
    shard: Path
    made_from: dict[str, Any]
    rows: FrequencyGrid
    force: bool
    finished: bool

    @property
    def name(self) -> str:
        return self.source.name


def import_data(
    name: str,
    path: Path,
    output: Path,
    config: ImportConfig,
    *,
    force: bool = False,
    jobs: int = 1,
    on_shard: OnShard = lambda *_: None,
) -> Imported:
    """Import a data set.

    Parameters
    ----------
    name : str
        Which of `radarkit.datasets.importers.IMPORTERS`.
    path : Path
        File or folder to import.
    output : Path
        Folder of shards. What is there already and was made from the same is kept.
    config : ImportConfig
        How to import.
    force : bool
        Make everything anew and replace what is there.
    jobs : int
        Processes.
    on_shard : callable
        Called after each shard with how many are done, how many there are, and its name.

    Raises
    ------
    UserError
        Before anything is done when there is no such importer or nothing to import, or the output
        holds something else; and when nothing could be imported.
    """
    if name not in IMPORTERS:
        raise UserError(f"no importer {name!r}", expected=f"one of {', '.join(IMPORTERS)}")
    importer = IMPORTERS[name]
    check_input(path, "file or folder to import")
    _check_folder(output)
    if config.share_people and name != "mmecg":
        raise UserError(f"--share-people for {name}", expected="it for mmecg alone")
    if (config.mapping is not None) != (name == "generic"):
        raise UserError(
            f"{'--mapping' if config.mapping else 'no --mapping'} for {name}",
            expected="a mapping for generic, and for nothing else",
        )
    tasks = []
    for source in importer.find(path, config):
        if source.path.resolve().is_relative_to(output.resolve()):
            continue  # made by an import before
        made_from = {
            "importer": name,
            "licence": importer.licence,
            "grid": config.grid,
            **source.settings,
            "source": stamp(source.path),
        }
        shard = output / f"{source.name}.h5"
        finished = not force and is_finished(shard, made_from)
        tasks.append(_Task(source, shard, made_from, config.rows, force, finished))
    if not tasks:
        raise UserError(
            f"everything in {path} lies in the output {output}", do="give another --output"
        )
    _check_names(tasks)
    results = make_shards(_make, tasks, "files", jobs=jobs, on_shard=on_shard)
    made = [result for result in results.values() if isinstance(result, _Made)]
    failures = {name: one.reason for name, one in results.items() if isinstance(one, Failure)}
    if not made:
        first = next(iter(failures.values()))
        raise UserError(
            first if len(tasks) == 1 else f"none of {len(tasks)} files could be imported: {first}"
        )
    _check_trials(results)
    subjects = {trial: subject for one in made for trial, subject in one.subjects.items()}
    remarks = {trial: said for one in made for trial, said in one.remarks.items() if said}
    kept = sum(task.finished for task in tasks)
    own = {task.shard.name for task in tasks}
    return Imported(
        len(subjects),
        tuple(dict.fromkeys(subjects.values())),
        kept,
        remarks,
        failures,
        tuple(sorted(file.name for file in output.glob("*.h5") if file.name not in own)),
    )


def _make(task: _Task) -> _Made:
    """Make a shard, or read what is said in it; runs in any process."""
    if task.finished:
        return _stored(task.shard)
    trials = task.source.read()
    made = _Made(
        {trial.recording.name: trial.recording.subject for trial in trials},
        {trial.recording.name: trial.remarks for trial in trials},
    )
    with create(task.shard, config=task.made_from, seed=None, force=task.force) as writer:
        for trial in trials:
            _add(writer, trial, task.rows)
        writer.add_findings({"importer": task.made_from["importer"], "remarks": made.remarks}, {})
    return made


def _add(writer: DatasetWriter, trial: ImportedTrial, rows: FrequencyGrid) -> None:
    recording, spectrogram = trial.recording, trial.spectrogram
    if spectrogram is None:
        spectrogram = sst(cardiac_vibration(recording), recording.sample_rate_hz, grid=rows)
    writer.add(recording, spectrogram)


def _stored(shard: Path) -> _Made:
    with open_shard(shard) as file:
        subjects = {name: str(trial.attrs["subject"]) for name, trial in file["trials"].items()}
        report = json.loads(file["report_json"].asstr()[()])
    return _Made(subjects, {name: tuple(said) for name, said in report["remarks"].items()})


def _check_folder(output: Path) -> None:
    if output.suffix == ".h5" or (output.exists() and not output.is_dir()):
        raise UserError(f"the output {output}", expected="a folder", do="give another name")
    if not output.parent.is_dir():
        raise UserError(
            f"no folder {output.parent} to make {output.name} in", do=f"mkdir -p {output.parent}"
        )


def _check_names(tasks: list[_Task]) -> None:
    by_name: dict[str, Path] = {}
    for task in tasks:
        try:
            f"{task.name} {task.source.path.name}".encode()
        except UnicodeEncodeError:
            raise UserError(
                f"the name of {task.source.path} is not UTF-8", do="rename it"
            ) from None
        other = by_name.setdefault(task.name, task.source.path)
        if other != task.source.path:
            raise UserError(
                f"{other} and {task.source.path} would both become {task.name}.h5",
                expected="one of each name",
                do="leave one out or rename it",
            )


def _check_trials(results: Mapping[str, _Made | Failure]) -> None:
    by_trial: dict[str, str] = {}
    for name, one in results.items():
        for trial in one.subjects if isinstance(one, _Made) else ():
            other = by_trial.setdefault(trial, name)
            if other != name:
                raise UserError(
                    f"{other}.h5 and {name}.h5 both hold a trial {trial}",
                    expected="one of each name",
                    do="remove one of them, and name trials apart",
                )
