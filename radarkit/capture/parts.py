"""Captures cut into files: ``X_Raw_0.bin``, ``X_Raw_1.bin``, ... hold one stream of bytes.

The recorders of the DCA1000 begin a new file when one is full (under 1 GiB), at a packet and not at
a frame, so that a frame may stand astride the cut.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from radarkit.errors import UserError

_NUMBERED = re.compile(r"(?P<stem>.*_Raw_)(?P<number>0|[1-9][0-9]*)\.bin", re.IGNORECASE)


def part_path(path: Path, number: int) -> Path:
    """Name of a part: ``X.bin``, or any ``X_Raw_N.bin``, to ``X_Raw_<number>.bin``."""
    match = _NUMBERED.fullmatch(path.name)
    stem = match["stem"] if match else f"{path.stem}_Raw_"
    return path.with_name(f"{stem}{number}{path.suffix or '.bin'}")


def stem_of(path: Path) -> str:
    """Name of a capture: its file's without suffix and without the number of a part."""
    return path.stem.rsplit("_", 2)[0] if _NUMBERED.fullmatch(path.name) else path.stem


def first_part(path: Path) -> Path:
    """Name of the first part if `path` is named like a part, otherwise `path`."""
    return part_path(path, 0) if _NUMBERED.fullmatch(path.name) else path


def part_group(paths: Iterable[Path]) -> list[Path]:
    """One path for each capture among many: the first part, whichever of its parts are listed.

    Returns
    -------
    list of Path
        In the order in which captures appear first; a path listed twice counts once.
    """
    return list(dict.fromkeys(first_part(path) for path in paths))


def parts_there(path: Path) -> dict[int, Path]:
    """Parts that exist beside a part, or beside the name ``X.bin`` of a split capture, by number.

    Returns
    -------
    dict of int to Path
        Ascending: ``_Raw_2`` before ``_Raw_10``.
    """
    others = path.parent.iterdir() if path.parent.is_dir() else ()
    found = {}
    for other in others:
        match = _NUMBERED.fullmatch(other.name)
        if match and part_path(path, int(match["number"])) == other and other.is_file():
            found[int(match["number"])] = other
    return dict(sorted(found.items()))


def all_parts(path: Path) -> list[Path]:
    """Files that make up a capture, in order.

    Parameters
    ----------
    path : Path
        A file; if it is named like a part, its siblings belong to it.

    Raises
    ------
    UserError
        When a part is missing between the first and the last that is there; it is named.
    """
    if not _NUMBERED.fullmatch(path.name):
        return [path]
    found = parts_there(path)
    last = max(found, default=0)
    missing = [part_path(path, number).name for number in range(last) if number not in found]
    if missing:
        raise UserError(
            f"{path.parent} has {found[last].name} but no {', '.join(missing)}",
            expected=f"all parts from 0 to {last}",
            do="find the missing part, or rename the others if they are captures of their own",
        )
    return list(found.values())
