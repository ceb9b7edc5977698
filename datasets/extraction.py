"""Raw captures to a data set: one trial a capture, with the ECG recorded beside it if there is one.

A trial is named like its capture, ``<subject>-<trial>``; a name without ``-`` is that of the
subject. Each capture becomes a file of its own, so that they can be worked on at once and work that
was stopped goes on where it ended.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from radarkit.capture import RadarConfig, open_capture
from radarkit.capture.parts import part_group
from radarkit.datasets.build import spectrogram_of
from radarkit.datasets.reader import Dataset
from radarkit.datasets.resume import OnShard, is_finished, make_shards
from radarkit.datasets.shards import Origin, name_of, shard_paths, stored_findings
from radarkit.datasets.store import create
from radarkit.errors import UserError
from radarkit.extract import ExtractConfig, extract
from radarkit.extract.report import ExtractionReport
from radarkit.extract.report_page import Drawn, check_report_path, draw, write_report
from radarkit.extract.report_pictures import Pictures
from radarkit.files import check_input, check_output
from radarkit.parallel import Failure
from radarkit.recording import Recording


@dataclass(frozen=True)
class Extracted:
    """What came of many captures, by their names.

    Attributes
    ----------
    reports : dict of str to ExtractionReport
        What was found, in the order of the captures.
    failures : dict of str to str
        Why the others could not be used, one line each.
    kept : tuple of str
        Those whose shards were there already.
    """

    reports: dict[str, ExtractionReport]
    failures: dict[str, str]
    kept: tuple[str, ...]


@dataclass(frozen=True)
class _Task:
    name: str
    capture: Path
    radar: RadarConfig | None
    origin: Origin
    shard: Path
    labels: Dataset | None
    allow_partial: bool
    force: bool
    finished: bool
    drawn: bool


class _Found(NamedTuple):
    report: ExtractionReport
    pictures: list[Drawn]


def extract_captures(
    captures: Sequence[Path],
    radar: RadarConfig | None,
    config: ExtractConfig,
    output: Path,
    *,
    report: Path | None = None,
    labels: Path | None = None,
    allow_partial: bool = False,
    force: bool = False,
    jobs: int = 1,
    dask: str | None = None,
    on_capture: OnShard = lambda *_: None,
) -> Extracted:
    """Extract captures that were recorded with one radar.

    Parameters
    ----------
    captures : sequence of Path
        Files or folders; the parts of a split capture count once.
    radar : RadarConfig or None
        How they were recorded; None for captures that say so themselves.
    config : ExtractConfig
        How to extract.
    output : Path
        For one capture and a name that ends in ``.h5`` the data set, else a folder of data sets,
        one a capture. What is there already and was made from the same is kept.
    report : Path, optional
        As in `radarkit.extract.report_page.write_report`, of all captures. One that is there is
        replaced if a part of the output is kept.
    labels : Path, optional
        Data set with the ECG of each capture in a trial of the same name, started at the same time.
    allow_partial : bool
        Use the whole frames of a truncated capture.
    force : bool
        Make everything anew and replace what is there.
    jobs, dask
        As in `radarkit.parallel.run`. The workers of a cluster must see the files under the same
        paths.
    on_capture : callable
        Called after each capture with how many are done, how many there are, and its name.

    Returns
    -------
    Extracted

    Raises
    ------
    UserError
        Before anything is done when a capture is missing, or the output holds something else; and
        when the only capture cannot be used or several are interrupted.
    """
    for capture in captures:
        check_input(capture, "capture")
    if dask is not None:  # workers start in other folders
        captures, output = [capture.absolute() for capture in captures], output.absolute()
        labels = labels.absolute() if labels else None
    captures = part_group(captures)
    known = Dataset(labels) if labels else None
    drawn = report is not None and check_report_path(report).suffix.lower() == ".html"
    tasks = []
    for capture, shard in zip(captures, shard_paths(captures, output), strict=True):
        origin = Origin.of(capture, radar, config, labels)
        finished = not force and is_finished(shard, origin.describe())
        flags = (allow_partial, force, finished, drawn)
        tasks.append(_Task(name_of(capture), capture, radar, origin, shard, known, *flags))
    kept = tuple(task.name for task in tasks if task.finished)
    if report is not None:
        check_output(report, force=force or bool(kept))
    if len(kept) == len(tasks) and not drawn:
        jobs, dask = 1, None  # reading takes less time than starting workers
    results = make_shards(_find, tasks, "captures", jobs=jobs, dask=dask, on_shard=on_capture)
    found = {name: one for name, one in results.items() if isinstance(one, _Found)}
    failures = {name: one.reason for name, one in results.items() if isinstance(one, Failure)}
    if len(tasks) == 1 and failures:
        raise UserError(*failures.values())
    reports = {name: one.report for name, one in found.items()}
    if report is not None and reports:
        pictures = {name: one.pictures for name, one in found.items()}
        write_report(report, reports, pictures, failures=failures, force=True)
    return Extracted(reports, failures, kept)


def _find(task: _Task) -> _Found:
    """Make a shard, or read what is kept in it; runs in any process."""
    if task.finished:
        report, pictures = stored_findings(task.shard)
    else:
        report, pictures = _make(task)
    return _Found(report, draw(pictures, report) if task.drawn else [])


def _make(task: _Task) -> tuple[ExtractionReport, Pictures]:
    made_from = task.origin.describe()  # before reading, so that a change in between is noticed
    capture = open_capture(task.capture, task.radar, allow_partial=task.allow_partial)
    extraction = extract(capture, task.origin.config)
    subject, _, trial = task.name.partition("-")
    recording = extraction.recording(subject, trial or "1")
    if task.labels is not None:
        recording = _labelled(recording, task.labels)
    pictures = Pictures.of(extraction)
    with create(task.shard, config=made_from, seed=None, force=task.force) as writer:
        writer.add(recording, spectrogram_of(recording))
        writer.add_findings(extraction.report.as_json(), vars(pictures))
    return extraction.report, pictures


def _labelled(recording: Recording, known: Dataset) -> Recording:
    """Add the ECG of the trial of the same name; what lasts longer is cut."""
    header = next((trial for trial in known.trials if trial.name == recording.name), None)
    if header is None:
        raise UserError(
            f"no trial {recording.name} in {known.path}",
            expected="the ECG of each capture in a trial named like it",
        )
    if header.sample_rate_hz != recording.sample_rate_hz:
        raise UserError(
            f"the ECG of {recording.name} is sampled at {header.sample_rate_hz:g} Hz",
            expected=f"{recording.sample_rate_hz:g} Hz, the rate of the extraction",
        )
    ecg, r_peaks = known.labels(header)
    samples = min(recording.samples, ecg.size)
    return dataclasses.replace(
        recording,
        radar=recording.radar[:, :samples],
        valid=recording.valid[:samples],
        ecg=ecg[:samples],
        r_peaks=r_peaks[r_peaks < samples],
        status=header.status,
    )
