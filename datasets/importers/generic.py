"""Arrays of your own: NumPy, MATLAB, CSV or HDF5 files, with a mapping that says which is what.

What is sampled at another rate is resampled to 200 Hz. The ECG may be in a file of its own; where
both have times, what is not in both is cut off.
"""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from radarkit.datasets.importers.arrays import READERS, read_arrays
from radarkit.datasets.importers.gaps import bridge_gaps, lost_remark
from radarkit.datasets.importers.labels import label
from radarkit.datasets.importers.mapping import (
    EcgTable,
    Mapping,
    read_mapping,
)
from radarkit.datasets.importers.matlab import numbers, vector
from radarkit.datasets.importers.own_radar import KEPT, Valid, radar_of
from radarkit.datasets.importers.plausible import finite_places, places_remark
from radarkit.datasets.importers.sampling import check_length, lengths_remark, sampling_of
from radarkit.datasets.importers.source import (
    RATE_HZ,
    ImportConfig,
    ImportedTrial,
    Importer,
    Source,
    check_apart,
    stamp,
)
from radarkit.errors import UserError
from radarkit.extract.resample import resample, resample_valid
from radarkit.recording import Float32, Float64, Quantity, Recording

_STARTS_S = 0.1  # a first time that is no zero of its own


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
    check_apart(
        (file, parts["subject"], parts["trial"])
        for file, parts in named.items()
        if file.resolve() not in of_ecg
    )
    if not sources:
        raise UserError(f"every file in {path} is the ecg.file of another", do="change ecg.file")
    return sources


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
    radar, valid, radar_start_s, remarks = radar_of(arrays, mapping.radar, path)
    positions: Float32 | None = None
    if mapping.radar.positions is not None:
        places = numbers(arrays[mapping.radar.positions], mapping.radar.positions, path)
        positions = finite_places(places, mapping.radar.positions, path).astype(np.float32)
        remarks += places_remark(places)
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
            if not -ecg_mv.size < late < radar.shape[1]:
                raise UserError(
                    f"{path.name}: {lasting_s[0]:.3g} s of radar from {radar_start_s:.10g} s on, "
                    f"{lasting_s[1]:.3g} s of ECG from {ecg_start_s:.10g} s on",
                    expected="times of one clock, and a stretch that both have",
                )
            radar, valid = radar[:, max(late, 0) :], valid[max(late, 0) :]
            ecg_mv, known = ecg_mv[max(-late, 0) :], known[max(-late, 0) :]
        elif abs(radar_start_s or ecg_start_s or 0.0) > _STARTS_S:
            remarks += (
                f"only the {'ECG' if radar_start_s is None else 'radar'} has times: both are taken "
                "to begin at once",
            )
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
        quantity=KEPT.get(mapping.radar.quantity, Quantity.DISPLACEMENT),
        ecg=ecg,
        r_peaks=r_peaks,
        positions_m=positions,
        valid=valid,
        status=parts["status"],
        source=f"{path.name} and {ecg_path.name}" if apart else path.name,
    )
    return [ImportedTrial(recording, remarks)]


def _ecg(
    arrays: dict[str, Any], table: EcgTable, path: Path
) -> tuple[Float64, Valid, float | None, tuple[str, ...]]:
    """ECG at 200 Hz in mV, and when it starts."""
    ecg = table.scale * vector(arrays[table.array], table.array, path)
    rate_hz, start_s = sampling_of(arrays, table, table.array, ecg.size, path)
    ecg, known = bridge_gaps(ecg, table.array)
    ecg_mv = resample(ecg[None], rate_hz, RATE_HZ)[0]
    remarks = lost_remark(known, table.array, rate_hz)
    return ecg_mv, resample_valid(known, rate_hz, RATE_HZ), start_s, remarks


GENERIC = Importer(
    "NumPy, MATLAB, CSV or HDF5 files and a mapping",
    "as the source of the data says",
    find,
)
