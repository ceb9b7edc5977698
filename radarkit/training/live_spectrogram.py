"""Spectrograms of whole batches on the device that trains, for noise in the signal.

A loader adds noise to the vibration of a window in a quarter of the time that its synchrosqueezed
transform takes. A GPU transforms whole batches in passing (`sst_stretch_torch`); on a processor the
transform in numba, window by window where it is read, is two to three times as fast as the one in
torch. So the device decides who makes the spectrograms, and `open_windows` asks it.

Both ways transform the same float32 samples in float32. Their pictures differ by its rounding, 5e-7
of the largest cell; and a coefficient whose frequency is within that of a border between two rows
may fall to either side. That happened in every tenth window of a simulated chest with noise, to 6
cells in 100,000 and 7e-5 of the picture in relative L1 at most.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from radarkit.datasets.live_noise import LiveNoise
from radarkit.datasets.loading import Window, WindowDataset
from radarkit.datasets.reader import Dataset
from radarkit.datasets.vibration_windows import VibrationDataset, VibrationWindow
from radarkit.datasets.windows import WindowConfig
from radarkit.spectrogram.sst_torch import sst_stretch_torch
from radarkit.spectrogram.stretch import Stretch

ToDevice = Callable[[Window | VibrationWindow], Window]


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
        return Window(varied.view_as(pictures), batch.shape, batch.length, batch.anchors)


def open_windows(
    dataset: Dataset,
    subjects: tuple[str, ...],
    config: WindowConfig,
    device: torch.device,
    *,
    seed: int | None = None,
    noise: LiveNoise | None = None,
) -> tuple[WindowDataset | VibrationDataset, ToDevice]:
    """Open windows for training on a device.

    Parameters
    ----------
    dataset, subjects, config, seed, noise
        As in `WindowDataset`.
    device : torch.device
        Where batches are wanted.

    Returns
    -------
    windows : WindowDataset or VibrationDataset
        To be read by a `DataLoader`: the latter on CUDA, when there is noise in the signal.
    to_device : callable
        Makes of each batch of the loader a `Window` on the device.

    Raises
    ------
    UserError
        As `WindowDataset` and `VibrationDataset`.
    """
    live = noise is not None and noise.domain == "signal" and device.type == "cuda"
    if not live:
        return WindowDataset(dataset, subjects, config, seed=seed, noise=noise), _Mover(device)
    windows = VibrationDataset(dataset, subjects, config, seed=seed, noise=noise)
    return windows, _Mover(device, LiveSpectrogram(windows.stretch))


class _Mover:
    """Moves batches to a device and, where they come without, gives them their spectrograms."""

    def __init__(self, device: torch.device, live: LiveSpectrogram | None = None) -> None:
        self._device, self._live = device, live

    def __call__(self, batch: Window | VibrationWindow) -> Window:
        moved = type(batch)(*(field.to(self._device, non_blocking=True) for field in batch))
        if isinstance(moved, Window):
            return moved
        assert self._live is not None  # `open_windows` pairs them
        return self._live(moved)


def _normalised(pictures: Tensor, beyond: Tensor) -> Tensor:
    """Min-max normalise each channel over the frames that are not beyond the trial's end."""
    low = pictures.masked_fill(beyond, torch.inf).amin(dim=(2, 3), keepdim=True)
    span = pictures.masked_fill(beyond, -torch.inf).amax(dim=(2, 3), keepdim=True) - low
    return ((pictures - low) / torch.where(span > 0, span, 1.0)).masked_fill(beyond, 0.0)
