"""EGA: gradients of equal strength, weighted by how slowly each task learns.

With the task gradients as rows of G and ``G G^T = U diag(lambda) U^T``, Algorithm 1 of radarODE-MTL
(Zhang et al., 2024; seed, "Eccentric Gradient Alignment") turns G into ``B G``, whose rows are
orthogonal and all as long as the smallest singular value of G, and steps along their sum under v:

    sigma = sqrt(lambda),  B = sigma_min U diag(1 / sigma) U^T,  g = (B G)^T v = G^T (B v).

The weights of the gradients are therefore ``B v``. From the losses of the last epoch,

    v_i = n softmax_i((L_i / L_i(warm)) / T),

so a task that improved less since the warm-up weighs more; until then v is 1, which is Aligned-MTL
(Senushkin et al., CVPR 2023) with a sum in place of its mean. The released code of radarODE-MTL
uses ``(B 1) * v``, which is another vector.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torchjd.aggregation import Weighting
from torchjd.linalg import PSDMatrix

from radarkit.errors import UserError


class EGAWeighting(Weighting[PSDMatrix]):
    """Weights of the task gradients from their Gramian.

    Parameters
    ----------
    temperature : float
        T; a small one sharpens the differences between tasks.
    warmup_epochs : int
        The epoch whose mean losses are the reference.

    Raises
    ------
    UserError
        When the temperature is not positive or `warmup_epochs` is negative.

    Notes
    -----
    Directions in which G has no extent are left out (B is the pseudo-inverse form), so linearly
    dependent gradients share their weight, a task without gradient has weight 0 and a Gramian of
    zeros gives weights of 0. Which directions these are is decided on the cosines between the
    gradients, not on their lengths: a task is not dropped for having a small gradient.

    The reference losses and v are part of the `state_dict`, and load into a fresh instance.
    """

    reference: Tensor
    v: Tensor

    def __init__(self, temperature: float = 1.0, warmup_epochs: int = 4) -> None:
        super().__init__()
        if not temperature > 0:
            raise UserError(f"an EGA temperature of {temperature}", expected="a positive number")
        if warmup_epochs < 0:
            raise UserError(f"{warmup_epochs} EGA warm-up epochs", expected="0 or more")
        self.temperature = temperature
        self.warmup_epochs = warmup_epochs
        # empty until the number of tasks and their losses are known
        self.register_buffer("reference", torch.empty(0, dtype=torch.float64))
        self.register_buffer("v", torch.empty(0, dtype=torch.float64))

    def forward(self, gramian: PSDMatrix, /) -> Tensor:
        """Weigh the gradients.

        Parameters
        ----------
        gramian : (tasks, tasks)
            Inner products of the task gradients.

        Returns
        -------
        (tasks,)
            B v, in the dtype of the Gramian; the work in between is in float64.

        Raises
        ------
        UserError
            When the Gramian holds NaN or infinity: the training has diverged.
        """
        bad = ~torch.isfinite(gramian).all(dim=1)
        if bad.any():
            raise UserError(
                f"gradients with NaN or infinity (tasks {torch.nonzero(bad).flatten().tolist()})",
                expected="finite gradients",
                do="lower the learning rate or look for bad values in the data",
            )
        n = len(gramian)
        v = self.v.to(gramian.device) if self.v.numel() else gramian.new_ones(n).double()
        if v.numel() != n:
            raise ValueError(f"losses of {v.numel()} tasks, but gradients of {n}")
        weights = _balance(gramian.double(), torch.finfo(gramian.dtype).eps) @ v
        return weights.to(gramian.dtype)

    def update(self, epoch: int, mean_losses: Sequence[float] | Tensor) -> None:
        """Take note of an epoch that ended; its losses set v for the next one.

        Parameters
        ----------
        epoch : int
            Its number. At `warmup_epochs` the losses become the reference.
        mean_losses : (tasks,)
            Mean training loss of each task in that epoch, 0 or more.

        Raises
        ------
        UserError
            When a loss is negative, NaN or infinite.
        RuntimeError
            When the warm-up epoch was never seen.
        """
        losses = torch.as_tensor(mean_losses, dtype=torch.float64, device=self.v.device).detach()
        if not (torch.isfinite(losses) & (losses >= 0)).all():
            raise UserError(
                f"mean losses {losses.tolist()} in epoch {epoch}",
                expected="finite losses of 0 or more",
                do="lower the learning rate or look for bad values in the data",
            )
        if epoch < self.warmup_epochs:
            return
        if epoch == self.warmup_epochs:
            self.reference = losses.clone()
        elif not self.reference.numel():
            raise RuntimeError(f"epoch {epoch} came before the warm-up epoch {self.warmup_epochs}")
        # a task that was solved at the warm-up has no ratio to speak of; eps keeps it finite
        ratio = losses / self.reference.clamp_min(torch.finfo(torch.float64).eps)
        self.v = len(losses) * torch.softmax(ratio / self.temperature, dim=0)

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *rest: Any) -> None:
        for name in ("reference", "v"):
            saved = state_dict.get(prefix + name)
            if isinstance(saved, Tensor):
                # the size is the number of tasks, which a fresh instance does not know
                setattr(self, name, saved.new_empty(saved.shape, device=self.v.device))
        super()._load_from_state_dict(state_dict, prefix, *rest)


def _balance(gramian: Tensor, eps: float) -> Tensor:
    """B of Algorithm 1 over the directions in which the gradients extend.

    Parameters
    ----------
    gramian : (n, n) float64
    eps : float
        Relative accuracy of its entries.
    """
    n = len(gramian)
    length = gramian.diagonal().clamp_min(0).sqrt()
    unit = torch.where(length > 0, 1 / length, 0.0)
    # Rounding perturbs an entry in proportion to the lengths of its two gradients, so only after
    # dividing by them does a small eigenvalue mean dependence rather than a small gradient.
    cosines = torch.linalg.eigvalsh(unit[:, None] * gramian * unit)
    rank = int((cosines > n * eps * cosines[-1]).sum())
    eigenvalues, U = torch.linalg.eigh(gramian)  # ascending
    floor = n * torch.finfo(torch.float64).eps * eigenvalues[-1]
    rank = min(rank, int((eigenvalues > floor).sum()))
    if rank == 0:
        return torch.zeros_like(gramian)
    sigma, U = eigenvalues[n - rank :].sqrt(), U[:, n - rank :]
    balance: Tensor = sigma[0] * (U / sigma) @ U.T
    return balance
