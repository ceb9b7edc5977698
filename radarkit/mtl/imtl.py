"""IMTL (Liu et al., ICLR 2021): learned scales of the losses, then impartial gradients.

IMTL-L learns s by descending sum e^(s_i) L_i - s_i, which holds e^(s_i) L_i near 1. IMTL-G weighs
the gradients of the scaled losses so that their sum, of weights 1 in all, has equal projections on
all of them. The heads get the gradients of the scaled losses.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torchjd.aggregation import IMTLGWeighting
from torchjd.scalarization import IMTLL

from radarkit.mtl.gramian_balancing import unit_gramian
from radarkit.mtl.loss_balancing import loss_weights
from radarkit.mtl.strategy import GramianStrategy, TaskWeights


class ImpartialLearning(GramianStrategy):
    """IMTL, both parts."""

    def __init__(self, tasks: Sequence[str]) -> None:
        super().__init__(tasks)
        self.scalarizer = IMTLL(self.n_tasks)
        self._weighting = IMTLGWeighting()

    def learned(self) -> list[nn.Parameter]:
        """Give the logarithms s of the scales."""
        return [self.scalarizer.log_scale]

    def state(self) -> dict[str, Tensor]:
        """Show the scales of the losses."""
        return {"scales": torch.exp(self.scalarizer.log_scale.detach())}

    def _weigh(self, losses: Tensor, gramian: Tensor) -> TaskWeights:
        values = losses.to(self.scalarizer.log_scale.device)
        scales = loss_weights(self.scalarizer, values).cpu()
        shared = self._weighting(unit_gramian(scales[:, None] * gramian * scales))
        return TaskWeights(shared * scales, scales)
