"""Windows of a data set as torch tensors.

A window is a function of the data set, the seeds, the epoch and its number. A `DataLoader` gives
the same batches whatever its number of workers and however they start: nothing is drawn from a
global generator, handles are opened by the process that reads, and the epoch is in memory that
workers share, so that persistent ones follow `set_epoch` too.
"""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset as TorchDataset

from radarkit.datasets.augment import augment
from radarkit.datasets.live_noise import LiveNoise
from radarkit.datasets.reader import Dataset
from radarkit.datasets.trial_header import TrialHeader
from radarkit.datasets.window_reader import WindowReader, read_window
from radarkit.datasets.windows import (
    TARGET_RATE_HZ,
    WindowConfig,
    aligned_step,
    central_beat,
    targets,
    window_starts,
)
from radarkit.errors import UserError

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


class WindowDataset(TorchDataset[Window]):
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
    noise : LiveNoise, optional
        Add noise to every window, before it is varied; drawn anew in each epoch.

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
        *,
        seed: int | None = None,
        noise: LiveNoise | None = None,
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
                expected="trials with an ECG that last longer than a window",
            )
        # arrays, since workers would copy a list of tuples page by page as they count references
        self._grid = np.array(grid, np.int64)
        self._noisy = None
        if noise is not None:
            self._noisy = WindowReader(dataset, self._headers, config, noise)
            counts = np.bincount(self._grid[:, 0], minlength=len(self._headers))
            hits = zip(self._headers, counts, strict=True)
            self._hits = np.concatenate([self._noisy.hits(each, int(n)) for each, n in hits])
        self._epoch = torch.zeros((), dtype=torch.int64)
        self._epoch.share_memory_()  # type: ignore[no-untyped-call]
        self._draw(0)
        dataset.close()  # so that workers inherit no handles

    def set_epoch(self, epoch: int) -> None:
        """Draw the variations of an epoch; call it before the loader's iterator is made."""
        self._epoch.fill_(epoch)

    def __len__(self) -> int:
        return len(self._grid)

    def __getitem__(self, index: int) -> Window:
        epoch = int(self._epoch)
        if epoch != self._drawn:
            self._draw(epoch)
        trial, start = (int(number) for number in self._windows[index])
        target = targets(*self._labels[trial], start, self._config)
        assert target is not None  # _draw keeps only windows that have one
        header = self._headers[trial]
        if self._noisy is None:
            spectrogram = read_window(self._dataset, header, start, self._config)
        else:
            spectrogram = self._noisy.read(header, start, self._hits[index], epoch)
        if self._seed is not None:
            spectrogram = augment(spectrogram, np.random.default_rng([self._seed, epoch, index]))
        return Window(
            torch.from_numpy(spectrogram),
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
