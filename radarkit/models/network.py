"""What every network that `radarkit train` trains has in common."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from itertools import chain

from torch import Tensor, nn


class Network(nn.Module, ABC):
    """A network with one or more tasks.

    Attributes
    ----------
    window : (int, int, int)
        Channels, rows and frames of the spectrograms it was built for.
    """

    window: tuple[int, int, int]

    @abstractmethod
    def example(self) -> tuple[Tensor, ...]:
        """Give the inputs of one window, without numbers (on torch's "meta" device)."""

    @abstractmethod
    def shared_parameters(self) -> Iterator[nn.Parameter]:
        """Parameters that all tasks pull at."""

    @abstractmethod
    def task_parameters(self) -> tuple[list[nn.Parameter], ...]:
        """Parameters that one task alone pulls at, by task in the order of the losses."""

    def head_parameters(self) -> Iterator[nn.Parameter]:
        """All parameters of `task_parameters`."""
        return chain(*self.task_parameters())
