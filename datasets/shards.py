"""Shards: the file that each capture becomes, and what it was made from.

A shard is made again unless configuration and bytes of the capture are the same: its name, size and
time of change stand in for the bytes.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from radarkit.capture import RadarConfig, open_capture
from radarkit.capture.parts import parts_there, stem_of
from radarkit.datasets.reader import open_shard
from radarkit.errors import UserError
from radarkit.extract import ExtractConfig
from radarkit.extract.report import ExtractionReport
from radarkit.extract.report_pictures import Pictures

_SETUP = ".setup.json"  # of mmWave Studio


def name_of(capture: Path) -> str:
    """Name of a capture: its file's without the number of a part, or its folder's.

    Raises
    ------
    UserError
        When it cannot be written as UTF-8, as names in a data set are.
    """
    name = capture.absolute().name
    try:
        name.encode()
    except UnicodeEncodeError:
        raise UserError(f"the name of {capture} is not UTF-8", do="rename it") from None
    if name.lower().endswith(_SETUP):
        return name[: -len(_SETUP)]
    return name if capture.is_dir() else stem_of(Path(name))


@dataclass(frozen=True)
class Origin:
    """What a shard is made from.

    Attributes
    ----------
    capture : Path
        File, first of several, or folder that holds the samples.
    radar : RadarConfig or None
        How it was recorded; None if that cannot be told.
    config : ExtractConfig
        How to extract.
    labels : Path or None
        Data set that the ECG comes from.
    """

    capture: Path
    radar: RadarConfig | None
    config: ExtractConfig
    labels: Path | None

    @classmethod
    def of(
        cls, capture: Path, radar: RadarConfig | None, config: ExtractConfig, labels: Path | None
    ) -> Self:
        """Look into captures that say themselves how they were recorded and where they are."""
        if radar is None or capture.name.lower().endswith(_SETUP):
            with suppress(
                UserError, OSError
            ):  # said again, and reported, when it is to be extracted
                opened = open_capture(capture, radar, allow_partial=True)
                capture, radar = opened.path, opened.config
        return cls(capture, radar, config, labels)

    def describe(self) -> dict[str, Any]:
        """Everything that decides what the shard holds, ready for JSON."""
        return {
            "radar": self.radar.model_dump(mode="json") if self.radar else None,
            "extract": self.config.model_dump(mode="json"),
            "capture": _stamp(self.capture),
            "labels": _stamp(self.labels) if self.labels else None,
        }


def shard_paths(captures: Sequence[Path], output: Path) -> list[Path]:
    """Say which file each capture becomes: `output` if it is an ``.h5``, else one in that folder.

    Raises
    ------
    UserError
        When two captures have one name, several would become one file, or there is no place for
        the output.
    """
    by_name: dict[str, Path] = {}
    for capture in captures:
        other = by_name.setdefault(name_of(capture), capture)
        if other is not capture:
            raise UserError(
                f"{other} and {capture} would both become the trial {name_of(capture)}",
                expected="captures of different names",
                do="leave one out or rename it",
            )
    if not output.parent.is_dir():
        raise UserError(
            f"no folder {output.parent} to make {output.name} in", do=f"mkdir -p {output.parent}"
        )
    if output.suffix == ".h5":
        if len(captures) > 1:
            raise UserError(
                f"{len(captures)} captures for the one file {output}",
                expected="a folder",
                do="leave out the .h5",
            )
        return [output]
    if output.exists() and not output.is_dir():
        raise UserError(f"{output} is a file", expected="a folder, or a name that ends in .h5")
    return [output / f"{name}.h5" for name in by_name]


def stored_findings(shard: Path) -> tuple[ExtractionReport, Pictures]:
    """Read what was found when a shard was made.

    Raises
    ------
    UserError
        When a version of radarkit made it that kept no findings.
    """
    with open_shard(shard) as file:
        if "report_json" not in file:
            raise UserError(f"{shard} holds no report", do="--force makes it anew")
        report = ExtractionReport.of(json.loads(file["report_json"].asstr()[()]))
        kept = {name: values[()] for name, values in file["pictures"].items()}
    return report, Pictures(**kept)


def _stamp(path: Path) -> dict[str, Any]:
    """Name, size and time of change of a file, of all parts of it, or of all files of a folder."""
    if path.is_dir():
        files = [file for file in path.rglob("*") if file.is_file()]
    else:
        files = list(parts_there(path).values()) or [path]
    known = [file.stat() for file in files]
    return {
        "name": path.name,
        "bytes": sum(stat.st_size for stat in known),
        "modified_ns": max((stat.st_mtime_ns for stat in known), default=0),
    }
