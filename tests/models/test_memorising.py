"""One batch of windows learned by heart: gradients reach what they must, and nothing is in the way.

AdamW must forget early gradients soon (second moments over 20 steps): the last layers of the
published shape head give outputs of many times the target at first, and the usual memory of 1000
steps holds back the rates of all that follows them. Dropout is off: it is there to prevent this.
"""

from typing import NamedTuple

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from radarkit.datasets.loading import Window
from radarkit.models import ModelConfig, build_model
from radarkit.mtl import STRATEGIES, build_strategy
from radarkit.training.losses import TASKS
from radarkit.training.objectives import ThreeTasks
from radarkit.training.step import MultiTaskStep

CHANNELS = 2
EPOCH = 10  # steps after which a strategy is told that an epoch ended


class Errors(NamedTuple):
    """Shape and anchors as shares of the variance of their targets, length in classes."""

    shape: float
    length: int
    anchors: float


KNOWN = Errors(shape=0.05, length=2, anchors=0.05)
# steps of those that follow an average of past gradients, or move their weights slowly
PATIENCE = {"cagrad": 400, "moco": 400, "famo": 400}


def four_hearts(rows):
    """Make windows and targets of four hearts.

    A window shows a burst after every R peak, in a band that differs between the hearts, as do
    their rates and cycles.
    """
    heart = torch.arange(4.0)[:, None]
    length = torch.tensor([120, 150, 180, 210])
    r_peaks = 400 + 10 * heart + (length + 1)[:, None] * torch.arange(-4.0, 5)
    frame, row = torch.arange(120.0) * 800 / 120, torch.arange(rows) / rows
    bursts = torch.exp(-0.5 * ((frame - 20 - r_peaks[..., None]) / 15) ** 2).amax(1)
    band = torch.exp(-0.5 * ((row - 0.2 - 0.2 * heart) / 0.1) ** 2)
    x = (band[:, :, None] * bursts[:, None]).unsqueeze(1).expand(-1, CHANNELS, -1, -1)
    x = (x + 0.1 * torch.rand(x.shape, generator=torch.Generator().manual_seed(0))) / 1.1
    points = torch.arange(200.0)
    shape = torch.exp(-0.5 * ((points - 70) / (3 + 0.5 * heart)) ** 2)
    shape = shape + 0.3 * torch.exp(-0.5 * ((points - 110 - 10 * heart) / 12) ** 2)
    anchors = torch.exp(-0.5 * ((torch.arange(800.0) - r_peaks[..., None]) / 4) ** 2).amax(1)
    return x, (shape, length, anchors)


def errors(prediction, targets):
    shape, length, anchors = targets
    return Errors(
        (F.mse_loss(prediction.shape, shape) / shape.var(correction=0)).item(),
        int((prediction.length_logits.argmax(1) - length).abs().max()),
        (F.mse_loss(prediction.anchors, anchors) / anchors.var(correction=0)).item(),
    )


def train_without_dropout(model):
    model.train()
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.eval()


@torch.no_grad()
def settle(model, x):
    """Take the statistics of batch normalisation from the batch as it is predicted now."""
    for module in model.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.reset_running_stats()
            module.momentum = None  # the mean over all that follows, which is one batch
    train_without_dropout(model)
    model(x)
    model.eval()


def learn_by_heart(preset, *, strategy="ega", rows=71, steps, trunk_rate, head_rate, **settings):
    """Train on one batch; return what is left of the errors in evaluation mode."""
    torch.manual_seed(0)
    model = build_model(ModelConfig(preset=preset, channels=CHANNELS, rows=rows))
    train_without_dropout(model)
    x, targets = four_hearts(rows)
    weighting = build_strategy(strategy, TASKS, **settings)
    multi_task = MultiTaskStep(model, weighting, ThreeTasks(length_spread=0))
    groups = [
        {"params": list(model.shared_parameters()), "lr": trunk_rate},
        {"params": [*model.head_parameters(), *weighting.learned()], "lr": head_rate},
    ]
    optimiser = torch.optim.AdamW(groups, betas=(0.9, 0.95))
    rates = [trunk_rate, head_rate]
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rates, total_steps=steps)
    batch = [Window(x, *targets)]
    for number in range(steps):
        losses = multi_task(batch, len(x))
        optimiser.step()
        if weighting.looks_back:
            weighting.after_step(multi_task.losses(batch, len(x)))
        if number % EPOCH == EPOCH - 1:
            weighting.end_epoch(number // EPOCH, losses)
        schedule.step()
    settle(model, x)
    with torch.no_grad():
        return errors(model(x), targets)


def test_the_mean_of_the_targets_is_no_memory():
    """What the thresholds below must be under to show that the hearts are told apart."""
    _, (shape, _, anchors) = four_hearts(71)
    mean = [target.mean(0).expand_as(target) for target in (shape, anchors)]
    assert F.mse_loss(mean[0], shape) / shape.var(correction=0) > 0.09
    assert F.mse_loss(mean[1], anchors) / anchors.var(correction=0) > 0.5


def test_compact_learns_a_batch_by_heart():
    assert_learned(learn_compact())


@pytest.mark.slow
@pytest.mark.parametrize("strategy", sorted(set(STRATEGIES) - {"single-task", "ega"}))
def test_every_strategy_learns_a_batch_by_heart(strategy):
    assert_learned(learn_compact(strategy=strategy, steps=PATIENCE.get(strategy, 120)))


@pytest.mark.slow
@pytest.mark.parametrize("task", TASKS)
def test_a_single_task_learns_a_batch_by_heart(task):
    left = learn_compact(strategy="single-task", task=task)
    assert getattr(left, task) <= getattr(KNOWN, task)


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["paper", "paper-temporal"])
def test_the_published_network_learns_a_batch_by_heart(preset):
    assert_learned(learn_by_heart(preset, steps=100, trunk_rate=3e-4, head_rate=1e-2))


def learn_compact(*, steps=120, **strategy):
    return learn_by_heart(
        "compact", rows=18, steps=steps, trunk_rate=3e-3, head_rate=3e-3, **strategy
    )


def assert_learned(left):
    assert left.shape <= KNOWN.shape
    assert left.length <= KNOWN.length
    assert left.anchors <= KNOWN.anchors
