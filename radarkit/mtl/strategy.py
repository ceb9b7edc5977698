"""What a multi-task strategy is: from the losses and gradients of n tasks to one step.

Strategies differ in what they look at. Loss balancing looks at the losses alone and needs one
backward pass, since the gradient of f(L_1 .. L_n) is that of the losses under the weights df/dL_i.
Gradient balancing looks at the Gramian of the task gradients of the shared parameters, which needs
a backward pass a task; what cannot be said with weights looks at the gradients themselves.

Parameters that belong to one task alone get the gradient of their own loss, times the weight that
loss balancing gives it. The weights are those of the published formulas, which are not all of one
size: Equal Weighting sums n gradients, MGDA averages them. It matters to SGD, not to Adam.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from radarkit.mtl.finite import require_finite, require_finite_gramian


class TaskWeights(NamedTuple):
    """Weights of the task gradients.

    Attributes
    ----------
    shared : (tasks,)
        For the shared parameters.
    heads : (tasks,)
        For the parameters of each task alone.
    """

    shared: Tensor
    heads: Tensor


class Strategy(nn.Module, ABC):
    """Common to all strategies.

    All that a strategy remembers is in its `state_dict`, which loads into a fresh instance of the
    same settings. What it looks at is checked: losses or gradients that are not finite raise a
    `UserError` that names their tasks, and leave the memory as it was.

    Parameters
    ----------
    tasks : sequence of str
        Names of the tasks.

    Attributes
    ----------
    tasks : tuple of str
    n_tasks : int
    """

    #: Whether `after_step` wants the losses of the same batch after the step.
    looks_back = False

    def __init__(self, tasks: Sequence[str]) -> None:
        super().__init__()
        self.tasks = tuple(tasks)
        self.n_tasks = len(self.tasks)

    @property
    def judged(self) -> tuple[int, ...]:
        """Tasks that are trained, by which a model may be chosen: all, but for single tasks."""
        return tuple(range(self.n_tasks))

    def learned(self) -> list[nn.Parameter]:
        """Parameters of the strategy for the optimiser; weighing sets their gradients."""
        return []

    def after_step(self, losses: Tensor) -> None:
        """Take note of the losses (tasks,) of the batch just learnt, after the step."""
        return

    def end_epoch(self, epoch: int, mean_losses: Sequence[float] | Tensor) -> None:
        """Take note of an epoch that ended, with the mean training loss of each task, (tasks,)."""
        return

    def state(self) -> dict[str, Tensor]:
        """Vectors of (tasks,) worth showing beside the losses, by name."""
        return {}

    def _checked(self, losses: Sequence[float] | Tensor) -> Tensor:
        """Losses of the tasks, finite, detached, in float64."""
        values = torch.as_tensor(losses, dtype=torch.float64).detach()
        if values.shape != (self.n_tasks,):
            raise ValueError(f"losses of shape {tuple(values.shape)} for {self.n_tasks} tasks")
        require_finite(values, "losses", self.tasks)
        return values


class LossStrategy(Strategy):
    """Looks at the losses alone."""

    def weigh(self, losses: Tensor) -> Tensor:
        """Weigh the losses, for shared parameters and heads alike.

        Parameters
        ----------
        losses : (tasks,)
            Losses of the whole batch, detached.

        Returns
        -------
        (tasks,)
            On the device and in the dtype of `losses`.

        Raises
        ------
        UserError
            When a loss is not finite.
        """
        weights = self._weigh(self._checked(losses))
        require_finite(weights, "weights", self.tasks)
        return weights.detach().to(losses)

    @abstractmethod
    def _weigh(self, losses: Tensor) -> Tensor:
        """Weigh finite losses; both (tasks,) in float64, on any device."""


class GramianStrategy(Strategy):
    """Looks at the inner products of the task gradients too."""

    def weigh(self, losses: Tensor, gramian: Tensor) -> TaskWeights:
        """Weigh the task gradients.

        Parameters
        ----------
        losses : (tasks,)
            Losses of the whole batch, detached.
        gramian : (tasks, tasks)
            Inner products of their gradients, of the whole batch; float64 as the trainer makes it.

        Returns
        -------
        TaskWeights
            On the device and in the dtype of `gramian`.

        Raises
        ------
        UserError
            When a loss or a product is not finite.
        """
        if gramian.shape != (self.n_tasks, self.n_tasks):
            raise ValueError(f"a Gramian of shape {tuple(gramian.shape)} for {self.n_tasks} tasks")
        # n x n numbers: a solver on the host is faster than a chain of kernels on a device
        products = gramian.detach().to("cpu", torch.float64)
        require_finite_gramian(products, self.tasks)
        # a gradient whose squared length underflows is none; what is left of its products is noise
        extends = products.diagonal() > 0
        products = torch.where(extends[:, None] & extends, products, 0.0)
        shared, heads = self._weigh(self._checked(losses).cpu(), products)
        require_finite(torch.stack((shared, heads), dim=1), "weights", self.tasks)
        return TaskWeights(shared.detach().to(gramian), heads.detach().to(gramian))

    @abstractmethod
    def _weigh(self, losses: Tensor, gramian: Tensor) -> TaskWeights:
        """Weigh finite losses (tasks,) and products (tasks, tasks), float64 on the CPU."""


class JacobianStrategy(Strategy):
    """Looks at the task gradients themselves; heads get the gradient of their own loss.

    Attributes
    ----------
    spaces : tuple of str
        Gradients it can work on: of the shared ``parameters``, of the trunk's ``features``.
    """

    spaces: tuple[str, ...] = ("parameters",)

    def combine(self, losses: Tensor, jacobian: Tensor) -> Tensor:
        """Combine the task gradients.

        Parameters
        ----------
        losses : (tasks,)
            Losses of the whole batch, detached.
        jacobian : (tasks, m)
            Their gradients.

        Returns
        -------
        (m,)
            On the device and in the dtype of `jacobian`.

        Raises
        ------
        UserError
            When a loss or a gradient is not finite.
        """
        if jacobian.ndim != 2 or len(jacobian) != self.n_tasks:
            raise ValueError(f"a Jacobian of shape {tuple(jacobian.shape)}, {self.n_tasks} tasks")
        losses = self._checked(losses)
        require_finite(jacobian, "gradients", self.tasks)
        return self._combine(losses, jacobian.detach())

    @abstractmethod
    def _combine(self, losses: Tensor, jacobian: Tensor) -> Tensor:
        """Combine finite gradients; the losses (tasks,) are float64."""
