"""EGA: gradients of equal strength, weighted by how slowly each task learns.

With the task gradients as rows of G and ``G G^T = U diag(lambda) U^T``, Algorithm 1 of radarODE-MTL
(Zhang et al., 2024, "Eccentric Gradient Alignment") turns G into ``B G``, whose rows are
orthogonal and all as long as the smallest singular value of G, and steps along their sum under v:

    sigma = sqrt(lambda),  B = sigma_min U diag(1 / sigma) U^T,  g = (B G)^T v = G^T (B v).

The weights of the gradients are therefore ``B v``. From the losses of the last epoch,

    v_i = n softmax_i((L_i / L_i(warm)) / T),

so a task that improved less since the warm-up weighs more; until then v is 1, which is Aligned-MTL
(Senushkin et al., CVPR 2023) with a sum in place of its mean. The released code of radarODE-MTL
uses ``(B 1) * v``, which is another vector once v has left 1.
"""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor
from torchjd.aggregation import Weighting
from torchjd.linalg import PSDMatrix

from radarkit.errors import UserError
from radarkit.mtl.finite import require_finite, require_finite_gramian
from radarkit.mtl.memory import GrowingBuffers
from radarkit.mtl.settings import Epoch, Positive
from radarkit.mtl.strategy import GramianStrategy, TaskWeights

Variant = Literal["algorithm", "released"]


class EGAWeighting(GrowingBuffers, Weighting[PSDMatrix]):
    """Weights of the task gradients from their Gramian.

    Parameters
    ----------
    temperature : float
        T; a small one sharpens the differences between tasks.
    warmup_epochs : int
        The epoch whose mean losses are the reference, counted from 0.
    variant : str
        ``algorithm`` for the published B v, ``released`` for the (B 1) * v of the released code.

    Raises
    ------
    UserError
        When the temperature is not positive, `warmup_epochs` is negative or there is no such
        variant.

    Notes
    -----
    Directions in which G has no extent are left out (B is the pseudo-inverse form), so linearly
    dependent gradients share their weight, a task without gradient has weight 0 and a Gramian of
    zeros gives weights of 0. Which directions these are is decided on the cosines between the
    gradients, not on their lengths: a task is not dropped for having a small gradient.

    The reference losses and v are part of the `state_dict`, and load into a fresh instance.
    """

    growing = ("reference", "v")
    reference: Tensor
    v: Tensor

    def __init__(
        self,
        temperature: float = 1.0,
        warmup_epochs: int = 4,
        variant: Variant = "algorithm",
    ) -> None:
        super().__init__()
        if not 0 < temperature < float("inf"):
            raise UserError(f"an EGA temperature of {temperature}", expected="a positive number")
        if warmup_epochs < 0:
            raise UserError(f"{warmup_epochs} EGA warm-up epochs", expected="0 or more")
        if variant not in ("algorithm", "released"):
            raise UserError(f"an EGA variant {variant!r}", expected="algorithm or released")
        self.temperature = temperature
        self.warmup_epochs = warmup_epochs
        self.variant = variant
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
            B v, or (B 1) * v, in the dtype of the Gramian; the work in between is in float64.

        Raises
        ------
        UserError
            When the Gramian holds NaN or infinity: the training has diverged.
        """
        require_finite_gramian(gramian, _numbered(len(gramian)))
        n = len(gramian)
        v = self.v.to(gramian.device) if self.v.numel() else gramian.new_ones(n).double()
        if v.numel() != n:
            raise ValueError(f"losses of {v.numel()} tasks, but gradients of {n}")
        balance = _balance(gramian.double(), torch.finfo(gramian.dtype).eps)
        weights = balance @ v if self.variant == "algorithm" else balance.sum(dim=1) * v
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
        require_finite(losses, f"mean losses in epoch {epoch}", _numbered(len(losses)))
        if (losses < 0).any():
            raise UserError(
                f"mean losses {losses.tolist()} in epoch {epoch}", expected="losses of 0 or more"
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


class EccentricAlignment(GramianStrategy):
    """EGA as a strategy; the heads get the gradients of their own losses.

    Parameters
    ----------
    tasks : sequence of str
    temperature, warmup_epochs, variant
        See `EGAWeighting`.
    """

    def __init__(
        self,
        tasks: Sequence[str],
        *,
        temperature: Positive = 1.0,
        warmup_epochs: Epoch = 4,
        variant: Variant = "algorithm",
    ) -> None:
        super().__init__(tasks)
        self.weighting = EGAWeighting(temperature, warmup_epochs, variant)

    def end_epoch(self, epoch: int, mean_losses: Sequence[float] | Tensor) -> None:
        """Take note of an epoch; its losses set v for the next one."""
        self.weighting.update(epoch, self._checked(mean_losses))

    def state(self) -> dict[str, Tensor]:
        """Show the eccentric vector v."""
        v = self.weighting.v
        return {"v": v if v.numel() else torch.ones(self.n_tasks).to(v)}

    def _weigh(self, losses: Tensor, gramian: Tensor) -> TaskWeights:
        weights = self.weighting(gramian)
        return TaskWeights(weights, torch.ones_like(weights))


def _numbered(n: int) -> list[str]:
    return [f"task {number}" for number in range(n)]


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
