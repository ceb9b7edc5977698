"""Raw captures to a data set: one trial a capture, with the ECG recorded beside it if there is one.

A trial is named like its capture's file, ``<subject>-<trial>.bin``; a name without ``-`` is that of
the subject.
"""

import dataclasses
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from radarkit.capture import RadarConfig, open_capture
from radarkit.datasets.build import spectrogram_of
from radarkit.datasets.reader import Dataset
from radarkit.datasets.store import create
from radarkit.errors import UserError
from radarkit.extract import ExtractConfig, extract
from radarkit.files import atomic_file, check_input, check_output
from radarkit.recording import Recording

OnCapture = Callable[[int, int, str], None]


def extract_captures(
    captures: Sequence[Path],
    radar: RadarConfig,
    config: ExtractConfig,
    output: Path,
    *,
    report: Path | None = None,
    labels: Path | None = None,
    allow_partial: bool = False,
    force: bool = False,
    on_capture: OnCapture = lambda *_: None,
) -> dict[str, dict[str, Any]]:
    """Extract captures that were recorded with one radar.

    Parameters
    ----------
    captures : sequence of Path
        The files.
    radar : RadarConfig
        How they were recorded.
    config : ExtractConfig
        How to extract.
    output : Path
        For one capture and a name that ends in ``.h5`` the data set, else a folder of data sets,
        one a capture. What is finished stays when a later capture fails.
    report : Path, optional
        JSON file: the report of the capture, or of several by name.
    labels : Path, optional
        Data set with the ECG of each capture in a trial of the same name, started at the same time.
    allow_partial : bool
        Use the whole frames of a truncated capture.
    force : bool
        Replace what is there.
    on_capture : callable
        Called after each capture with its number, the number of captures, and its name.

    Returns
    -------
    dict of str to dict
        The reports, by name of the capture.
    """
    known = Dataset(labels) if labels is not None else None
    shards = _shards(captures, output)
    for path in (*shards.values(), *([report] if report else [])):
        if path.parent != output:  # the folder of shards is made when the first one is ready
            check_output(path, force=force)
        elif path.exists() and not force:
            raise UserError(f"{path} exists already", do="use --force to replace it")
    for capture in captures:
        check_input(capture, "capture")

    reports = {}
    for number, (capture, shard) in enumerate(shards.items(), start=1):
        extraction = extract(open_capture(capture, radar, allow_partial=allow_partial), config)
        subject, _, trial = capture.stem.partition("-")
        recording = extraction.recording(subject, trial or "1")
        if known is not None:
            recording = _labelled(recording, known)
        described = {
            "radar": radar.model_dump(mode="json"),
            "extract": config.model_dump(mode="json"),
        }
        if shard.parent == output:
            output.mkdir(exist_ok=True)
        with create(shard, config=described, seed=None, force=force) as writer:
            writer.add(recording, spectrogram_of(recording))
        reports[capture.stem] = extraction.report
        on_capture(number, len(shards), capture.stem)
    if report is not None:
        content = reports if len(reports) > 1 else next(iter(reports.values()))
        with atomic_file(report, force=force) as part:
            part.write_text(json.dumps(content, indent=2) + "\n")
    return reports


def _shards(captures: Sequence[Path], output: Path) -> dict[Path, Path]:
    """Say which file each capture becomes."""
    names = [capture.stem for capture in captures]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise UserError(f"two captures named {twice}", expected="one trial of each name")
    if output.suffix == ".h5":
        if len(captures) > 1:
            raise UserError(
                f"{len(captures)} captures for the one file {output}",
                expected="a folder",
                do="leave out the .h5",
            )
        return {captures[0]: output}
    if not output.parent.is_dir():
        raise UserError(f"no folder {output.parent} to make {output.name} in")
    return {capture: output / f"{capture.stem}.h5" for capture in captures}


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
