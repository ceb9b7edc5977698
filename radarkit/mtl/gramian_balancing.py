"""Strategies that are a function of the Gramian alone: torchjd's, in their published size.

None of them depends on the unit of the losses. torchjd's guards against division by zero do, so the
Gramian is first divided by its longest gradient.
"""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor
from torchjd.aggregation import (
    AlignedMTLWeighting,
    CAGradWeighting,
    MGDAWeighting,
    PCGradWeighting,
    SumWeighting,
    UPGradWeighting,
    Weighting,
)
from torchjd.linalg import PSDMatrix

from radarkit.mtl.settings import Count, NonNegative, Positive
from radarkit.mtl.strategy import GramianStrategy, TaskWeights


def unit_gramian(gramian: Tensor) -> Tensor:
    """Scale a Gramian so that its longest gradient has length 1; one of zeros stays as it is."""
    longest = gramian.diagonal().max()
    return gramian / longest if longest > 0 else gramian


class GramianWeighting(GramianStrategy):
    """A torchjd weighting; the heads get the gradients of their own losses.

    Parameters
    ----------
    tasks : sequence of str
    weighting : torchjd Weighting
        Does not depend on the scale of the Gramian but for its guards.
    size : float
        Factor of its weights.
    """

    def __init__(
        self, tasks: Sequence[str], weighting: Weighting[PSDMatrix], size: float = 1.0
    ) -> None:
        super().__init__(tasks)
        self.weighting, self.size = weighting, size

    def _weigh(self, losses: Tensor, gramian: Tensor) -> TaskWeights:
        weights = self.size * self.weighting(unit_gramian(gramian))
        return TaskWeights(weights, torch.ones_like(weights))


class CAGrad(GramianWeighting):
    """CAGrad (Liu et al., NeurIPS 2021): the best for the worst task within a ball around the mean.

    With the mean gradient g_0, the step is (g_0 + c |g_0| g_w / |g_w|) / (1 + c^2), where w on the
    simplex minimises g_w g_0 + c |g_0| |g_w|. Where g_w vanishes nothing helps all tasks: no step.

    Parameters
    ----------
    tasks : sequence of str
    c : float
        Radius of the ball over |g_0|.
    """

    def __init__(self, tasks: Sequence[str], *, c: NonNegative = 0.5) -> None:
        super().__init__(tasks, CAGradWeighting(c), size=1 / (1 + c**2))


class MGDA(GramianWeighting):
    """MGDA (Sener and Koltun, NeurIPS 2018): the shortest convex combination of the gradients.

    Parameters
    ----------
    tasks : sequence of str
    epsilon : float
        Step of the Frank-Wolfe solver at which it stops.
    max_iterations : int
        When it stops at the latest.
    """

    def __init__(
        self, tasks: Sequence[str], *, epsilon: Positive = 1e-3, max_iterations: Count = 100
    ) -> None:
        super().__init__(tasks, MGDAWeighting(epsilon, max_iterations))


class PCGrad(GramianWeighting):
    """PCGrad (Yu et al., NeurIPS 2020): conflicts are projected out pair by pair, then summed.

    The order of the pairs is random, from torch's global generator.
    """

    def __init__(self, tasks: Sequence[str]) -> None:
        super().__init__(tasks, PCGradWeighting())


class UPGrad(GramianWeighting):
    """UPGrad (Quinton and Rey, 2024): the mean of the gradients, each made to harm no task."""

    def __init__(self, tasks: Sequence[str]) -> None:
        super().__init__(tasks, UPGradWeighting())


class AlignedMTL(GramianWeighting):
    """Aligned-MTL (Senushkin et al., CVPR 2023): gradients made orthogonal and equal, then summed.

    Parameters
    ----------
    tasks : sequence of str
    scale_mode : str
        Singular value that becomes their length: the smallest, the median, or ``rmse``, the root of
        the mean square.
    """

    def __init__(
        self, tasks: Sequence[str], *, scale_mode: Literal["min", "median", "rmse"] = "min"
    ) -> None:
        aligned = AlignedMTLWeighting(scale_mode=scale_mode)
        aligned.weighting = SumWeighting()  # a preference of ones, in the dtype of any Gramian
        super().__init__(tasks, aligned)
