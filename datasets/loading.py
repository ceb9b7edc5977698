"""Windows of a data set as torch tensors: the spectrogram and the targets.

Noise in the signal is added, and its spectrogram made, by the process that reads. Where a GPU waits
for it, `radarkit.datasets.vibration_windows` reads the vibration alone.
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from radarkit.datasets.augment import vary
from radarkit.datasets.labelled_windows import LabelledWindows
from radarkit.datasets.live_noise import LiveNoise
from radarkit.datasets.reader import Dataset
from radarkit.datasets.window_reader import WindowReader, read_window
from radarkit.datasets.windows import WindowConfig


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


class WindowDataset(LabelledWindows[Window]):
    """Labelled windows of the trials of some subjects, with their spectrograms.

    Parameters
    ----------
    dataset, subjects, config, seed
        As in `LabelledWindows`.
    noise : LiveNoise, optional
        Add noise to every window, before it is varied; drawn anew in each epoch.

    Raises
    ------
    UserError
        As `LabelledWindows` and `WindowReader`.
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
        super().__init__(dataset, subjects, config, seed)
        self._noisy = None
        if noise is not None:
            self._noisy = WindowReader(dataset, self._headers, config, noise)
            counts = np.bincount(self._grid[:, 0], minlength=len(self._headers))
            hits = zip(self._headers, counts, strict=True)
            self._hits = np.concatenate([self._noisy.hits(each, int(n)) for each, n in hits])
        dataset.close()  # so that workers inherit no handles

    def __getitem__(self, index: int) -> Window:
        at = self.place(index)
        if self._noisy is None:
            spectrogram = read_window(self._dataset, at.header, at.start, self._config)
        else:
            spectrogram = self._noisy.read(at.header, at.start, self._hits[index], at.epoch)
        if at.variation is not None:
            spectrogram = vary(spectrogram, at.variation, self._config)
        return Window(torch.from_numpy(spectrogram), at.shape, at.length, at.anchors)
