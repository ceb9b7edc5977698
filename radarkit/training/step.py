"""One multi-task step: the losses of a batch in, the gradients of all parameters out.

With the Jacobian G (tasks x shared parameters) and the weights w that a strategy makes of the
losses and the Gramian G G^T, the shared parameters get G^T w. The heads get the gradient of their
own loss, weighted as the strategy says.

A loss reaches the shared parameters only through the trunk's output z, so each row of G is one
vector-Jacobian product of the trunk with dL_i/dz, and the heads are passed through once. In the
space of features, dL_i/dz themselves are the rows, and one product with their weighted sum is
enough (the upper bound of Senushkin et al., CVPR 2023).

A batch may be shared out to processes and come in parts. Its losses are means over all of it, so
its Jacobian is the sum of those of the parts, each weighted by its share of the windows; only of
this sum is the Gramian taken, as the products of different parts count too.
"""

from collections.abc import Sequence
from itertools import chain
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from radarkit.errors import UserError
from radarkit.models import Network
from radarkit.mtl import GramianStrategy, JacobianStrategy, LossStrategy, Strategy
from radarkit.training.forward import Forward, Precision, Staged
from radarkit.training.objectives import Objective
from radarkit.training.world import World

Space = Literal["parameters", "features"]


class BadStepError(Exception):
    """A step that cannot be taken: losses or gradients are not finite."""


