"""Arrays of your own: NumPy, MATLAB, CSV or HDF5 files, with a mapping that says which is what.

Velocity is integrated, phase multiplied by wavelength / 4 pi, I and Q fitted with an ellipse: all
three end as displacement. What is sampled at another rate is resampled to 200 Hz. The ECG may be in
a file of its own; where both have times, what is not in both is cut off.
"""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import cumulative_trapezoid

from radarkit.datasets.importers.arrays import READERS, read_arrays
from radarkit.datasets.importers.common_rate import at_common_rate, valid_at_common_rate
from radarkit.datasets.importers.gaps import bridge_gaps, lost_remark
from radarkit.datasets.importers.labels import label
from radarkit.datasets.importers.mapping import (
    EcgTable,
    Mapping,
    RadarTable,
    read_mapping,
)
from radarkit.datasets.importers.matlab import numbers, vector
from radarkit.datasets.importers.plausible import span_remark, still_remark
from radarkit.datasets.importers.sampling import check_length, lengths_remark, sampling_of
from radarkit.datasets.importers.sixport import displacement_of_iq
from radarkit.datasets.importers.source import (
    RATE_HZ,
    ImportConfig,
    ImportedTrial,
    Importer,
    Source,
    stamp,
)
from radarkit.errors import UserError
from radarkit.extract.phase import phase_to_displacement
from radarkit.recording import Float32, Float64, Quantity, Recording

_KEPT = {"acceleration": Quantity.ACCELERATION, "vibration": Quantity.VIBRATION}

Valid = NDArray[np.bool_]


def find(path: Path, config: ImportConfig) -> list[Source]:
    """List the files that the mapping names, with subject and trial."""
    assert config.mapping is not None  # checked for all importers
    mapping = read_mapping(config.mapping)
    root = path if path.is_dir() else path.parent
    files = [path]
    if path.is_dir():
        try:
            files = sorted(file for file in path.glob(mapping.files.pattern) if file.is_file())
        except (ValueError, NotImplementedError) as error:
            raise UserError(f"files.pattern {mapping.files.pattern!r}: {error}") from None
        files = [file for file in files if file.suffix.lower() in READERS]
        files = [file for file in files if file.resolve() != config.mapping.resolve()]
    if not files:
        raise UserError(
            f"no file {mapping.files.pattern} in {path}", expected=f"one of {', '.join(READERS)}"
        )
    named: dict[Path, dict[str, str]] = {}
    unnamed: dict[Path, UserError] = {}
    for file in files:
        try:
            named[file] = mapping.files.parts(_place(file, root))
        except UserError as error:
            unnamed[file] = error
    apart = mapping.ecg is not None and mapping.ecg.file is not None
    of_ecg = {mapping.ecg_path(file, parts).resolve() for file, parts in named.items() if apart}
    for file, refused in unnamed.items():
        if file.resolve() not in of_ecg:
            raise refused
    sources = []
    for file, parts in named.items():
        if file.resolve() in of_ecg:
            continue
        settings = {"mapping": mapping.model_dump(mode="json"), **parts}
        ecg = mapping.ecg_path(file, parts)
        if apart and ecg.is_file():
            settings["ecg_file"] = stamp(ecg)
        read = partial(read_trial, file, mapping, parts)
        sources.append(Source(_place(file, root).replace("/", "_"), file, read, settings))
    _check_apart({file: parts for file, parts in named.items() if file.resolve() not in of_ecg})
    if not sources:
        raise UserError(f"every file in {path} is the ecg.file of another", do="change ecg.file")
    return sources


def _check_apart(named: dict[Path, dict[str, str]]) -> None:
    """Refuse two files of one trial before any is read."""
    by_trial: dict[str, Path] = {}
    for file, parts in named.items():
        trial = f"{parts['subject']}-{parts['trial']}"
        other = by_trial.setdefault(trial, file)
        if other != file:
            raise UserError(
                f"{other} and {file} are both trial {parts['trial']} of {parts['subject']}",
                expected="one file a trial",
                do="tell them apart by files.name, or rename one",
            )


def _place(file: Path, root: Path) -> str:
    return file.relative_to(root).with_suffix("").as_posix()


