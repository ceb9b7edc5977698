"""Windows of a data set as torch tensors."""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset as TorchDataset

from radarkit.datasets.augment import augment
from radarkit.datasets.reader import Dataset, TrialHeader
from radarkit.datasets.windows import (
    TARGET_RATE_HZ,
    WindowConfig,
    aligned_step,
    central_beat,
    targets,
    window_starts,
)
from radarkit.errors import UserError
from radarkit.recording import Float32

_MOST_LOST = 0.1  # of a window's samples; what is interpolated over more teaches nothing


class Window(NamedTuple):
    """A window and its targets; a batch of them has the same fields with one axis more.

    Attributes
    ----------
    spectrogram : (channels, rows, frames)
        Min-max normalised per channel within the window.
    shape : (200,)
    length : () int64
        Length class.
    anchors : (800,)
    """

    spectrogram: Tensor
    shape: Tensor
    length: Tensor
    anchors: Tensor


def read_window(dataset: Dataset, header: TrialHeader, start: int, config: WindowConfig) -> Float32:
    """Spectrogram of the window that starts at sample `start`, min-max normalised per channel.

    Returns
    -------
    (channels, rows, frames) float32
        In [0, 1]; frames beyond the end of the trial are zero.
    """
    frames = config.frames(header.frame_rate_hz)
    first = round(start * header.frame_rate_hz / TARGET_RATE_HZ)
    values = dataset.frames(header, first, first + frames).astype(np.float32)
    low = values.min(axis=(1, 2), keepdims=True)
    span = values.max(axis=(1, 2), keepdims=True) - low
    values = (values - low) / np.where(span > 0, span, 1)
    missing = frames - values.shape[2]
    return np.pad(values, ((0, 0), (0, 0), (0, missing))) if missing else values


class WindowDataset(TorchDataset[Window]):
    """Labelled windows of the trials of some subjects, but for those in which the radar lost much.

    Parameters
    ----------
    dataset : Dataset
        Where the trials are.
    subjects : tuple of str
        Whose trials.
    config : WindowConfig
        How windows are cut.
    seed : int, optional
        Vary every window at random, anew in each epoch (`set_epoch`): shifted in time by up to half
        a hop, and as `augment` does. Without it windows stay as they are.

    Raises
    ------
    UserError
        When a trial has no ECG, another sample rate than 200 Hz, or there is no window at all.
    """

    def __init__(
        self,
        dataset: Dataset,
        subjects: tuple[str, ...],
        config: WindowConfig,
        *,
        seed: int | None = None,
    ) -> None:
        self._dataset, self._config, self._seed = dataset, config, seed
        self._headers = [trial for trial in dataset.trials if trial.subject in subjects]
        for header in self._headers:
            _check_trial(header)
        self._labels = [dataset.labels(header) for header in self._headers]
        starts = [self._whole(header) for header in self._headers]
        self._grid = [
            (trial, int(start))
            for trial, (_, peaks) in enumerate(self._labels)
            for start in starts[trial]
            if central_beat(peaks, int(start), config) is not None
        ]
        if not self._grid:
            raise UserError(
                f"no labelled window of {config.length_s:g} s in the trials of "
                f"{', '.join(subjects)}",
                expected="trials with an ECG that last longer than a window",
            )
        self.set_epoch(0)

    def set_epoch(self, epoch: int) -> None:
        """Draw the variations of an epoch."""
        self._epoch = epoch
        self._windows = self._grid
        if self._seed is not None:
            rng = np.random.default_rng([self._seed, epoch])
            self._windows = [self._shift(trial, start, rng) for trial, start in self._grid]

    def __len__(self) -> int:
        return len(self._windows)

    def __getitem__(self, index: int) -> Window:
        trial, start = self._windows[index]
        target = targets(*self._labels[trial], start, self._config)
        assert target is not None  # set_epoch keeps only windows that have one
        spectrogram = read_window(self._dataset, self._headers[trial], start, self._config)
        if self._seed is not None:
            spectrogram = augment(
                spectrogram, np.random.default_rng([self._seed, self._epoch, index])
            )
        return Window(
            torch.from_numpy(spectrogram),
            torch.from_numpy(target.shape),
            torch.tensor(target.length),
            torch.from_numpy(target.anchors),
        )

    def _whole(self, header: TrialHeader) -> NDArray[np.int64]:
        """List the starts of the windows of a trial in which no more than a tenth was lost."""
        starts = window_starts(header.samples, header.frame_rate_hz, self._config)
        lost = np.concatenate([[0], np.cumsum(~self._dataset.valid(header))])
        samples = self._config.samples
        return np.asarray(starts[lost[starts + samples] - lost[starts] <= _MOST_LOST * samples])

    def _shift(self, trial: int, start: int, rng: np.random.Generator) -> tuple[int, int]:
        header = self._headers[trial]
        step = aligned_step(header.frame_rate_hz)
        reach = round(self._config.hop_s * TARGET_RATE_HZ / step) // 2
        shifted = start + step * int(rng.integers(-reach, reach + 1))
        inside = 0 <= shifted <= header.samples - self._config.samples
        ok = inside and central_beat(self._labels[trial][1], shifted, self._config) is not None
        return trial, shifted if ok else start


def _check_trial(header: TrialHeader) -> None:
    if header.sample_rate_hz != TARGET_RATE_HZ:
        raise UserError(
            f"trial {header.name} is sampled at {header.sample_rate_hz:g} Hz",
            expected=f"{TARGET_RATE_HZ:g} Hz",
            do="extract it again with --sample-rate 200",
        )
