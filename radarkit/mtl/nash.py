"""Nash-MTL (Navon et al., ICML 2022): the step that tasks would agree on in bargaining.

Its weights solve G G^T alpha = 1 / alpha, starting from the last solution, so the step has the
length sqrt(n) before it is cut to the longest that is allowed.
"""

import warnings
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torchjd.aggregation import NashMTL

from radarkit.mtl.gramian_balancing import unit_gramian
from radarkit.mtl.settings import Count, NonNegative
from radarkit.mtl.strategy import GramianStrategy, TaskWeights


class NashBargaining(GramianStrategy):
    """Nash-MTL.

    Parameters
    ----------
    tasks : sequence of str
    max_norm : float
        Longest step; 0 leaves it as long as it is.
    update_every : int
        Batches that share one solution.
    iterations : int
        Of the solver.
    """

    def __init__(
        self,
        tasks: Sequence[str],
        *,
        max_norm: NonNegative = 1.0,
        update_every: Count = 1,
        iterations: Count = 20,
    ) -> None:
        super().__init__(tasks)
        self.max_norm = max_norm
        self._bargain = NashMTL(self.n_tasks, max_norm, update_every, iterations).weighting

    def get_extra_state(self) -> dict[str, Any]:
        """Count of the batches and the last solution, numpy arrays in torchjd."""
        alpha = torch.as_tensor(self._bargain.prvs_alpha).clone()
        return {"step": float(self._bargain.step), "alpha": alpha}

    def set_extra_state(self, state: dict[str, Any]) -> None:
        """Take up what `get_extra_state` gave."""
        self._bargain.reset()
        self._bargain.step = state["step"]
        self._bargain.prvs_alpha = state["alpha"].cpu().numpy()
        if state["step"] > 0:  # torchjd states the problem at step 0 only
            self._bargain._init_optim_problem()

    def _weigh(self, losses: Tensor, gramian: Tensor) -> TaskWeights:
        heads = torch.ones_like(losses)
        if not gramian.any():  # nothing to bargain about
            return TaskWeights(torch.zeros_like(losses), heads)
        longest = gramian.diagonal().max().sqrt()
        if self.n_tasks == 1:  # a step of length 1, which torchjd cannot state as a problem
            allowed = min(self.max_norm, 1.0) if self.max_norm else 1.0
            return TaskWeights((allowed / longest).reshape(1), heads)
        # alpha of s G is alpha of G over s, and a solver likes numbers near 1
        eigenvalues, vectors = torch.linalg.eigh(unit_gramian(gramian))
        root = vectors * eigenvalues.clamp_min(0).sqrt()  # any rows of this Gramian do
        with warnings.catch_warnings():
            # of inexact solutions, which are taken, and of zero gradients, which are not solved for
            warnings.simplefilter("ignore")
            return TaskWeights(self._bargain(root) / longest, heads)
