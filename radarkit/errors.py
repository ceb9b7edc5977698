"""The one exception that a user is meant to read."""


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
