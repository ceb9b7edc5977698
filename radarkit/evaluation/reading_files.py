"""Where readings go: one file by its suffix, or a folder with everything.

A folder holds, for each trial T, the files of `radarkit.evaluation.ecg_files` and T.png, and one
``summary.json``. A file holds one trial; ``.csv`` and ``.hea`` have files beside them that begin
with the same name.
"""

import json
import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from radarkit import __version__
from radarkit.errors import UserError
from radarkit.evaluation.ecg_files import FORMATS, check_packages, save_ecg, stems_of
from radarkit.evaluation.reading import Reading
from radarkit.evaluation.reading_figure import reading_figure
from radarkit.files import atomic_folder, check_output
from radarkit.style import DPI

SUMMARY, PICTURE = ".json", ".png"
_BESIDE = {".csv": (".beats.csv", ".stretches.csv"), ".hea": (".dat", ".atr")}
_SUFFIXES = (*FORMATS, PICTURE, SUMMARY)
NOTE = (
    "drawn from radar by a network; not for diagnosis. Beats and ECG are left out where it does "
    "not look like a heartbeat; that it does is no proof of one"
)


def check_reading_output(output: Path, trials: int = 1, *, force: bool = False) -> None:
    """Raise `UserError` if readings cannot be written to `output`, before anything is computed."""
    suffix = _suffix_of(output)
    if trials > 1 and suffix not in (None, SUMMARY):
        raise UserError(
            f"{trials} trials for {output.name}", expected="one", do="name a folder instead"
        )
    check_packages(tuple(FORMATS) if suffix is None else (suffix,))
    if suffix == ".hea" and re.search(r"[^A-Za-z0-9_-]", output.stem):
        raise UserError(
            f"{output.name} as the name of a WFDB record",
            expected="letters, digits, hyphens and underscores",
        )
    for path in (output, *(output.with_suffix(each) for each in _BESIDE.get(suffix or "", ()))):
        check_output(path, force=force)


def save_readings(
    readings: Sequence[Reading], output: Path, reader: str, *, force: bool = False
) -> None:
    """Write readings; all files appear, or none.

    Parameters
    ----------
    readings : sequence of Reading
        At least one.
    output : Path
        A folder, or a file whose suffix says the format.
    reader : str
        By whom they were read, for the summary.
    force : bool
        Replace what is there.

    Raises
    ------
    UserError
        When several trials are to go into one file, or something is there already.
    """
    check_reading_output(output, len(readings), force=force)
    suffix = _suffix_of(output)
    if suffix is None:
        with atomic_folder(output, force=force) as folder:
            stems = stems_of([reading.header for reading in readings])
            for stem, reading in zip(stems, readings, strict=True):
                _save(folder / stem, reading, (*FORMATS, PICTURE))
            _save_summary(folder / f"summary{SUMMARY}", readings, reader)
        return
    with tempfile.TemporaryDirectory(prefix=f".{output.name}-", dir=output.parent) as folder_name:
        folder = Path(folder_name)
        if suffix == SUMMARY:
            _save_summary(folder / output.name, readings, reader)
        else:
            _save(folder / output.stem, readings[0], (suffix,))
        for path in sorted(folder.iterdir()):
            name = output.name if path.suffix == suffix and path.stem == output.stem else path.name
            os.replace(path, output.parent / name)


def _suffix_of(output: Path) -> str | None:
    """Return the format of a file, None for a folder."""
    suffix = output.suffix.lower()
    if suffix and suffix not in _SUFFIXES:
        raise UserError(
            f"{output.name} to write to",
            expected=f"a folder, or a file that ends in {', '.join(_SUFFIXES)}",
        )
    return suffix or None


def _save(base: Path, reading: Reading, suffixes: Sequence[str]) -> None:
    formats = [suffix for suffix in suffixes if suffix in FORMATS]
    save_ecg(
        base,
        reading.kept,
        reading.header,
        method=reading.method,
        stretches=reading.stretches,
        suffixes=formats,
    )
    if PICTURE in suffixes:
        reading_figure(reading).savefig(base.with_name(f"{base.name}{PICTURE}"), dpi=DPI)


def _save_summary(path: Path, readings: Sequence[Reading], reader: str) -> None:
    content = {
        "note": NOTE,
        "read_by": reader,
        "radarkit_version": __version__,
        "recordings": [reading.as_json() for reading in readings],
    }
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
