"""The radar of somebody's own arrays at 200 Hz, whatever quantity they hold.

Velocity is integrated, phase multiplied by wavelength / 4 pi, I and Q fitted with an ellipse: all
three end as displacement.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import cumulative_trapezoid

from radarkit.datasets.importers.gaps import bridge_gaps, lost_remark
from radarkit.datasets.importers.mapping import RadarTable
from radarkit.datasets.importers.matlab import numbers, vector
from radarkit.datasets.importers.plausible import span_remark, still_remark
from radarkit.datasets.importers.sampling import sampling_of
from radarkit.datasets.importers.sixport import displacement_of_iq
from radarkit.datasets.importers.source import RATE_HZ
from radarkit.errors import UserError
from radarkit.extract.phase import phase_to_displacement
from radarkit.extract.resample import resample, resample_valid
from radarkit.recording import Float64, Quantity

KEPT = {"acceleration": Quantity.ACCELERATION, "vibration": Quantity.VIBRATION}

Valid = NDArray[np.bool_]


def radar_of(
    arrays: dict[str, Any], table: RadarTable, path: Path
) -> tuple[Float64, Valid, float | None, tuple[str, ...]]:
    """Make a radar of the arrays of a file.

    Parameters
    ----------
    arrays : dict of str to array
        Of the file.
    table : RadarTable
        Where the radar is and what it holds.
    path : Path
        The file, for messages.

    Returns
    -------
    radar : (channels, samples) float64
        At 200 Hz, in the unit of its quantity.
    valid : (samples,) bool
        False where samples were lost.
    start_s : float or None
        When it starts, where times are given.
    remarks : tuple of str
        What was repaired or looks odd.

    Raises
    ------
    UserError
        When arrays do not fit the table or each other.
    """
    what = table.array if isinstance(table.array, str) else ", ".join(table.array)
    if table.quantity == "iq":
        radar, known, remarks = _displacement_of_echoes(arrays, table, path)
    else:
        stacked = table.scale * _stacked(arrays, table, path)
        if table.quantity == "phase":
            stacked = _unwrapped(stacked)
        radar, known = bridge_gaps(stacked, what)
        remarks = still_remark(radar, what)
    rate_hz, start_s = sampling_of(arrays, table, what, radar.shape[1], path)
    if table.quantity == "velocity":
        # a mean velocity is an offset of the sensor, or the chest would have left
        velocity = radar - radar.mean(axis=1, keepdims=True)
        radar = cumulative_trapezoid(velocity, dx=1 / rate_hz, axis=1, initial=0)
    elif table.quantity == "phase":
        assert table.wavelength_m is not None  # by the mapping
        radar = phase_to_displacement(radar, table.wavelength_m)
    if table.quantity not in KEPT:
        # a distance of metres would leave single precision too few digits for a heartbeat
        radar = radar - radar.mean(axis=1, keepdims=True)
        remarks += span_remark(radar)
    remarks += lost_remark(known, what, rate_hz)
    if rate_hz < RATE_HZ:
        remarks += (f"{what} is sampled at {rate_hz:g} Hz and has nothing above half of it",)
    valid = resample_valid(known, rate_hz, RATE_HZ)
    return resample(radar, rate_hz, RATE_HZ), valid, start_s, remarks


def _stacked(arrays: dict[str, Any], table: RadarTable, path: Path) -> Float64:
    """Radar as (channels, samples), whatever its axes."""
    if isinstance(table.array, list):
        rows = [vector(arrays[name], name, path) for name in table.array]
        if len({row.size for row in rows}) > 1:
            sizes = ", ".join(str(row.size) for row in rows)
            raise UserError(f"channels of {sizes} samples in {path.name}", expected="one length")
        return np.stack(rows)
    return _turned(numbers(arrays[table.array], table.array, path), table, path)


def _turned(radar: NDArray[Any], table: RadarTable, path: Path) -> NDArray[Any]:
    if radar.ndim == 1 or max(radar.shape, default=1) == radar.size:
        return radar.reshape(1, -1)
    if radar.ndim != 2:
        raise UserError(
            f"{table.array} in {path.name} has the shape {radar.shape}", expected=f"({table.axes})"
        )
    turned = radar if table.axes == "channels, samples" else radar.T
    if turned.shape[0] > turned.shape[1]:
        raise UserError(
            f"{table.array} in {path.name} has {turned.shape[0]} channels of {turned.shape[1]} "
            "samples",
            expected="more samples than channels",
            do="turn radar.axes round",
        )
    return turned


def _unwrapped(phase_rad: Float64) -> Float64:
    """Phase without its turns, with its gaps: a line across one that is wrapped would be a turn."""
    whole = phase_rad.copy()
    for row in whole:
        known = np.isfinite(row)
        row[known] = np.unwrap(row[known])
    return whole


def _displacement_of_echoes(
    arrays: dict[str, Any], table: RadarTable, path: Path
) -> tuple[Float64, Valid, tuple[str, ...]]:
    assert table.wavelength_m is not None  # by the mapping
    if isinstance(table.array, list):
        i, q = (_turned(numbers(arrays[name], name, path), table, path) for name in table.array)
    else:
        echo = np.asarray(arrays[table.array])
        if echo.dtype.kind != "c":
            raise UserError(
                f"{table.array} in {path.name} is {echo.dtype}",
                expected="complex numbers, or two arrays",
            )
        echo = _turned(echo, table, path)
        i, q = echo.real.astype(np.float64), echo.imag.astype(np.float64)
    if i.shape != q.shape:
        raise UserError(f"I of shape {i.shape} and Q of shape {q.shape} in {path.name}")
    found = []
    for number, pair in enumerate(zip(i, q, strict=True), start=1):
        try:
            found.append(displacement_of_iq(*pair, table.wavelength_m))
        except UserError as error:
            if len(i) == 1:
                raise
            raise UserError(
                f"channel {number} of {len(i)} in {path.name}: {error.found}",
                expected=error.expected,
                do=error.do,
            ) from None
    motion_m, known, remarks = zip(*found, strict=True)
    return np.stack(motion_m), np.logical_and.reduce(known), tuple(dict.fromkeys(sum(remarks, ())))
