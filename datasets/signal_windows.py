"""Labelled windows for frameworks that read the vibration itself.

The vibration of a window is standardised in each channel, as its loudness says nothing of the ECG.
The ECG of a window is scaled by its trial: 0 is the foot and 1 the top of its cycles, medians over
the trial, so that a network need not guess the gain of an electrode.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from radarkit.datasets.labelled_windows import LabelledWindows, Place, T_co
from radarkit.datasets.live_noise import LiveNoise
from radarkit.datasets.noisy_vibration import read_vibration
from radarkit.datasets.reader import Dataset
from radarkit.datasets.window_reader import WindowReader
from radarkit.datasets.windows import WindowConfig
from radarkit.errors import UserError
from radarkit.recording import Float32


class SignalWindows(LabelledWindows[T_co]):
    """Labelled windows with vibration and ECG.

    Parameters
    ----------
    dataset, subjects, config, seed
        As in `LabelledWindows`.
    noise : LiveNoise, optional
        Noise in the signal; drawn anew in each epoch.

    Raises
    ------
    UserError
        As `LabelledWindows` and `WindowReader`; when the noise is not in the signal.
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
        if noise is not None and noise.domain != "signal":
            raise UserError(
                f"noise in the {noise.domain} for a network that reads the signal",
                expected='noise in the signal (domain = "signal")',
            )
        self._noisy = None
        if noise is not None:
            self._noisy = WindowReader(dataset, self._headers, config, noise)
        self._scales = [ecg_scale(ecg, peaks) for ecg, peaks in self._labels]
        dataset.close()  # so that workers inherit no handles

    def vibration(self, at: Place) -> Float32:
        """Read the standardised vibration of a window, (channels, samples) float32."""
        if self._noisy is None:
            stop = at.start + self._config.samples
            return standardise(read_vibration(self._dataset, at.header, at.start, stop))
        return standardise(self._noisy.signal(at.header, at.start, at.epoch))

    def ecg(self, at: Place) -> Tensor:
        """Cut the scaled ECG of a window, (samples,) float32."""
        foot, height = self._scales[at.trial]
        ecg = self._labels[at.trial][0][at.start : at.start + self._config.samples]
        return torch.from_numpy(((ecg - foot) / height).astype(np.float32))


def standardise(vibration: NDArray[np.floating]) -> Float32:
    """Bring each channel to mean 0 and variance 1; a constant one becomes zeros.

    Parameters
    ----------
    vibration : (..., samples)
    """
    spread = vibration.std(axis=-1, keepdims=True)
    centred = vibration - vibration.mean(axis=-1, keepdims=True)
    return np.asarray(centred / np.where(spread > 0, spread, 1), np.float32)


def ecg_scale(ecg: Float32, r_peaks: NDArray[np.int64]) -> tuple[float, float]:
    """Foot and height of the cycles of a trial in mV, medians over those from R peak to R peak."""
    if r_peaks.size < 2:
        return 0.0, 1.0  # such a trial has no window
    starts, end = r_peaks[:-1], int(r_peaks[-1])
    foot = float(np.median(np.minimum.reduceat(ecg[:end], starts)))
    height = float(np.median(np.maximum.reduceat(ecg[:end], starts))) - foot
    return foot, height if height > 0 else 1.0
