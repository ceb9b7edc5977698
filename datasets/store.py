"""The data set file, schema version 1: one HDF5 file, or a folder of them (shards).

    /                            format, schema_version, radarkit_version, versions_json,
                                 config_json, and created_utc or the seed it was made from
    /report_json                 what `radarkit extract` or `import` found; absent in simulated data
    /pictures/                   what the pictures of its page are drawn from; likewise
    /trials/<subject>-<trial>/   subject, trial, status, source, sample_rate_hz, quantity
        radar           (channels, samples) float32
        ecg             (samples,) float32 mV, absent when unlabelled
        r_peaks         (beats,) int64, absent when unlabelled
        positions_m     (channels, 3) float32, optional
        valid           (samples,) bool
        spectrogram     (channels, rows, frames) float16 in [0, 1]
                        method, frame_rate_hz, normalisation
        frequencies_hz  (rows,) float64
        truth/          what a simulated trial was made of, one array a quantity; else absent

Every array carries ``units`` and ``axes``. Files appear whole or not at all;
`radarkit.datasets.reader` reads them.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from radarkit import __version__
from radarkit.datasets.hdf5_file import atomic_hdf5
from radarkit.errors import UserError
from radarkit.recording import Recording
from radarkit.spectrogram.spectrogram import Spectrogram, normalise
from radarkit.versions import versions_of

FORMAT = "radarkit"
SCHEMA_VERSION = 1
_FRAMES_PER_CHUNK = 120  # a window of 4 s at 30 Hz


class DatasetWriter:
    """Adds trials to a file that is being written; made by `create`."""

    def __init__(self, file: h5py.File) -> None:
        self._file = file
        self._trials = file.create_group("trials", track_order=True)

    def add(self, recording: Recording, spectrogram: Spectrogram) -> None:
        """Write one trial.

        Parameters
        ----------
        recording : Recording
            Signals and labels.
        spectrogram : Spectrogram
            Its magnitudes, stored min-max normalised per channel over the whole trial.

        Raises
        ------
        UserError
            When the file holds a trial of that name already.
        """
        if recording.name in self._trials:
            raise UserError(f"two trials named {recording.name}", expected="one of each name")
        group = self._trials.create_group(recording.name)
        group.attrs.update(
            subject=recording.subject,
            trial=recording.trial,
            status=recording.status,
            source=recording.source,
            sample_rate_hz=recording.sample_rate_hz,
            quantity=recording.quantity.value,
        )
        _write(group, "radar", recording.radar, recording.quantity.unit, "channel, sample")
        _write(group, "ecg", recording.ecg, "mV", "sample")
        _write(group, "r_peaks", recording.r_peaks, "sample", "beat")
        _write(group, "positions_m", recording.positions_m, "m", "channel, (x, y, z)")
        _write(group, "valid", recording.valid, "1", "sample")
        _write(group, "frequencies_hz", spectrogram.frequencies_hz, "Hz", "row")
        values = normalise(spectrogram.values).astype(np.float16)
        chunk = (*values.shape[:2], min(_FRAMES_PER_CHUNK, values.shape[2]))
        stored = group.create_dataset(
            "spectrogram",
            data=values,
            chunks=chunk,
            compression="lzf",
            shuffle=True,
            fletcher32=True,
        )
        stored.attrs.update(
            units="1",
            axes="channel, row, frame",
            method=spectrogram.method,
            frame_rate_hz=spectrogram.frame_rate_hz,
            normalisation="min-max per channel over the trial",
        )
        stored.flush()

    def add_truth(self, trial: str, truth: Mapping[str, NDArray[np.float64]]) -> None:
        """Keep what a simulated trial was made of, for tests of what is found in it.

        Parameters
        ----------
        trial : str
            Name of a trial that was added.
        truth : mapping of str to array
            Such as ``t1_s``, the times of the first vibrations.
        """
        group = self._trials[trial].create_group("truth")
        for name, values in truth.items():
            group.create_dataset(name, data=values).flush()

    def add_findings(self, report: dict[str, Any], pictures: Mapping[str, Any]) -> None:
        """Keep how the trial was found in its capture.

        Parameters
        ----------
        report : dict
            Ready for JSON.
        pictures : mapping of str to array or number
            What the pictures of the report are drawn from; None is left out.
        """
        # arrays and no attributes, for those end at 64 KiB
        self._file.create_dataset("report_json", data=json.dumps(report)).flush()
        group = self._file.create_group("pictures")
        for name, values in pictures.items():
            if values is not None:
                group.create_dataset(name, data=values).flush()


@contextmanager
def create(
    path: Path, *, config: dict[str, Any], seed: int | None, force: bool = False
) -> Iterator[DatasetWriter]:
    """Write a data set file atomically.

    Parameters
    ----------
    path : Path
        The file; it appears when the block ends without an error.
    config : dict
        Resolved configuration of whatever makes the data, kept as JSON.
    seed : int, optional
        The seed it was made from.
    force : bool
        Replace a file that is there.

    Yields
    ------
    DatasetWriter
        To add trials with.
    """
    with atomic_hdf5(path, force=force) as file:
        file.attrs.update(
            format=FORMAT,
            schema_version=SCHEMA_VERSION,
            radarkit_version=__version__,
            versions_json=json.dumps(versions_of("numpy", "scipy", "numba", "h5py")),
            config_json=json.dumps(config, sort_keys=True),
        )
        if seed is None:
            file.attrs["created_utc"] = datetime.now(UTC).isoformat(timespec="seconds")
        else:  # and no date: what comes from a seed has the same bytes whenever it is made
            file.attrs["seed"] = seed
        yield DatasetWriter(file)


def _write(group: h5py.Group, name: str, data: NDArray[Any] | None, units: str, axes: str) -> None:
    if data is not None:
        stored = group.create_dataset(name, data=data)
        stored.attrs.update(units=units, axes=axes)
        stored.flush()