class MultiTaskStep:
    """Sets the gradients of a model for one batch after the other.

    Parameters
    ----------
    model : Network
        Its gradients are replaced.
    strategy : Strategy
        For its tasks; the gradients of what it learns are replaced too. One that weighs gradients
        needs a `RadarOdeMtl`.
    objective : Objective
        What it is trained for.
    gradient_space : str
        Which gradients the Gramian is made of; see `TrainConfig`.
    precision : str
        See `Forward`.
    world : World, optional
        The processes among which batches are shared.
    """

    def __init__(
        self,
        model: Network,
        strategy: Strategy,
        objective: Objective,
        *,
        gradient_space: Space = "parameters",
        precision: Precision = "float32",
        world: World | None = None,
    ) -> None:
        self._forward = Forward(model, objective, precision)
        self._strategy, self._world, self._space = strategy, world or World(), gradient_space
        self._shared = list(model.shared_parameters())
        self._heads = model.task_parameters()
        self._matrix = torch.empty(0)

    def __call__(self, parts: Sequence[Any], batch_size: int, key: Sequence[int] = ()) -> Tensor:
        """Set the gradients.

        Parameters
        ----------
        parts : sequence of batches of windows
            What this process reads of the batch.
        batch_size : int
            Windows of the batch, over all parts and processes.
        key : sequence of int, optional
            Number of the step: what is random in it, as dropout, is a function of the key and of
            the process. Without one it comes from torch's generator as it stands.

        Returns
        -------
        (tasks,) Tensor
            Losses of the batch, detached.

        Raises
        ------
        BadStepError
            When they or their gradients are not finite, with the reason.
        """
        _seed(key, 1 + self._world.rank)
        for parameter in (*self._shared, *chain(*self._heads)):
            parameter.grad = None
        try:
            if isinstance(self._strategy, LossStrategy) and len(parts) == 1:
                return self._by_losses(self._strategy, parts[0], batch_size, key)
            if self._space == "features" and len(parts) == 1:
                return self._by_features(parts[0], batch_size, key)
            return self._by_parameters(parts, batch_size, key)
        except UserError as error:  # a strategy refuses what is not finite
            raise BadStepError(str(error)) from error

    @torch.no_grad()
    def losses(self, parts: Sequence[Any], batch_size: int, key: Sequence[int] = ()) -> Tensor:
        """Losses of a batch alone; what is random is as in the step of that key."""
        _seed(key, 1 + self._world.rank)
        total = torch.stack([self._forward.losses(part, batch_size) for part in parts]).sum(0)
        self._world.sum(total)
        return total

    def _by_losses(
        self, strategy: LossStrategy, part: Any, batch_size: int, key: Sequence[int]
    ) -> Tensor:
        """Pass backward once, under weights that the losses alone decide."""
        losses = self._forward.losses(part, batch_size)
        total = self._total(losses.detach().clone())
        _seed(key, 0)
        everything = list(chain(self._shared, *self._heads))
        joint = (strategy.weigh(total) * losses).sum()
        for parameter, gradient in zip(
            everything, torch.autograd.grad(joint, everything), strict=True
        ):
            parameter.grad = gradient
        self._exchange(*self._shared, *chain(*self._heads))
        return total

    def _by_features(self, part: Any, batch_size: int, key: Sequence[int]) -> Tensor:
        """Pass backward through the trunk once, with a weighted sum of the features' gradients."""
        staged = self._forward.staged(part, batch_size)
        total = self._total(staged.losses.detach().clone())
        rows = torch.stack([row.flatten() for row in self._rows(staged)])
        matrix = rows.to(torch.promote_types(rows.dtype, torch.float32))
        _seed(key, 0)
        if isinstance(self._strategy, JacobianStrategy):
            joint = self._combine(self._strategy, total, matrix)
        else:
            gramian = (matrix @ matrix.T).double()
            self._world.sum(gramian)
            joint = self._weigh(total, gramian).to(matrix.dtype) @ matrix
        joint = joint.view_as(staged.output).to(staged.output.dtype)
        gradients = torch.autograd.grad(staged.output, self._shared, joint)
        for parameter, gradient in zip(self._shared, gradients, strict=True):
            parameter.grad = gradient
        self._exchange(*self._shared, *chain(*self._heads))
        return total

    def _by_parameters(self, parts: Sequence[Any], batch_size: int, key: Sequence[int]) -> Tensor:
        """Pass backward through the trunk once a task."""
        matrix, losses = self._room(), []
        for number, part in enumerate(parts):
            staged = self._forward.staged(part, batch_size)
            losses.append(staged.losses.detach())
            for index, row in enumerate(self._rows(staged)):
                keep = index + 1 < self._strategy.n_tasks
                gradients = torch.autograd.grad(staged.output, self._shared, row, retain_graph=keep)
                sizes = [gradient.numel() for gradient in gradients]
                places = torch.split(matrix[index], sizes)
                for place, gradient in zip(places, gradients, strict=True):
                    if number == 0:
                        place.copy_(gradient.flatten())
                    else:
                        place.add_(gradient.flatten())
        total = self._total(torch.stack(losses).sum(0))
        self._world.sum(matrix)
        _seed(key, 0)
        if isinstance(self._strategy, JacobianStrategy):
            joint = self._combine(self._strategy, total, matrix)
        else:
            joint = self._weigh(total, (matrix @ matrix.T).double()).to(matrix.dtype) @ matrix
        sizes = [parameter.numel() for parameter in self._shared]
        for parameter, gradient in zip(self._shared, torch.split(joint, sizes), strict=True):
            parameter.grad = gradient.view_as(parameter)
        self._exchange(*chain(*self._heads))
        return total

    def _rows(self, staged: Staged) -> list[Tensor]:
        """Gradient of each loss by the features; those of its own head are added to it."""
        rows = []
        for loss, own in zip(staged.losses, self._heads, strict=True):
            row, *gradients = torch.autograd.grad(loss, [staged.features, *own], retain_graph=True)
            rows.append(row)
            for parameter, gradient in zip(own, gradients, strict=True):
                parameter.grad = gradient if parameter.grad is None else parameter.grad + gradient
        return rows

    def _weigh(self, losses: Tensor, gramian: Tensor) -> Tensor:
        """Weights of the shared gradients; those of the heads are applied."""
        if isinstance(self._strategy, LossStrategy):
            shared = heads = self._strategy.weigh(losses)
        else:
            assert isinstance(self._strategy, GramianStrategy)
            shared, heads = self._strategy.weigh(losses, gramian)
        for weight, own in zip(heads.tolist(), self._heads, strict=True):
            if weight != 1:
                for parameter in own:
                    assert parameter.grad is not None
                    parameter.grad *= weight
        return shared

    @staticmethod
    def _combine(strategy: JacobianStrategy, losses: Tensor, matrix: Tensor) -> Tensor:
        bad = ~torch.isfinite(matrix).all(dim=1)
        if bad.any():
            tasks = bad.nonzero().flatten().tolist()
            raise BadStepError(f"gradients with NaN or infinity (tasks {tasks})")
        return strategy.combine(losses, matrix)

    def _room(self) -> Tensor:
        """Room for G, made once."""
        if not self._matrix.numel():
            size = sum(parameter.numel() for parameter in self._shared)
            self._matrix = self._shared[0].new_empty((self._strategy.n_tasks, size))
        return self._matrix

    def _total(self, losses: Tensor) -> Tensor:
        """Add up the losses over the processes, in place."""
        self._world.sum(losses)
        if not torch.isfinite(losses).all():
            raise BadStepError(f"losses of {', '.join(f'{loss:g}' for loss in losses.tolist())}")
        return losses

    def _exchange(self, *parameters: torch.nn.Parameter) -> None:
        """Add up gradients over the processes."""
        self._world.sum(*(p.grad for p in parameters if p.grad is not None))


def _seed(key: Sequence[int], who: int) -> None:
    """Seed torch for a step: `who` is 0 for what all processes draw alike."""
    if key:
        high, low = np.random.SeedSequence([*key, who]).generate_state(2).tolist()
        torch.manual_seed(high << 31 ^ low)
