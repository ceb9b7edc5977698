"""FAMO (Liu et al., NeurIPS 2023): all losses fall at one relative rate, from the losses alone.

The weights z = softmax(w) act on the logarithms of the losses. After a step the losses of the same
batch tell how much each fell; w follows the gradient of that, by an Adam of its own.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torchjd.scalarization import FAMO

from radarkit.mtl.loss_balancing import SOLVED
from radarkit.mtl.settings import NonNegative, Positive
from radarkit.mtl.strategy import LossStrategy


class FastAdaptiveOptimization(LossStrategy):
    """FAMO.

    Parameters
    ----------
    tasks : sequence of str
    learning_rate : float
        Of w.
    weight_decay : float
        Of w.
    """

    looks_back = True

    def __init__(
        self,
        tasks: Sequence[str],
        *,
        learning_rate: Positive = 0.025,
        weight_decay: NonNegative = 1e-3,
    ) -> None:
        super().__init__(tasks)
        self.scalarizer = FAMO(self.n_tasks, lr=learning_rate, weight_decay=weight_decay).double()

    def after_step(self, losses: Tensor) -> None:
        """Move w by how much each loss fell."""
        after = self._checked(losses).clamp_min(SOLVED)
        self.scalarizer.update(after.to(self.scalarizer.min_losses.device))

    def state(self) -> dict[str, Tensor]:
        """Weights z of the losses' logarithms."""
        return {"weights": torch.softmax(self.scalarizer._w.detach(), dim=0)}

    def get_extra_state(self) -> dict[str, Any]:
        """Adam's moments and the losses before the step, which are no buffers in torchjd."""
        adam = self.scalarizer._optimizer
        return {
            "adam": None if adam is None else adam.state_dict(),
            "losses": self.scalarizer._prev_losses,
        }

    def set_extra_state(self, state: dict[str, Any]) -> None:
        """Take up what `get_extra_state` gave."""
        famo = self.scalarizer
        famo._prev_losses, famo._optimizer = state["losses"], None
        if state["losses"] is not None:
            famo._prev_losses = state["losses"].to(famo._w.device)
        if state["adam"] is not None:
            famo._optimizer = torch.optim.Adam([famo._w])
            famo._optimizer.load_state_dict(state["adam"])

    def _weigh(self, losses: Tensor) -> Tensor:
        with torch.enable_grad():
            values = losses.clamp_min(SOLVED).to(self.scalarizer._w.device).requires_grad_()
            (weights,) = torch.autograd.grad(self.scalarizer(values), values)
        return weights
