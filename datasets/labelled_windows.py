"""Labelled windows of a data set: which there are, where they start, and what they should give.

A window is a function of the data set, the seeds, the epoch and its number. A `DataLoader` gives
the same batches whatever its number of workers and however they start: nothing is drawn from a
global generator, handles are opened by the process that reads, and the epoch is in memory that
workers share, so that persistent ones follow `set_epoch` too.
"""

from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset as TorchDataset

from radarkit.datasets.reader import Dataset
from radarkit.datasets.trial_header import TrialHeader
from radarkit.datasets.windows import (
    TARGET_RATE_HZ,
    WindowConfig,
    aligned_step,
    central_beat,
    targets,
    window_starts,
)
from radarkit.errors import UserError

T_co = TypeVar("T_co", covariant=True)
_MOST_LOST = 0.1  # of a window's samples; what is interpolated over more teaches nothing


@dataclass(frozen=True, eq=False)
class Place:
    """A window before its radar is read.

    Attributes
    ----------
    header : TrialHeader
        Its trial.
    trial : int
        Number of the trial among those of the windows.
    start : int
        First sample.
    epoch : int
        For which it is read.
    variation : numpy.random.Generator or None
        What the window is varied by, if it is.
    shape, length, anchors : Tensor
        Targets, as in `radarkit.datasets.loading.Window`.
    """

    header: TrialHeader
    trial: int
    start: int
    epoch: int
    variation: np.random.Generator | None
    shape: Tensor
    length: Tensor
    anchors: Tensor


class LabelledWindows(TorchDataset[T_co], Generic[T_co]):
    """Labelled windows of the trials of some subjects, but for those in which the radar lost much.

    Labels of all trials are kept: 4 bytes a sample and 8 a beat, 14 MB for 5 h, and 16 bytes a
    window. Spectrograms and radar are read window by window.

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
        When a subject is not in the data, a trial has no ECG or another sample rate than 200 Hz,
        or there is no window at all.
    """

    def __init__(
        self,
        dataset: Dataset,
        subjects: tuple[str, ...],
        config: WindowConfig,
        seed: int | None,
    ) -> None:
        self._dataset, self._config, self._seed = dataset, config, seed
        known = set(dataset.subjects)
        missing = [name for name in subjects if name not in known]
        if missing:
            raise UserError(
                f"no trial of {', '.join(missing)} in {dataset.path}",
                expected="subjects of the data set",
            )
        self._headers = [trial for trial in dataset.trials if trial.subject in subjects]
        for header in self._headers:
            _check_rate(header)
        self._labels = [dataset.labels(header) for header in self._headers]
        starts = [self._whole(header) for header in self._headers]
        grid = [
            (trial, int(start))
            for trial, (_, peaks) in enumerate(self._labels)
            for start in starts[trial]
            if central_beat(peaks, int(start), config) is not None
        ]
        if not grid:
            raise UserError(
                f"no labelled window of {config.length_s:g} s in the trials of "
                f"{', '.join(subjects)}",
                expected="trials with R peaks that last longer than a window, of which at most a "
                f"tenth was lost; they have {sum(peaks.size for _, peaks in self._labels)} R peaks "
                f"in {sum(trial.duration_s for trial in self._headers):.0f} s and "
                f"{sum(map(len, starts))} windows that are whole",
            )
        # arrays, since workers would copy a list of tuples page by page as they count references
        self._grid = np.array(grid, np.int64)
        self._epoch = torch.zeros((), dtype=torch.int64)
        self._epoch.share_memory_()  # type: ignore[no-untyped-call]
        self._draw(0)

    def set_epoch(self, epoch: int) -> None:
        """Draw the variations of an epoch; call it before the loader's iterator is made."""
        self._epoch.fill_(epoch)

    def __len__(self) -> int:
        return len(self._grid)

    def place(self, index: int) -> Place:
        """Place a window of the current epoch and draw its targets."""
        epoch = int(self._epoch)
        if epoch != self._drawn:
            self._draw(epoch)
        trial, start = (int(number) for number in self._windows[index])
        target = targets(*self._labels[trial], start, self._config)
        assert target is not None  # _draw keeps only windows that have one
        variation = None
        if self._seed is not None:
            variation = np.random.default_rng([self._seed, epoch, index])
        return Place(
            self._headers[trial],
            trial,
            start,
            epoch,
            variation,
            torch.from_numpy(target.shape),
            torch.tensor(target.length),
            torch.from_numpy(target.anchors),
        )

    def _draw(self, epoch: int) -> None:
        """Shift the windows as the epoch wants it."""
        self._windows, self._drawn = self._grid, epoch
        if self._seed is not None:
            rng = np.random.default_rng([self._seed, epoch])
            self._windows = np.array(
                [self._shift(trial, start, rng) for trial, start in self._grid]
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


def _check_rate(header: TrialHeader) -> None:
    """Refuse a trial whose windows would not start on whole samples of the targets."""
    if header.sample_rate_hz != TARGET_RATE_HZ:
        raise UserError(
            f"trial {header.name} is sampled at {header.sample_rate_hz:g} Hz",
            expected=f"{TARGET_RATE_HZ:g} Hz",
            do="extract it again with --sample-rate 200",
        )
