"""What an import remarked upon, on the terminal."""

from collections.abc import Mapping, Sequence

from radarkit.cli.extract_table import say

_NAMED = 3  # trials that have one remark in common are counted beyond it


def say_remarks(remarks: Mapping[str, Sequence[str]], *, err: bool = False) -> None:
    """Print a line for each remark, with the trials it is of.

    Parameters
    ----------
    remarks : mapping of str to sequence of str
        By trial.
    err : bool
        On stderr.
    """
    by_remark: dict[str, list[str]] = {}
    for trial, said in remarks.items():
        for remark in said:
            by_remark.setdefault(remark, []).append(trial)
    for remark, trials in by_remark.items():
        say(f"{first_of(trials, 'trials')}: {remark}", err=err)


def first_of(names: Sequence[str], things: str) -> str:
    """Name a few, or say how many there are."""
    return ", ".join(names) if len(names) <= _NAMED else f"{len(names)} {things}"
