"""Gaps: samples that a recording lost and filled with NaN."""

import numpy as np
from numpy.typing import NDArray

from radarkit.errors import UserError
from radarkit.recording import Float64

_LARGEST = 1e30  # what is computed from more is beyond single precision
_MOST_LOST = 0.5  # of a signal; what is left then says little of the rest


def bridge_gaps(values: Float64, what: str) -> tuple[Float64, NDArray[np.bool_]]:
    """Interpolate over samples that are NaN or infinite.

    Parameters
    ----------
    values : (..., samples) float64
        A signal, or several that are lost together.
    what : str
        What it is, for the message.

    Returns
    -------
    values : (..., samples) float64
        With straight lines over the gaps; the ends are held.
    known : (samples,) bool
        False where a sample of any signal was lost.

    Raises
    ------
    UserError
        When more than half is lost, or a number is beyond single precision.
    """
    finite = np.isfinite(values)
    largest = float(np.abs(values[finite]).max(initial=0))
    if largest > _LARGEST:
        raise UserError(
            f"{what} holds numbers up to {largest:.1g}",
            expected=f"at most {_LARGEST:g}",
            do="store samples that were lost as NaN",
        )
    if finite.all():
        return values, np.ones(values.shape[-1], np.bool_)
    rows = np.array(values, np.float64).reshape(-1, values.shape[-1])
    time = np.arange(rows.shape[1])
    for number, (row, good) in enumerate(zip(rows, finite.reshape(rows.shape), strict=True), 1):
        if good.mean() < 1 - _MOST_LOST:
            which = f", row {number} of {len(rows)}," if len(rows) > 1 else ""
            raise UserError(
                f"{int((~good).sum())} of {good.size} samples of {what}{which} are NaN",
                expected=f"at most {_MOST_LOST:.0%}",
                do="leave this recording out",
            )
        row[~good] = np.interp(time[~good], time[good], row[good])
    known = np.asarray(finite.reshape(rows.shape).all(axis=0))
    return np.asarray(rows.reshape(values.shape)), known


def lost_remark(known: NDArray[np.bool_], what: str, rate_hz: float) -> tuple[str, ...]:
    """Say how much was lost, if any."""
    lost = int((~known).sum())
    if not lost:
        return ()
    return (f"{lost} samples ({lost / rate_hz:.3g} s) of {what} were lost and are interpolated",)
