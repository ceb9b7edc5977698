"""Windows as radarODE reads them: spectrogram, cycle length, vibration."""

from typing import NamedTuple

import torch
from torch import Tensor

from radarkit.datasets.augment import draw_channels, vary
from radarkit.datasets.signal_windows import SignalWindows
from radarkit.datasets.window_reader import read_window
from radarkit.datasets.windows import TARGET_RATE_HZ
from radarkit.recording import Float32
from radarkit.spectrogram.energy import cycle_length_s


class CycleWindow(NamedTuple):
    """A window and its targets; a batch of them has the same fields with one axis more.

    Attributes
    ----------
    spectrogram : (channels, rows, frames)
        Min-max normalised per channel within the window.
    period : ()
        Cycle length that the energy of the spectrogram has, in samples.
    vibration : (channels, samples)
        Standardised in each channel.
    shape : (200,)
    ecg : (samples,)
        Scaled by its trial.
    """

    spectrogram: Tensor
    period: Tensor
    vibration: Tensor
    shape: Tensor
    ecg: Tensor


class CycleDataset(SignalWindows[CycleWindow]):
    """Labelled windows of the trials of some subjects, for radarODE; see `SignalWindows`."""

    def __getitem__(self, index: int) -> CycleWindow:
        at = self.place(index)
        if self._noisy is None:
            spectrogram = read_window(self._dataset, at.header, at.start, self._config)
        else:
            every = self._noisy.hits(at.header, 1)[0]  # noise in the signal is in all windows
            spectrogram = self._noisy.read(at.header, at.start, every, at.epoch)
        period = period_of(spectrogram, at.header.frame_rate_hz)
        vibration = self.vibration(at)
        if at.variation is not None:
            spectrogram = vary(spectrogram, at.variation, self._config)
            few = self._config.few_channels_share
            vibration = vibration[draw_channels(len(vibration), at.variation, few)]
        return CycleWindow(
            torch.from_numpy(spectrogram),
            torch.tensor(period, dtype=torch.float32),
            torch.from_numpy(vibration),
            at.shape,
            self.ecg(at),
        )


def period_of(spectrogram: Float32, frame_rate_hz: float) -> float:
    """Cycle length that the energy of a window's spectrogram has, in samples at 200 Hz."""
    return TARGET_RATE_HZ * cycle_length_s(spectrogram, frame_rate_hz)
