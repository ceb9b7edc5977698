"""Windows of a data set as a framework reads them, opened for training on a device.

Noise in the signal wants a new spectrogram for every window. A loader adds noise to the vibration
of a window in a quarter of the time that its synchrosqueezed transform takes. A GPU transforms
whole batches in passing (`radarkit.training.live_spectrogram`); on a processor the transform in
numba, window by window where it is read, is two to three times as fast as the one in torch. So the
device decides who makes the spectrograms of radarODE-MTL. The other frameworks are read as they
are everywhere.
"""

from collections.abc import Callable
from typing import Any

import torch

from radarkit.datasets.labelled_windows import LabelledWindows
from radarkit.datasets.live_noise import LiveNoise
from radarkit.datasets.loading import WindowDataset
from radarkit.datasets.mmecg_windows import PointDataset
from radarkit.datasets.radarode_windows import CycleDataset
from radarkit.datasets.reader import Dataset
from radarkit.datasets.vibration_windows import VibrationDataset, VibrationWindow
from radarkit.datasets.windows import WindowConfig
from radarkit.models import Framework
from radarkit.training.live_spectrogram import LiveSpectrogram

ToDevice = Callable[[Any], Any]


def open_windows(
    framework: Framework,
    dataset: Dataset,
    subjects: tuple[str, ...],
    config: WindowConfig,
    device: torch.device,
    *,
    seed: int | None = None,
    noise: LiveNoise | None = None,
) -> tuple[LabelledWindows[Any], ToDevice]:
    """Open windows for training on a device.

    Parameters
    ----------
    framework : str
        Who reads them.
    dataset, subjects, config, seed, noise
        As in `WindowDataset`.
    device : torch.device
        Where batches are wanted.

    Returns
    -------
    windows : LabelledWindows
        To be read by a `DataLoader`.
    to_device : callable
        Makes of each batch of the loader a batch of the framework's windows on the device.

    Raises
    ------
    UserError
        As the classes of windows.
    """
    if framework == "MMECG":
        points = PointDataset(dataset, subjects, config, seed=seed, noise=noise)
        return points, _Mover(device)
    if framework == "radarODE":
        cycles = CycleDataset(dataset, subjects, config, seed=seed, noise=noise)
        return cycles, _Mover(device)
    live = noise is not None and noise.domain == "signal" and device.type == "cuda"
    if not live:
        return WindowDataset(dataset, subjects, config, seed=seed, noise=noise), _Mover(device)
    windows = VibrationDataset(dataset, subjects, config, seed=seed, noise=noise)
    return windows, _Mover(device, LiveSpectrogram(windows.stretch))


class _Mover:
    """Moves batches to a device and, where they come without, gives them their spectrograms."""

    def __init__(self, device: torch.device, live: LiveSpectrogram | None = None) -> None:
        self._device, self._live = device, live

    def __call__(self, batch: Any) -> Any:
        moved = type(batch)(*(field.to(self._device, non_blocking=True) for field in batch))
        if not isinstance(moved, VibrationWindow):
            return moved
        assert self._live is not None  # `open_windows` pairs them
        return self._live(moved)
