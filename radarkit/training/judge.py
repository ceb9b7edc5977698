"""The losses of a network on subjects it does not learn from."""

from typing import Any

import torch
from torch import Tensor

from radarkit.errors import UserError
from radarkit.models import Network
from radarkit.training.material import Material
from radarkit.training.objectives import Objective
from radarkit.training.world import World


@torch.no_grad()
def validation_losses(
    model: Network, material: Material, objective: Objective, world: World
) -> Tensor:
    """Mean losses over the validation windows of all processes.

    Returns
    -------
    (tasks,) float64
        On the CPU.

    Raises
    ------
    UserError
        When one is not finite.
    """
    model.eval()
    total = torch.zeros(len(objective.tasks) + 1, dtype=torch.float64, device=world.device)
    for window in material.validation_windows():
        windows = len(window[0])
        losses = objective.losses(objective.predict(model, window), window).double()
        total += torch.cat((losses, losses.new_ones(1))) * windows
    world.sum(total)
    mean = (total[:-1] / total[-1]).cpu()
    if not torch.isfinite(mean).all():
        raise UserError(
            f"validation losses of {', '.join(f'{loss:g}' for loss in mean.tolist())}",
            expected="finite losses",
            do="lower --learning-rate or look for bad values in the data",
        )
    return mean


class Judge:
    """Finds the best epoch, and the end of all progress.

    Losses are counted against those of the first epoch: without a scale, so that all tasks that are
    trained count the same.

    Parameters
    ----------
    tasks : tuple of int
        By which tasks.
    patience : int, optional
        How many epochs in a row may be no better.
    """

    def __init__(self, tasks: tuple[int, ...], patience: int | None) -> None:
        self._tasks, self._patience = list(tasks), patience
        self._first: list[float] | None = None
        self._best = float("inf")
        self._since_best = 0

    def score(self, losses: Tensor) -> float:
        """Judge the validation losses of an epoch; lower is better."""
        if self._first is None:
            self._first = losses.tolist()
        score = float((losses / losses.new_tensor(self._first))[self._tasks].mean())
        self._since_best = 0 if score < self._best else self._since_best + 1
        self._best = min(score, self._best)
        return score

    @property
    def improved(self) -> bool:
        """Whether the last epoch was the best so far."""
        return self._since_best == 0

    @property
    def weary(self) -> bool:
        """Whether the last epochs brought nothing any more."""
        return self._patience is not None and self._since_best >= self._patience

    def state(self) -> dict[str, Any]:
        """Give what it remembers, in plain values."""
        return {"first": self._first, "best": self._best, "since_best": self._since_best}

    def restore(self, state: dict[str, Any]) -> None:
        """Remember what `state` gave."""
        self._first, self._best = state["first"], state["best"]
        self._since_best = state["since_best"]
