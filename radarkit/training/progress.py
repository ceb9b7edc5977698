"""What a training shows while it runs."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from torch import Tensor


class Progress(NamedTuple):
    """How far a training is.

    Attributes
    ----------
    epoch, step, steps : int
        Epoch, from 0; steps done in it, and how many it has.
    losses : dict of str to float
        Mean training losses of the epoch so far, by task.
    state : dict of str to dict
        What the strategy shows, such as EGA's eccentric vector, by task.
    windows_per_s : float
        Over the epoch so far.
    skipped : int
        Steps of the epoch that were left out.
    """

    epoch: int
    step: int
    steps: int
    losses: dict[str, float]
    state: dict[str, dict[str, float]]
    windows_per_s: float
    skipped: int


OnStep = Callable[[Progress], None]


def named(tasks: Sequence[str], values: Tensor) -> dict[str, float]:
    """Values by task."""
    return dict(zip(tasks, values.tolist(), strict=True))
