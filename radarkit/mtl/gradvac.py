"""GradVac (Wang et al., ICLR 2021): gradients are turned until they agree as much as usual.

For each ordered pair of tasks, where the cosine phi of their gradients is below its running mean
phi^, a multiple of the second is added to the first so that it becomes phi^. The sum is the step.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torchjd.aggregation import GradVacWeighting

from radarkit.mtl.gramian_balancing import unit_gramian
from radarkit.mtl.settings import Fraction
from radarkit.mtl.strategy import GramianStrategy, TaskWeights


class GradVac(GramianStrategy):
    """GradVac; the order of the pairs is random, from torch's global generator.

    Parameters
    ----------
    tasks : sequence of str
    beta : float
        Share of the newest cosine in the running means.
    """

    cosines: Tensor

    def __init__(self, tasks: Sequence[str], *, beta: Fraction = 0.5) -> None:
        super().__init__(tasks)
        self._weighting = GradVacWeighting(beta)
        self.register_buffer("cosines", torch.zeros(self.n_tasks, self.n_tasks).double())

    def _weigh(self, losses: Tensor, gramian: Tensor) -> TaskWeights:
        # torchjd keeps the means where no saved state finds them: they are lent to it
        self._weighting.register_buffer("_phi_t", self.cosines.to("cpu", copy=True))
        self._weighting._state_key = (self.n_tasks, gramian.dtype)
        weights = self._weighting(unit_gramian(gramian))
        self.cosines = self._weighting.get_buffer("_phi_t").to(self.cosines.device)
        self._weighting.reset()
        # towards a gradient of zero the formula divides by its guard
        weights = torch.where(gramian.diagonal() > 0, weights, 1.0)
        return TaskWeights(weights, torch.ones_like(weights))
