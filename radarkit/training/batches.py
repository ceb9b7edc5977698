"""Which windows each process reads in each step of an epoch.

The order of an epoch is a function of the seed and its number alone, not of how many processes
there are nor of where a training was interrupted. A batch is shared out to the processes and, in
each, cut into parts. All batches are of one size; what is left over at the end of an order is left
out, and shuffling leaves out others in the next epoch.
"""

from collections.abc import Iterator

import numpy as np
import torch
from torch.utils.data import Sampler

from radarkit.errors import UserError


class Batches(Sampler[list[int]]):
    """Parts of batches that one process reads, in order: a batch sampler for a `DataLoader`.

    Parameters
    ----------
    windows : int
        How many there are to learn from; fewer than a batch are a batch.
    batch_size : int
        Windows of a step, over all processes.
    accumulate : int
        Parts of a process's share.
    rank, size : int
        Number of this process, and of processes.
    seed : int
        Of the orders.

    Raises
    ------
    UserError
        When there are not enough windows in a batch for all parts.
    """

    def __init__(
        self, windows: int, batch_size: int, accumulate: int, rank: int, size: int, seed: int
    ) -> None:
        self.batch_size = min(batch_size, windows)
        if self.batch_size < accumulate * size:
            raise UserError(
                f"batches of {self.batch_size} windows for {size} processes of {accumulate} parts",
                expected="at least one window for each",
                do="use larger batches or fewer parts",
            )
        self.steps = windows // self.batch_size
        self._windows, self._seed = windows, seed
        self._accumulate, self._rank, self._size = accumulate, rank, size
        self._epoch = self._first = 0

    @property
    def accumulate(self) -> int:
        """Parts of each step."""
        return self._accumulate

    @property
    def smallest(self) -> int:
        """Windows of the smallest part."""
        return self.batch_size // self._size // self._accumulate

    def start(self, epoch: int, step: int = 0) -> None:
        """Begin an epoch at one of its steps."""
        self._epoch, self._first = epoch, step

    def __len__(self) -> int:
        return (self.steps - self._first) * self._accumulate

    def __iter__(self) -> Iterator[list[int]]:
        generator = torch.Generator().manual_seed(
            int(np.random.SeedSequence([self._seed, self._epoch]).generate_state(1)[0])
        )
        order = torch.randperm(self._windows, generator=generator).numpy()
        for step in range(self._first, self.steps):
            batch = order[step * self.batch_size : (step + 1) * self.batch_size]
            own = np.array_split(batch, self._size)[self._rank]
            for part in np.array_split(own, self._accumulate):
                yield part.tolist()
