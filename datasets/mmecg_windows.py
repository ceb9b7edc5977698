"""Windows as MMECG reads them: the vibration of points and their places."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from radarkit.datasets.augment import draw_channels
from radarkit.datasets.reader import Dataset
from radarkit.datasets.signal_windows import SignalWindows
from radarkit.datasets.trial_header import TrialHeader
from radarkit.recording import Float32

_UNIT_M = 0.1


class PointWindow(NamedTuple):
    """A window and its target; a batch of them has the same fields with one axis more.

    Attributes
    ----------
    vibration : (channels, samples)
        Standardised in each channel.
    places : (channels, 3)
        See `places_of`.
    ecg : (samples,)
        Scaled by its trial.
    """

    vibration: Tensor
    places: Tensor
    ecg: Tensor


class PointDataset(SignalWindows[PointWindow]):
    """Labelled windows of the trials of some subjects, for MMECG; see `SignalWindows`."""

    def __getitem__(self, index: int) -> PointWindow:
        at = self.place(index)
        vibration, places = self.vibration(at), places_of(self._dataset, at.header)
        if at.variation is not None:  # points come in an order without a meaning
            order = draw_channels(len(vibration), at.variation, self._config.few_channels_share)
            vibration, places = vibration[order], places[order]
        return PointWindow(torch.from_numpy(vibration), torch.from_numpy(places), self.ecg(at))


def places_of(dataset: Dataset, header: TrialHeader) -> Float32:
    """Places of the points of a trial, from their mean in units of 0.1 m.

    Returns
    -------
    (channels, 3) float32
        Zeros where they are not known.
    """
    positions_m = dataset.positions_m(header)
    if positions_m is None:
        return np.zeros((header.channels, 3), np.float32)
    return np.asarray((positions_m - positions_m.mean(axis=0)) / _UNIT_M, np.float32)
