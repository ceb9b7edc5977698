"""Spectrograms of whole batches on the device that trains, for noise in the signal.

`radarkit.training.opening` says when they are made here, and when where windows are read.

Both ways transform the same float32 samples in float32. Their pictures differ by its rounding, 5e-7
of the largest cell; and a coefficient whose frequency is within that of a border between two rows
may fall to either side. That happened in every tenth window of a simulated chest with noise, to 6
cells in 100,000 and 7e-5 of the picture in relative L1 at most.
"""

import torch
from torch import Tensor

from radarkit.datasets.loading import Window
from radarkit.datasets.vibration_windows import VibrationWindow
from radarkit.spectrogram.sst_torch import sst_stretch_torch
from radarkit.spectrogram.stretch import Stretch


class LiveSpectrogram:
    """Makes windows with a spectrogram from batches of windows with a vibration.

    Parameters
    ----------
    stretch : Stretch
        `VibrationDataset.stretch` of the windows.
    """

    def __init__(self, stretch: Stretch) -> None:
        self._stretch = stretch

    @torch.no_grad()
    def __call__(self, batch: VibrationWindow) -> Window:
        """Transform a batch where it is.

        Parameters
        ----------
        batch : VibrationWindow
            On a processor or a GPU.

        Returns
        -------
        Window
            As `WindowDataset` gives it: the spectrogram (batch, channels, rows, frames) min-max
            normalised per channel within the window, then varied.
        """
        pictures = sst_stretch_torch(batch.vibration, self._stretch)
        frame = torch.arange(pictures.shape[-1], device=pictures.device)
        beyond = frame >= batch.inside[:, None, None, None]
        pictures = _normalised(pictures, beyond)
        rows = pictures.flatten(1, 2)
        nothing = torch.zeros_like(rows[:, :1])
        shown = batch.cells.flatten(1)[:, :, None].expand(-1, -1, rows.shape[-1])
        varied = torch.cat([nothing, rows], dim=1).gather(1, shown)
        varied = _weighed(varied.view_as(pictures), batch.gains)
        return Window(varied, batch.shape, batch.length, batch.anchors)


def _normalised(pictures: Tensor, beyond: Tensor) -> Tensor:
    """Min-max normalise each channel over the frames that are not beyond the trial's end."""
    low = pictures.masked_fill(beyond, torch.inf).amin(dim=(2, 3), keepdim=True)
    span = pictures.masked_fill(beyond, -torch.inf).amax(dim=(2, 3), keepdim=True) - low
    return ((pictures - low) / torch.where(span > 0, span, 1.0)).masked_fill(beyond, 0.0)


def _weighed(pictures: Tensor, gains: Tensor) -> Tensor:
    """Show rows louder or softer, as `radarkit.datasets.augment.weigh_rows` does."""
    weighed = pictures * gains[:, None, :, None]
    top = weighed.amax(dim=(2, 3), keepdim=True)
    weighed = weighed / torch.where(top > 0, top, 1.0)
    as_it_is = (gains == 1).all(dim=1)[:, None, None, None]
    return torch.where(as_it_is, pictures, weighed)
