"""The one exception that a user is meant to read, and the one line for it."""

import errno


class UserError(Exception):
    """Something the user gave cannot be used.

    The command line prints it as one line and exits with code 2, without a traceback.

    Parameters
    ----------
    found : str
        What was found, with the numbers.
    expected : str, optional
        What would have been right.
    do : str, optional
        What to do next.
    """

    def __init__(self, found: str, *, expected: str | None = None, do: str | None = None) -> None:
        self.found, self.expected, self.do = found, expected, do
        parts = [found, f"expected {expected}" if expected else None, do]
        super().__init__("; ".join(" ".join(part.split()) for part in parts if part))


def reason_of(error: UserError | OSError) -> str | None:
    """One line for a user's mistake, a file or a disk that refuses; None for a bug."""
    if isinstance(error, UserError):
        return str(error)
    if error.filename is None and error.errno not in (errno.ENOSPC, errno.EDQUOT):
        return None  # not about a file
    where = f" ({error.filename})" if error.filename else ""
    return f"{error.strerror}{where}"
