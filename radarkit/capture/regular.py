"""Pipes and devices: a capture is read in several places, which they do not allow."""

from pathlib import Path

from radarkit.errors import UserError


def check_regular(path: Path, what: str) -> Path:
    """Return `path`, which is there, if it is a file that can be read more than once.

    Parameters
    ----------
    path : Path
        The file.
    what : str
        The thing that is read from it, for the error.

    Raises
    ------
    UserError
        When it is a pipe, a terminal or a device.
    """
    if not path.is_file():
        raise UserError(
            f"{path} is a pipe or a device",
            expected=f"a {what} that is a file",
            do="write it to a file first",
        )
    return path
