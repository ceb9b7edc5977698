"""Reading data sets lazily: only what is asked for leaves the disk."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from radarkit.datasets.store import FORMAT, SCHEMA_VERSION
from radarkit.datasets.trial_header import TrialHeader
from radarkit.errors import UserError
from radarkit.recording import Float32, Float64, Quantity, Recording

_CACHE_BYTES = 32 * 2**20  # holds the chunks that neighbouring windows share
_OPEN_FILES = 32  # of a folder of shards: each takes 4 MB, and systems allow 1024


class Dataset:
    """Trials of one file or of a folder of shards, read lazily.

    Handles are opened on first use and never travel: a copy in another process opens its own, be it
    pickled or forked. Memory is bounded whatever the size of the data: headers of all trials, 32
    open shards, and 32 MiB of chunks of the trial whose frames were read last.

    Parameters
    ----------
    path : Path
        ``.h5`` file, or folder of them.

    Attributes
    ----------
    trials : tuple of TrialHeader
        In the order they were written, shard by shard.

    Raises
    ------
    UserError
        When a file is missing, is not radarkit's, is truncated, holds no trials, or has another
        schema version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        files = sorted(path.glob("*.h5")) if path.is_dir() else [path]
        if not files:
            raise UserError(f"no .h5 file in the folder {path}", expected="a radarkit data set")
        self._handles: dict[Path, h5py.File] = {}
        self._spectrogram: tuple[str, h5py.Dataset] | None = None
        self._process = os.getpid()
        self.trials = tuple(header for file in files for header in self._headers(file))
        if not self.trials:
            raise UserError(f"{path} holds no trials", expected="at least one")
        names = [trial.name for trial in self.trials]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise UserError(f"{path} holds two trials named {twice}", expected="one of each name")

    @property
    def attributes(self) -> dict[str, Any]:
        """Root attributes of the first file."""
        return dict(self._file(self.trials[0].path).attrs)

    @property
    def subjects(self) -> tuple[str, ...]:
        """Names of the subjects, in order of appearance."""
        return tuple(dict.fromkeys(trial.subject for trial in self.trials))

    def remarks(self) -> dict[str, tuple[str, ...]]:
        """Read what was remarked upon when the trials were imported, by trial."""
        said: dict[str, tuple[str, ...]] = {}
        for path in dict.fromkeys(trial.path for trial in self.trials):
            file = self._file(path)
            if "report_json" not in file:
                continue
            report = json.loads(file["report_json"].asstr()[()])
            found = report.get("remarks") if "importer" in report else None
            said |= {trial: tuple(lines) for trial, lines in (found or {}).items() if lines}
        return said

    def recording(self, header: TrialHeader) -> Recording:
        """Read the signals and labels of a trial."""

        def read(name: str) -> Any:
            return self._read(header, name) if name in self._group(header) else None

        return Recording(
            radar=read("radar"),
            sample_rate_hz=header.sample_rate_hz,
            subject=header.subject,
            trial=header.trial,
            quantity=header.quantity,
            ecg=read("ecg"),
            r_peaks=read("r_peaks"),
            positions_m=read("positions_m"),
            valid=read("valid"),
            status=header.status,
            source=header.source,
        )

    def labels(self, header: TrialHeader) -> tuple[Float32, NDArray[np.int64]]:
        """Read only the ECG (mV) and the R peaks (samples) of a labelled trial."""
        if header.beats is None:
            raise UserError(
                f"trial {header.name} in {header.path.name} has no ECG",
                expected="a labelled trial",
                do="give the ECG: --label when extracting, [ecg] in the mapping when importing",
            )
        ecg = self._finite(header, "ecg", self._read(header, "ecg"))
        return ecg, self._read(header, "r_peaks")

    def valid(self, header: TrialHeader) -> NDArray[np.bool_]:
        """Read which samples of a trial rest on a radar that lost nothing: (samples,) bool."""
        return np.asarray(self._read(header, "valid"))

    def frames(self, header: TrialHeader, start: int, stop: int) -> NDArray[np.float16]:
        """Read spectrogram frames ``start:stop``, (channels, rows, stop - start) float16."""
        values = self._read(header, "spectrogram", np.s_[:, :, start:stop])
        # not np.isfinite, which takes ten times as long on halves: an exponent of ones only
        if values.size and (values.view(np.uint16) & 0x7C00).max() == 0x7C00:
            self._finite(header, "spectrogram", values)
        return np.asarray(values)

    def radar(self, header: TrialHeader, start: int, stop: int) -> Float32:
        """Read radar samples ``start:stop``, (channels, stop - start) float32."""
        values = self._read(header, "radar", np.s_[:, start:stop])
        return np.asarray(self._finite(header, "radar", values))

    def positions_m(self, header: TrialHeader) -> Float32 | None:
        """Where on the chest each channel looks, (channels, 3) float32, if that is known."""
        if "positions_m" not in self._group(header):
            return None
        return np.asarray(self._finite(header, "positions_m", self._read(header, "positions_m")))

    def frequencies_hz(self, header: TrialHeader) -> Float64:
        """Frequencies of the spectrogram's rows."""
        return np.asarray(self._read(header, "frequencies_hz"))

    def close(self) -> None:
        """Close what is open; it opens again when it is needed."""
        self._spectrogram = None
        for handle in self._handles.values():
            handle.close()
        self._handles.clear()

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_handles": {}, "_spectrogram": None}

    def _file(self, path: Path) -> h5py.File:
        if self._process != os.getpid():
            # forked: what the parent opened shares its place in the file with the parent
            self.close()
            self._process = os.getpid()
        handle = self._handles.pop(path, None) or open_shard(path)
        self._handles[path] = handle  # the last one used is last
        if len(self._handles) > _OPEN_FILES:
            self._handles.pop(next(iter(self._handles))).close()
            self._spectrogram = None  # it may have been of that file
        return handle

    def _group(self, header: TrialHeader) -> h5py.Group:
        return self._file(header.path)["trials"][header.name]

    def _array(self, header: TrialHeader, name: str) -> h5py.Dataset:
        """Open an array; the last spectrogram stays open, as HDF5 forgets its chunks otherwise."""
        group = self._group(header)
        if name != "spectrogram":
            return group[name]
        if self._spectrogram is None or self._spectrogram[0] != header.name:
            self._spectrogram = header.name, group[name]
        return self._spectrogram[1]

    def _read(self, header: TrialHeader, name: str, at: Any = ()) -> Any:
        try:
            return self._array(header, name)[at]
        except (KeyError, OSError) as error:  # a missing array, or a checksum that does not fit
            raise _damaged(header.path, error) from error

    def _finite(self, header: TrialHeader, name: str, values: Any) -> Any:
        if not np.isfinite(values).all():
            raise UserError(
                f"NaN or infinity in the {name} of trial {header.name} in {header.path.name}",
                expected="finite values",
                do="make the trial again from repaired data",
            )
        return values

    def _headers(self, path: Path) -> Iterator[TrialHeader]:
        try:
            for name, group in self._file(path)["trials"].items():
                attrs, spectrogram = group.attrs, group["spectrogram"]
                yield TrialHeader(
                    path=path,
                    name=name,
                    **{key: str(attrs[key]) for key in ("subject", "trial", "status", "source")},
                    channels=group["radar"].shape[0],
                    samples=group["radar"].shape[1],
                    rows=spectrogram.shape[1],
                    frames=spectrogram.shape[2],
                    beats=group["r_peaks"].shape[0] if "r_peaks" in group else None,
                    sample_rate_hz=float(attrs["sample_rate_hz"]),
                    frame_rate_hz=float(spectrogram.attrs["frame_rate_hz"]),
                    quantity=Quantity(attrs["quantity"]),
                    method=str(spectrogram.attrs["method"]),
                    low_hz=float(group["frequencies_hz"][0]),
                    high_hz=float(group["frequencies_hz"][-1]),
                )
        except (KeyError, ValueError, OSError) as error:
            raise _damaged(path, error) from error


def open_shard(path: Path) -> h5py.File:
    """Open one file of a data set for reading.

    Raises
    ------
    UserError
        When it is missing, is not radarkit's, is truncated, or has another schema version.
    """
    if not path.is_file():
        raise UserError(f"no data set at {path}", do="check the path")
    try:
        file = h5py.File(path, "r", rdcc_nbytes=_CACHE_BYTES)
    except OSError as error:
        raise UserError(
            f"{path} is not a whole HDF5 file: {error}",
            expected="a radarkit data set",
            do="make or copy it again",
        ) from error
    found = file.attrs.get("format"), file.attrs.get("schema_version")
    if found != (FORMAT, SCHEMA_VERSION):
        file.close()
        what = "is no radarkit data set" if found[0] != FORMAT else f"has schema version {found[1]}"
        raise UserError(f"{path} {what}", expected=f"radarkit schema version {SCHEMA_VERSION}")
    return file


def _damaged(path: Path, error: Exception) -> UserError:
    return UserError(f"{path} is damaged or incomplete: {error}", do="make or copy it again")