def read_trial(path: Path, mapping: Mapping, parts: dict[str, str]) -> list[ImportedTrial]:
    """Read one file.

    Parameters
    ----------
    path : Path
        The file.
    mapping : Mapping
        Which array is what.
    parts : dict of str to str
        ``subject``, ``trial`` and ``status``.

    Raises
    ------
    UserError
        When arrays are missing or do not fit each other.
    """
    ecg_path = mapping.ecg_path(path, parts)
    of_ecg = mapping.ecg.names if mapping.ecg is not None else []
    apart = ecg_path != path
    arrays = read_arrays(path, [*mapping.radar.names, *([] if apart else of_ecg)])
    radar, valid, radar_start_s, remarks = _radar(arrays, mapping.radar, path)
    positions: Float32 | None = None
    if mapping.radar.positions is not None:
        places = numbers(arrays[mapping.radar.positions], mapping.radar.positions, path)
        positions = places.astype(np.float32)
    ecg, r_peaks = None, None
    if mapping.ecg is not None:
        if apart:
            if not ecg_path.is_file():
                raise UserError(f"no file {ecg_path.name} beside {path.name}", do="change ecg.file")
            arrays = read_arrays(ecg_path, of_ecg)
        ecg_mv, known, ecg_start_s, said = _ecg(arrays, mapping.ecg, ecg_path)
        lasting_s = radar.shape[1] / RATE_HZ, ecg_mv.size / RATE_HZ
        if radar_start_s is not None and ecg_start_s is not None:
            late = round((ecg_start_s - radar_start_s) * RATE_HZ)
            radar, valid = radar[:, max(late, 0) :], valid[max(late, 0) :]
            ecg_mv, known = ecg_mv[max(-late, 0) :], known[max(-late, 0) :]
        samples = min(radar.shape[1], ecg_mv.size)
        check_length(samples, RATE_HZ, "what radar and ECG have in common", path)
        radar, ecg_mv = radar[:, :samples], ecg_mv[:samples]
        valid = valid[:samples] & known[:samples]
        r_peaks, odd = label(ecg_mv, RATE_HZ)
        ecg = ecg_mv.astype(np.float32)
        remarks += said + lengths_remark(*lasting_s, samples / RATE_HZ) + odd
    recording = Recording(
        radar=radar.astype(np.float32),
        sample_rate_hz=RATE_HZ,
        subject=parts["subject"],
        trial=parts["trial"],
        quantity=_KEPT.get(mapping.radar.quantity, Quantity.DISPLACEMENT),
        ecg=ecg,
        r_peaks=r_peaks,
        positions_m=positions,
        valid=valid,
        status=parts["status"],
        source=f"{path.name} and {ecg_path.name}" if apart else path.name,
    )
    return [ImportedTrial(recording, remarks)]


def _radar(
    arrays: dict[str, Any], table: RadarTable, path: Path
) -> tuple[Float64, Valid, float | None, tuple[str, ...]]:
    """Radar at 200 Hz in the unit of its quantity, (channels, samples), and when it starts."""
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
    if table.quantity not in _KEPT:
        remarks += span_remark(radar)
    remarks += lost_remark(known, what, rate_hz)
    if rate_hz < RATE_HZ:
        remarks += (f"{what} is sampled at {rate_hz:g} Hz and has nothing above half of it",)
    valid = valid_at_common_rate(known, rate_hz)
    return at_common_rate(radar, rate_hz), valid, start_s, remarks


def _unwrapped(phase_rad: Float64) -> Float64:
    """Phase without its turns, with its gaps: a line across one that is wrapped would be a turn."""
    whole = phase_rad.copy()
    for row in whole:
        known = np.isfinite(row)
        row[known] = np.unwrap(row[known])
    return whole


def _ecg(
    arrays: dict[str, Any], table: EcgTable, path: Path
) -> tuple[Float64, Valid, float | None, tuple[str, ...]]:
    """ECG at 200 Hz in mV, and when it starts."""
    ecg = table.scale * vector(arrays[table.array], table.array, path)
    rate_hz, start_s = sampling_of(arrays, table, table.array, ecg.size, path)
    ecg, known = bridge_gaps(ecg, table.array)
    ecg_mv = at_common_rate(ecg[None], rate_hz)[0]
    remarks = lost_remark(known, table.array, rate_hz)
    return ecg_mv, valid_at_common_rate(known, rate_hz), start_s, remarks


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
    if radar.ndim == 1 or max(radar.shape) == radar.size:
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
    found = [displacement_of_iq(*pair, table.wavelength_m) for pair in zip(i, q, strict=True)]
    motion_m, known, remarks = zip(*found, strict=True)
    return np.stack(motion_m), np.logical_and.reduce(known), sum(remarks, ())


GENERIC = Importer(
    "NumPy, MATLAB, CSV or HDF5 files and a mapping",
    "as the source of the data says",
    find,
)
