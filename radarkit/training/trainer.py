"""Epochs of multi-task steps, and the state from which they go on exactly.

A step is a function of the weights before it and of its number: the order of the windows, how they
are varied and what is dropped are drawn from the seed, the epoch and the step. A training that was
interrupted, even within an epoch, therefore goes on as if it had not been.

A step whose losses or gradients are not finite is left out, with all that it did to batch
statistics; ten in a row end the training.
"""

import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from radarkit.errors import UserError
from radarkit.models import Network
from radarkit.training.config import TrainConfig
from radarkit.training.judge import Judge, validation_losses
from radarkit.training.material import Material
from radarkit.training.objectives import objective_of
from radarkit.training.optimiser import build_optimiser
from radarkit.training.progress import OnStep, Progress, named
from radarkit.training.step import BadStepError, MultiTaskStep
from radarkit.training.world import World

_MOST_BAD_STEPS = 10
_CURE = "lower --learning-rate or look for bad values in the data"
Stop = Callable[[], bool]


class Trainer:
    """A network in training.

    Parameters
    ----------
    model : Network
        The network, on the device of `world`.
    config : TrainConfig
        How to train it.
    material : Material
        What to train it on.
    world : World
        The processes that train together.
    seed : int
        Of what is random in a step.

    Attributes
    ----------
    epoch, step : int
        Epochs finished, and steps of the one that has begun.
    stopped : bool
        Whether it was asked to stop.
    judge : Judge
        Which epoch was the best.
    """

    def __init__(
        self, model: Network, config: TrainConfig, material: Material, world: World, seed: int
    ) -> None:
        self.model, self._config, self._material, self._world = model, config, material, world
        self._seed = seed
        self._objective = objective_of(config.preset, config.length_spread)
        self._tasks = self._objective.tasks
        self.strategy = config.strategy.build(self._tasks).to(world.device)
        self._backward = MultiTaskStep(
            model,
            self.strategy,
            self._objective,
            gradient_space=config.gradient_space,
            precision=config.precision,
            world=world,
        )
        self._optimiser, self._schedule = build_optimiser(
            config.optimiser,
            [*model.parameters(), *self.strategy.learned()],
            config.epochs * material.steps,
        )
        norms = [module for module in model.modules() if isinstance(module, _BatchNorm)]
        self._statistics = [buffer for norm in norms for buffer in norm.buffers()]
        if norms and material.smallest_part < 2:
            raise UserError(
                "parts of one window for a network with batch normalisation",
                expected="at least 2 windows a part",
                do="use larger batches, fewer parts or fewer processes",
            )
        self.judge = Judge(self._objective.judged or self.strategy.judged, config.patience)
        self.epoch, self.step, self.stopped = 0, 0, False
        self._totals = torch.zeros(len(self._tasks), dtype=torch.float64)
        self._taken = self._skipped = self._bad_in_a_row = 0

    @property
    def finished(self) -> bool:
        """Whether all epochs are done, or the last ones brought nothing any more."""
        return self.epoch >= self._config.epochs or self.judge.weary

    def train_epoch(self, on_step: OnStep, stop: Stop) -> dict[str, Any] | None:
        """Train to the end of the epoch and validate.

        Parameters
        ----------
        on_step : callable
            Called with a `Progress` after each step.
        stop : callable
            Asked after each step whether to stop.

        Returns
        -------
        dict, optional
            The epoch in numbers, a line of ``metrics.jsonl``; None if it was stopped before its
            end. Either way `state` says where to go on.

        Raises
        ------
        UserError
            When too many steps could not be taken, with the reason of the last, or a validation
            loss is not finite.
        """
        began, first = time.monotonic(), self.step
        self.model.train()
        for parts in self._material.epoch(self.epoch, first):
            self._learn(parts)
            self.step += 1
            windows = self._material.batch_size * (self.step - first)
            windows_per_s = windows / (time.monotonic() - began)
            on_step(
                Progress(
                    self.epoch,
                    self.step,
                    self._material.steps,
                    named(self._tasks, self._totals / max(self._taken, 1)),
                    self._shown(),
                    windows_per_s,
                    self._skipped,
                )
            )
            self.stopped = self._world.any(stop())
            if self.stopped and self.step < self._material.steps:
                return None
        return self._end_epoch() | {"windows_per_s": windows_per_s}

    def _learn(self, parts: list[Any]) -> None:
        """Take a step, or leave it out."""
        size, key = self._material.batch_size, (self._seed, self.epoch, self.step)
        before = [buffer.clone() for buffer in self._statistics]
        try:
            losses = self._backward(parts, size, key)
            self._clip()
        except BadStepError as error:
            self._restore(before)
            self._skipped += 1
            self._bad_in_a_row += 1
            if self._bad_in_a_row == _MOST_BAD_STEPS:
                raise UserError(
                    f"{_MOST_BAD_STEPS} steps in a row that cannot be taken, the last in epoch "
                    f"{self.epoch + 1}, step {self.step + 1}: {error}",
                    expected="finite losses and gradients",
                    do=_CURE,
                ) from error
        else:
            self._optimiser.step()
            self._totals += losses.double().cpu()
            self._taken += 1
            self._bad_in_a_row = 0
            if self.strategy.looks_back:
                after = [buffer.clone() for buffer in self._statistics]
                self.strategy.after_step(self._backward.losses(parts, size, key))
                self._restore(after)
            self._schedule.step()

    def _clip(self) -> None:
        """Shorten a long gradient; find one that is not finite."""
        longest = self._config.clip_norm or float("inf")
        norm = nn.utils.clip_grad_norm_(self.model.parameters(), longest)
        if not torch.isfinite(norm):
            raise BadStepError(f"a gradient of norm {norm.item():g}")

    def _restore(self, statistics: list[Tensor]) -> None:
        for buffer, value in zip(self._statistics, statistics, strict=True):
            buffer.copy_(value)

    def _end_epoch(self) -> dict[str, Any]:
        if self._taken == 0:
            raise UserError(
                f"no step of epoch {self.epoch + 1} could be taken",
                expected="finite losses and gradients",
                do=_CURE,
            )
        mean, shown = self._totals / self._taken, self._shown()
        # each process has seen other windows; what is judged and saved is one network
        self._world.average([buffer for buffer in self._statistics if buffer.is_floating_point()])
        judged = validation_losses(self.model, self._material, self._objective, self._world)
        self.strategy.end_epoch(self.epoch, mean)
        row: dict[str, Any] = {
            "epoch": self.epoch,
            "train": named(self._tasks, mean),
            "validation": named(self._tasks, judged),
            "validation_score": self.judge.score(judged),
            "learning_rate": self._schedule.get_last_lr()[0],
            "skipped_steps": self._skipped,
            **shown,
        }
        self.epoch, self.step = self.epoch + 1, 0
        self._totals = torch.zeros_like(self._totals)
        self._taken = self._skipped = 0
        return row

    def _shown(self) -> dict[str, dict[str, float]]:
        """Give what the strategy shows, by task."""
        return {name: named(self._tasks, values) for name, values in self.strategy.state().items()}

    def state(self) -> dict[str, Any]:
        """All that `go_on` needs besides the weights and the epoch, in tensors and plain values."""
        return {
            "step": self.step,
            "totals": self._totals.tolist(),
            "taken": self._taken,
            "skipped": self._skipped,
            "bad_in_a_row": self._bad_in_a_row,
            "judge": self.judge.state(),
            "optimiser": self._optimiser.state_dict(),
            "schedule": self._schedule.state_dict(),
            "strategy": self.strategy.state_dict(),
        }

    def go_on(self, weights: dict[str, Tensor], epoch: int, state: dict[str, Any]) -> None:
        """Take up a training where `state` left it, after so many epochs."""
        self.model.load_state_dict(weights)
        self._optimiser.load_state_dict(state["optimiser"])
        self._schedule.load_state_dict(state["schedule"])
        self.strategy.load_state_dict(state["strategy"])
        self.judge.restore(state["judge"])
        self.epoch, self.step = epoch, state["step"]
        self._totals = torch.tensor(state["totals"], dtype=torch.float64)
        self._taken, self._skipped = state["taken"], state["skipped"]
        self._bad_in_a_row = state["bad_in_a_row"]
