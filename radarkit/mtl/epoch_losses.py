"""Loss balancing by the mean losses of earlier epochs."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torchjd.scalarization import DWA, STCH

from radarkit.mtl.loss_balancing import SOLVED, loss_weights
from radarkit.mtl.settings import Epoch, Positive
from radarkit.mtl.strategy import LossStrategy


class DynamicWeightAverage(LossStrategy):
    """DWA: a task that fell less from one epoch to the next weighs more (Liu et al., CVPR 2019).

    The weights are n softmax((L_i(t - 1) / L_i(t - 2)) / T), and 1 until two epochs have ended.

    Parameters
    ----------
    tasks : sequence of str
    temperature : float
        T.
    """

    means: Tensor

    def __init__(self, tasks: Sequence[str], *, temperature: Positive = 2.0) -> None:
        super().__init__(tasks)
        self.temperature = temperature
        # of the last two epochs; NaN where there was none yet
        self.register_buffer("means", torch.full((2, self.n_tasks), torch.nan).double())

    def end_epoch(self, epoch: int, mean_losses: Sequence[float] | Tensor) -> None:
        """Keep the losses of the last two epochs."""
        newest = self._checked(mean_losses).to(self.means.device)
        self.means = torch.stack((self.means[1], newest.clamp_min(SOLVED)))

    def state(self) -> dict[str, Tensor]:
        """Show the weights of the losses."""
        return {"weights": self._weigh(self.means[1])}

    def _weigh(self, losses: Tensor) -> Tensor:
        average = DWA(self.temperature)
        for mean in self.means[~self.means.isnan().any(dim=1)]:
            average(mean)
            average.step()
        return loss_weights(average, torch.ones_like(losses, device=self.means.device))


class SmoothTchebycheff(LossStrategy):
    """STCH: the smooth maximum of the losses' logarithms (Lin et al., ICML 2024).

    Up to the warm-up epoch sum log L_i; its mean losses z are the reference of

        n mu log sum exp(log(L_i / z_i) / mu).

    Parameters
    ----------
    tasks : sequence of str
    mu : float
        Smoothing; a small one comes close to the maximum.
    warmup_epochs : int
        The epoch whose mean losses are z, counted from 0.
    """

    nadir: Tensor

    def __init__(
        self, tasks: Sequence[str], *, mu: Positive = 1.0, warmup_epochs: Epoch = 4
    ) -> None:
        super().__init__(tasks)
        self.warmup_epochs = warmup_epochs
        self._scalarizer = STCH(mu, torch.ones(self.n_tasks).double())
        # z; NaN until the warm-up epoch ended
        self.register_buffer("nadir", torch.full((self.n_tasks,), torch.nan).double())

    def end_epoch(self, epoch: int, mean_losses: Sequence[float] | Tensor) -> None:
        """Take the losses of the warm-up epoch as reference."""
        if epoch == self.warmup_epochs:
            self.nadir = self._checked(mean_losses).to(self.nadir.device).clamp_min(SOLVED)

    def _weigh(self, losses: Tensor) -> Tensor:
        losses = losses.cpu()
        solved, known = losses <= SOLVED, losses.clamp_min(SOLVED)
        if self.nadir.isnan().any():
            weights = 1 / known
        else:
            logarithms = torch.log(known / self.nadir.cpu())
            weights = self.n_tasks * loss_weights(self._scalarizer, logarithms) / known
        return torch.where(solved, 0.0, weights)
