"""How the arrays of somebody's own files are sampled: at a rate, or at the times of an array."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from radarkit.datasets.importers.mapping import EcgTable, RadarTable
from radarkit.datasets.importers.matlab import scalar, vector
from radarkit.errors import UserError
from radarkit.recording import Float64

_SLOWEST_HZ = 50.0  # shows what the spectrogram does, up to 25 Hz
_SHORTEST_S = 8.0
_UNEVEN_S = 0.02  # by which a sample may be off an even spacing, and R peaks with it


class Sampling(NamedTuple):
    """Rate of a signal, and the time of its first sample where times are given."""

    rate_hz: float
    start_s: float | None = None


def sampling_of(
    arrays: dict[str, Any], table: RadarTable | EcgTable, what: str, samples: int, path: Path
) -> Sampling:
    """Tell how a signal is sampled.

    Parameters
    ----------
    arrays : dict of str to array
        Of the file.
    table : RadarTable or EcgTable
        Where the rate or the times are.
    what : str
        The signal, for messages.
    samples : int
        How many it has.
    path : Path
        The file.

    Raises
    ------
    UserError
        When the rate is below 50 Hz, the times are not one a sample or not even to 20 ms, or the
        signal is shorter than 8 s.
    """
    if table.time_s is not None:
        times_s = vector(arrays[table.time_s], table.time_s, path)
        if times_s.size != samples:
            raise UserError(
                f"{times_s.size} times in {table.time_s} of {path.name} and {samples} samples of "
                f"{what}",
                expected="one for each",
            )
        found = _of_times(times_s, table.time_s, path)
    elif isinstance(table.rate_hz, str):
        found = Sampling(scalar(arrays[table.rate_hz], table.rate_hz, path))
    else:
        assert table.rate_hz is not None  # by the mapping
        found = Sampling(table.rate_hz)
    if not found.rate_hz >= _SLOWEST_HZ:
        raise UserError(
            f"a rate of {found.rate_hz:g} Hz for {path.name}",
            expected=f"at least {_SLOWEST_HZ:g} Hz",
        )
    check_length(samples, found.rate_hz, what, path)
    return found


def check_length(samples: int, rate_hz: float, what: str, path: Path) -> None:
    """Refuse a signal shorter than 8 s."""
    if samples < _SHORTEST_S * rate_hz:
        raise UserError(
            f"{what} in {path.name} lasts {samples / rate_hz:.3g} s at {rate_hz:g} Hz",
            expected=f"at least {_SHORTEST_S:g} s",
        )


def _of_times(times_s: Float64, name: str, path: Path) -> Sampling:
    """Fit an even spacing; clocks that log in bursts are off it by more than 20 ms."""
    even = np.linspace(times_s[0], times_s[-1], times_s.size)
    off_s = np.abs(times_s - even).max() if times_s.size > 1 else np.nan
    if not (times_s[-1] > times_s[0] and off_s <= _UNEVEN_S):
        raise UserError(
            f"times of {name} in {path.name} that are off an even spacing by {off_s:.3g} s",
            expected=f"rising times in s, even to {_UNEVEN_S:g} s",
            do="resample the signal, or give rate_hz",
        )
    return Sampling((times_s.size - 1) / float(times_s[-1] - times_s[0]), float(times_s[0]))
