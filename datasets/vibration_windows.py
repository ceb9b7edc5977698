"""Windows of a data set whose spectrogram is made later, such as on the GPU that reads it.

A window comes as the vibration of the chest with whatever noise is in it, from which
`radarkit.training.live_spectrogram.LiveSpectrogram` makes the spectrograms of a whole batch. They
are those that `radarkit.datasets.loading` gives, but for rounding.
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from radarkit.datasets.augment import augment, draw_gains
from radarkit.datasets.labelled_windows import LabelledWindows
from radarkit.datasets.live_noise import LiveNoise
from radarkit.datasets.reader import Dataset
from radarkit.datasets.window_reader import WindowReader
from radarkit.datasets.windows import WindowConfig
from radarkit.spectrogram.stretch import Stretch


class VibrationWindow(NamedTuple):
    """A window before its spectrogram; a batch of them has the same fields with one axis more.

    Attributes
    ----------
    vibration : (channels, Stretch.samples)
        In m/s^2, the window and the context of its transform.
    inside : () int64
        Frames of the window that lie within the trial; the others stay zero.
    cells : (channels, rows) int64
        Which row of which channel each row shows once the window is varied, counted from 1 through
        all channels; 0 shows nothing.
    gains : (rows,) float32
        How loud each row is then shown; all ones where rows stay as they are.
    shape, length, anchors
        As in `radarkit.datasets.loading.Window`.
    """

    vibration: Tensor
    inside: Tensor
    cells: Tensor
    gains: Tensor
    shape: Tensor
    length: Tensor
    anchors: Tensor


class VibrationDataset(LabelledWindows[VibrationWindow]):
    """Labelled windows of the trials of some subjects, with their vibration.

    Parameters
    ----------
    dataset, subjects, config, seed
        As in `LabelledWindows`.
    noise : LiveNoise, optional
        Noise in the signal; drawn anew in each epoch.

    Attributes
    ----------
    stretch : Stretch
        How the vibration of every window lies around it.

    Raises
    ------
    UserError
        As `radarkit.datasets.loading.WindowDataset`; when the noise is not in the signal, or the
        spectrograms of the trials differ in rows or rate.
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
        self._reader = WindowReader(dataset, self._headers, config, noise or LiveNoise(noises=()))
        self.stretch: Stretch = self._reader.stretch()
        dataset.close()  # so that workers inherit no handles

    def __getitem__(self, index: int) -> VibrationWindow:
        at = self.place(index)
        rows = (at.header.channels, at.header.rows, 1)
        cells = np.arange(1, np.prod(rows) + 1, dtype=np.float32).reshape(rows)  # exact
        gains = np.ones(at.header.rows, np.float32)
        if at.variation is not None:
            cells = augment(cells, at.variation, self._config.few_channels_share)
            gains = draw_gains(at.header.rows, at.variation, self._config.tilt_db)
        return VibrationWindow(
            torch.from_numpy(self._reader.vibration(at.header, at.start, at.epoch)),
            torch.tensor(self._reader.inside(at.header, at.start)),
            torch.from_numpy(cells[:, :, 0].astype(np.int64)),
            torch.from_numpy(gains),
            at.shape,
            at.length,
            at.anchors,
        )
