"""Optimisers and their schedules."""

from collections.abc import Iterable

from torch import nn
from torch.optim import SGD, Optimizer
from torch.optim import AdamW as TorchAdamW
from torch.optim.lr_scheduler import CosineAnnealingLR, LRScheduler, OneCycleLR

from radarkit.training.config import AdamW, Sgd

_LOWEST = 0.01  # of SGD's rate, as published


def build_optimiser(
    config: AdamW | Sgd, parameters: Iterable[nn.Parameter], steps: int
) -> tuple[Optimizer, LRScheduler]:
    """Build an optimiser and the schedule of its learning rate.

    Parameters
    ----------
    config : AdamW or Sgd
        Which.
    parameters : iterable of Parameter
        What it learns.
    steps : int
        Of the whole training; the schedule is stepped with each.

    Returns
    -------
    Optimizer, LRScheduler
    """
    parameters = list(parameters)
    if isinstance(config, Sgd):
        sgd = SGD(
            parameters,
            lr=config.learning_rate,
            momentum=config.momentum,
            weight_decay=config.weight_decay,
        )
        return sgd, CosineAnnealingLR(sgd, steps, eta_min=_LOWEST * config.learning_rate)
    adamw = TorchAdamW(parameters, lr=config.learning_rate, weight_decay=config.weight_decay)
    return adamw, OneCycleLR(adamw, max_lr=config.learning_rate, total_steps=steps)
