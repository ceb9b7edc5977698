"""MoCo (Fernando et al., ICLR 2023): gradients tracked over the steps, then weighed.

Stochastic gradients bias the weights that are made of them. So each task's gradient is followed by
a running mean y_i, and the weights descend the norm of the means' combination step by step:

    y_i <- y_i - beta_k (y_i - L_i g_i / |g_i|),
    lambda <- softmax(lambda - gamma_k (Y Y^T + rho I) lambda),  step Y^T lambda,

with beta_k = beta / k^sigma_beta at step k and gamma_k alike. The gradients scaled to their losses
and the softmax in place of a projection on the simplex are those of the authors' code and LibMTL.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from radarkit.mtl.memory import GrowingBuffers
from radarkit.mtl.settings import NonNegative, Positive
from radarkit.mtl.strategy import JacobianStrategy


class MoCo(GrowingBuffers, JacobianStrategy):
    """MoCo; keeps a gradient of the shared parameters for each task.

    Parameters
    ----------
    tasks : sequence of str
    beta, beta_sigma : float
        Rate of the running means and the power of the step by which it falls.
    gamma, gamma_sigma : float
        The same for the weights.
    rho : float
        Pull of the weights towards equality.
    """

    spaces = ("parameters",)
    growing = ("tracked",)
    tracked: Tensor
    weights: Tensor
    step: Tensor

    def __init__(
        self,
        tasks: Sequence[str],
        *,
        beta: Positive = 0.5,
        beta_sigma: NonNegative = 0.5,
        gamma: NonNegative = 0.1,
        gamma_sigma: NonNegative = 0.5,
        rho: NonNegative = 0.0,
    ) -> None:
        super().__init__(tasks)
        self.beta, self.beta_sigma = beta, beta_sigma
        self.gamma, self.gamma_sigma, self.rho = gamma, gamma_sigma, rho
        self.register_buffer("tracked", torch.empty(0))
        equal = torch.ones(self.n_tasks, dtype=torch.float64) / self.n_tasks
        self.register_buffer("weights", equal)
        self.register_buffer("step", torch.zeros((), dtype=torch.int64))

    def state(self) -> dict[str, Tensor]:
        """Weights of the tracked gradients."""
        return {"weights": self.weights}

    def _combine(self, losses: Tensor, jacobian: Tensor) -> Tensor:
        if not self.tracked.numel():
            self.tracked = torch.zeros_like(jacobian)
        elif self.tracked.shape != jacobian.shape:
            raise ValueError(f"{jacobian.shape[1]} parameters after {self.tracked.shape[1]}")
        self.step += 1
        k = int(self.step)
        tracked = self.tracked.to(jacobian)
        lengths = torch.linalg.vector_norm(jacobian, dim=1).double()
        scales = torch.where(lengths > 0, losses.to(lengths) / lengths, 0.0).to(jacobian)
        rate = self.beta / k**self.beta_sigma
        # in place: each mean is as large as the network
        tracked.mul_(1 - rate).addcmul_(jacobian, rate * scales[:, None])
        products = (tracked @ tracked.T).double()
        weights = self.weights.to(products)
        pull = products @ weights + self.rho * weights
        weights = torch.softmax(weights - self.gamma / k**self.gamma_sigma * pull, dim=0)
        self.tracked, self.weights = tracked, weights
        return weights.to(tracked) @ tracked
