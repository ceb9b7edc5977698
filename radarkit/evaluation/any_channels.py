"""A radar with any number of channels before a network that was built for another number.

Points of the chest have no order: the channels of every training window are shuffled. So where
there are more than the network reads, it gets the first ones, which an extraction puts best first;
where there are fewer, they are repeated in turn. What that costs stands in `docs/reconstruct.md`.
"""

import numpy as np
from numpy.typing import NDArray

from radarkit.datasets.reader import Dataset
from radarkit.datasets.trial_header import TrialHeader
from radarkit.datasets.windows import WindowConfig
from radarkit.evaluation.trial_input import TrialInput
from radarkit.recording import Float32


class AnyChannels(TrialInput):
    """The radar of one trial, in windows of as many channels as a network reads.

    Parameters
    ----------
    dataset, header, config
        As in `TrialInput`.
    channels : int
        That the network reads.
    """

    def __init__(
        self, dataset: Dataset, header: TrialHeader, config: WindowConfig, *, channels: int
    ) -> None:
        super().__init__(dataset, header, config)
        self.taken = chosen_channels(header.channels, channels)

    def windows(self, numbers: NDArray[np.int64]) -> Float32:
        """Read windows as `TrialInput` does, (n, channels of the network, rows, frames)."""
        return super().windows(numbers)[:, self.taken]


def chosen_channels(present: int, wanted: int) -> NDArray[np.int64]:
    """Say which of the channels that are there stand in each place, (wanted,) int64."""
    return np.arange(wanted) % present
