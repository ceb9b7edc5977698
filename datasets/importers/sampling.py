"""How the arrays of somebody's own files are sampled: at a rate, or at the times of an array."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from radarkit.datasets.importers.mapping import EcgTable, RadarTable
from radarkit.datasets.importers.matlab import scalar, vector
from radarkit.errors import UserError
from radarkit.recording import Float64

_SLOWEST_HZ = 50.0  # shows what the spectrogram does, up to 25 Hz
_FASTEST_HZ = 1e6  # beyond it a rate is a slip of the keyboard, and its filter long
_SHORTEST_S = 8.0
_LENGTHS_DIFFER_S = 0.1
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
        When the rate is not from 50 Hz to 1 MHz, the times are not one a sample or not even to
        20 ms, or the signal is shorter than 8 s.
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
    if not _SLOWEST_HZ <= found.rate_hz <= _FASTEST_HZ:
        raise UserError(
            f"a rate of {found.rate_hz:g} Hz for {what} in {path.name}",
            expected=f"{_SLOWEST_HZ:g} Hz to {_FASTEST_HZ / 1e6:g} MHz",
            do=f"give the times of {table.time_s} in s" if table.time_s else None,
        )
    check_length(samples, found.rate_hz, what, path)
    return found


def lengths_remark(radar_s: float, ecg_s: float, common_s: float) -> tuple[str, ...]:
    """Say so where radar and ECG are not of one length: one of the rates may be wrong."""
    if max(radar_s, ecg_s) - common_s <= _LENGTHS_DIFFER_S:
        return ()
    return (
        f"{radar_s:.1f} s of radar and {ecg_s:.1f} s of ECG: {common_s:.1f} s that both have are "
        "kept",
    )


def check_length(samples: int, rate_hz: float, what: str, path: Path) -> None:
    """Refuse a signal shorter than 8 s."""
    if samples < _SHORTEST_S * rate_hz:
        raise UserError(
            f"{what} in {path.name} lasts {samples / rate_hz:.3g} s at {rate_hz:g} Hz",
            expected=f"at least {_SHORTEST_S:g} s",
        )


def _of_times(times_s: Float64, name: str, path: Path) -> Sampling:
    """Fit an even spacing; clocks that log in bursts or pause are off it by more than 20 ms."""
    lost = int((~np.isfinite(times_s)).sum())
    if lost:
        raise UserError(
            f"{lost} of {times_s.size} times of {name} in {path.name} are NaN or infinite",
            expected="a time for each sample",
        )
    # all of them tell where the first sample is: it may itself have been noted late
    number = np.arange(times_s.size) - (times_s.size - 1) / 2
    spread = float(number @ number)
    spacing_s = float(number @ (times_s - times_s[0])) / spread if spread else 0.0
    off_s = times_s - times_s.mean() - number * spacing_s
    if not spacing_s > 0:
        raise UserError(
            f"times of {name} in {path.name} that do not rise", expected="rising times in s"
        )
    worst = int(np.abs(off_s).argmax())
    if not abs(off_s[worst]) <= _UNEVEN_S:
        steps = np.diff(times_s)
        gap = int(steps.argmax())
        raise UserError(
            f"times of {name} in {path.name} that are off an even spacing by "
            f"{abs(off_s[worst]):.3g} s, the longest step {steps[gap]:.3g} s after sample {gap}",
            expected=f"rising times in s, even to {_UNEVEN_S:g} s",
            do="fill gaps with NaN at an even spacing; give rate_hz where no sample is missing and "
            "only the clock is uneven",
        )
    return Sampling(1 / spacing_s, float(times_s.mean() + number[0] * spacing_s))
