"""Strategies that are a formula of the losses, without a memory of earlier ones.

A scalarization f(L_1 .. L_n) is one backward pass: its gradient is that of the losses under the
weights df/dL_i, which autograd gives. Parameters that f itself learns get theirs at the same time.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torchjd.scalarization import UW, GeometricMean, Scalarizer

from radarkit.errors import UserError
from radarkit.mtl.strategy import LossStrategy

# where a loss counts as solved: below it logarithms and ratios of losses say nothing
SOLVED = 1e-20


def loss_weights(scalarizer: Scalarizer, losses: Tensor) -> Tensor:
    """Differentiate a scalarization by the losses, and by its parameters on the way.

    Parameters
    ----------
    scalarizer : torchjd Scalarizer
        The gradients of its parameters are replaced.
    losses : (tasks,)

    Returns
    -------
    (tasks,)
        df/dL_i.
    """
    learned = list(scalarizer.parameters())
    with torch.enable_grad():
        values = losses.detach().requires_grad_()
        weights, *gradients = torch.autograd.grad(scalarizer(values), [values, *learned])
    for parameter, gradient in zip(learned, gradients, strict=True):
        parameter.grad = gradient
    return weights


class SingleTask(LossStrategy):
    """One task alone, the baseline that multi-task learning is measured against.

    Parameters
    ----------
    tasks : sequence of str
    task : str
        The one that is trained; the others get no gradient.

    Raises
    ------
    UserError
        When the task is not one of them.
    """

    def __init__(self, tasks: Sequence[str], *, task: str | None = None) -> None:
        super().__init__(tasks)
        if task not in self.tasks:
            raise UserError(
                "no task named" if task is None else f"no task {task!r}",
                expected=f"one of {', '.join(self.tasks)}",
                do="set the setting task of single-task",
            )
        self._index = self.tasks.index(task)

    @property
    def judged(self) -> tuple[int, ...]:
        """Name the task alone."""
        return (self._index,)

    def _weigh(self, losses: Tensor) -> Tensor:
        weights = torch.zeros_like(losses)
        weights[self._index] = 1
        return weights


class EqualWeighting(LossStrategy):
    """The sum of the losses."""

    def _weigh(self, losses: Tensor) -> Tensor:
        return torch.ones_like(losses)


class UncertaintyWeighting(LossStrategy):
    """UW: sum of L_i e^(-s_i) / 2 + s_i / 2 with learned s_i (Kendall et al., CVPR 2018).

    The s_i are the log-variances of the tasks and start at -0.5, as in LibMTL.
    """

    def __init__(self, tasks: Sequence[str]) -> None:
        super().__init__(tasks)
        self.scalarizer = UW(self.n_tasks)
        nn.init.constant_(self.scalarizer.log_var, -0.5)

    def learned(self) -> list[nn.Parameter]:
        """Give the log-variances."""
        return [self.scalarizer.log_var]

    def state(self) -> dict[str, Tensor]:
        """Show the weights of the losses."""
        return {"weights": 0.5 * torch.exp(-self.scalarizer.log_var.detach())}

    def _weigh(self, losses: Tensor) -> Tensor:
        return loss_weights(self.scalarizer, losses.to(self.scalarizer.log_var.device))


class GeometricLoss(LossStrategy):
    """GLS: the geometric mean of the losses (Chennupati et al., CVPR Workshops 2019).

    A task that is solved weighs nothing, where the formula has no derivative; nor do the others
    then, as the mean is 0.
    """

    def __init__(self, tasks: Sequence[str]) -> None:
        super().__init__(tasks)
        self._scalarizer = GeometricMean()

    def _weigh(self, losses: Tensor) -> Tensor:
        weights = loss_weights(self._scalarizer, losses)
        return torch.where(losses > SOLVED, weights, 0.0)
