"""Training: epochs of multi-task steps, validation, and the best checkpoint."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader

from radarkit.datasets.loading import Window, WindowDataset
from radarkit.datasets.reader import Dataset
from radarkit.datasets.splits import split_by_subject
from radarkit.errors import UserError
from radarkit.models import ModelConfig, RadarOdeMtl, build_model
from radarkit.mtl import EGAWeighting, build_weighting
from radarkit.training.checkpoint import save_checkpoint
from radarkit.training.config import TrainConfig
from radarkit.training.losses import TASKS, task_losses
from radarkit.training.reference import Reference
from radarkit.training.run import BEST, LAST, METRICS, RunRecord
from radarkit.training.step import multi_task_backward
from radarkit.versions import versions_of

_CLIP_NORM = 1.0  # a burst of noise in one batch must not throw the network
OnBatch = Callable[[int, int, int, dict[str, float]], None]
Loader = DataLoader[Window]


def train(
    data: Path, config: TrainConfig, folder: Path, on_batch: OnBatch = lambda *_: None
) -> RunRecord:
    """Train a network and leave a run in `folder`.

    Parameters
    ----------
    data : Path
        Data set, a file or a folder of shards.
    config : TrainConfig
        What to train and how.
    folder : Path
        An existing empty folder; see `radarkit.training.run` for what will be in it.
    on_batch : callable
        Called after each step with the epoch, the steps done of it, the steps it has, and the
        losses so far.

    Returns
    -------
    RunRecord
        As saved.

    Raises
    ------
    UserError
        When the data cannot be trained on, or a loss stops being finite.
    """
    split_seed, model_seed, order_seed, shift_seed = (
        int(state) for state in np.random.SeedSequence(config.seed).generate_state(4)
    )
    dataset = Dataset(data)
    split = split_by_subject(dataset.subjects, seed=split_seed)
    noise = config.noise
    windows = WindowDataset(dataset, split.train, config.window, seed=shift_seed, noise=noise)
    validation = WindowDataset(dataset, split.validation, config.window, noise=noise)
    model_config = _model_config(dataset, config)
    record = RunRecord(
        train=config,
        model=model_config,
        split=split,
        reference=Reference.learn(
            [dataset.recording(trial) for trial in dataset.trials if trial.subject in split.train]
        ),
        data=_describe(dataset),
        versions=versions_of("numpy", "scipy", "torch", "torchjd"),
    )
    record.save(folder)

    torch.manual_seed(model_seed)
    model = build_model(model_config)
    order = torch.Generator().manual_seed(order_seed)
    # a last batch of one window would have no batch statistics
    alone = len(windows) % config.batch_size == 1 and len(windows) > 1
    loader = DataLoader(windows, config.batch_size, shuffle=True, generator=order, drop_last=alone)
    judge = DataLoader(validation, config.batch_size)
    steps = config.epochs * len(loader)
    optimiser, schedule = _optimiser(model, config, steps)
    ega = {"temperature": config.temperature, "warmup_epochs": config.warmup_epochs}
    settings = ega if config.strategy == "ega" else {}
    weighting = build_weighting(config.strategy, len(TASKS), **settings)

    first_loss: Tensor | None = None
    best = float("inf")
    for epoch in range(config.epochs):
        began = time.monotonic()
        windows.set_epoch(epoch)
        losses = _train_epoch(
            model, loader, optimiser, schedule, weighting, config, epoch, on_batch
        )
        judged = _validate(model, judge, config)
        if isinstance(weighting, EGAWeighting):
            weighting.update(epoch, losses)
        first_loss = judged if first_loss is None else first_loss
        score = float((judged / first_loss).mean())  # scale-free, all tasks count the same
        kept: dict[str, Any] = {
            "model": model,
            "config": model_config,
            "weighting": weighting.state_dict(),
            "epoch": epoch,
        }
        save_checkpoint(folder / LAST, **kept)
        if score < best:
            best = score
            save_checkpoint(folder / BEST, **kept)
        row = {
            "epoch": epoch,
            "train": _named(losses),
            "validation": _named(judged),
            "validation_score": score,
            "learning_rate": schedule.get_last_lr()[0],
            "windows_per_s": len(windows) / (time.monotonic() - began),
        }
        if isinstance(weighting, EGAWeighting):
            v = weighting.v if weighting.v.numel() else torch.ones(len(TASKS))  # until the warm-up
            row["eccentric_vector"] = _named(v)
        with (folder / METRICS).open("a") as lines:
            lines.write(json.dumps(row) + "\n")
    return record


def _train_epoch(
    model: RadarOdeMtl,
    loader: Loader,
    optimiser: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
    weighting: Any,
    config: TrainConfig,
    epoch: int,
    on_batch: OnBatch,
) -> Tensor:
    """Mean losses of one epoch of steps."""
    model.train()
    total, seen = torch.zeros(len(TASKS)), 0
    for batch, window in enumerate(_prefetched(loader), start=1):
        losses = multi_task_backward(
            model,
            window,
            weighting,
            gradient_space=config.gradient_space,
            length_spread=config.length_spread,
        )
        if not torch.isfinite(losses).all():
            raise UserError(
                f"the losses became {_named(losses)} in epoch {epoch}, batch {batch}",
                expected="finite losses",
                do="lower --learning-rate",
            )
        torch.nn.utils.clip_grad_norm_(model.parameters(), _CLIP_NORM)
        optimiser.step()
        schedule.step()
        size = len(window.spectrogram)
        total, seen = total + losses * size, seen + size
        on_batch(epoch, batch, len(loader), _named(total / seen))
    return total / seen


@torch.no_grad()
def _validate(model: RadarOdeMtl, loader: Loader, config: TrainConfig) -> Tensor:
    """Mean losses over the validation subjects."""
    model.eval()
    total, seen = torch.zeros(len(TASKS)), 0
    for window in _prefetched(loader):
        size = len(window.spectrogram)
        losses = task_losses(model(window.spectrogram), window, config.length_spread)
        total, seen = total + losses * size, seen + size
    return total / seen


def _prefetched(loader: Loader) -> Iterator[Window]:
    """Read the next batch while the network is busy with this one."""
    batches = iter(loader)
    with ThreadPoolExecutor(1) as reader:
        pending = reader.submit(next, batches, None)
        while (window := pending.result()) is not None:
            pending = reader.submit(next, batches, None)
            yield window


def _optimiser(
    model: RadarOdeMtl, config: TrainConfig, steps: int
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    parameters = list(model.parameters())
    if config.optimiser == "sgd":
        sgd = torch.optim.SGD(
            parameters,
            lr=config.learning_rate,
            momentum=0.937,
            weight_decay=config.weight_decay,
        )
        lowest = config.learning_rate / 100
        return sgd, torch.optim.lr_scheduler.CosineAnnealingLR(sgd, steps, eta_min=lowest)
    adamw = torch.optim.AdamW(parameters, lr=config.learning_rate, weight_decay=config.weight_decay)
    return adamw, torch.optim.lr_scheduler.OneCycleLR(
        adamw, max_lr=config.learning_rate, total_steps=steps
    )


def _model_config(dataset: Dataset, config: TrainConfig) -> ModelConfig:
    sizes = {(t.channels, t.rows, config.window.frames(t.frame_rate_hz)) for t in dataset.trials}
    if len(sizes) > 1:
        raise UserError(
            f"trials of different sizes (channels, rows, frames of a window): {sorted(sizes)}",
            expected="one size in all trials",
            do="extract them with the same --channels",
        )
    channels, rows, frames = sizes.pop()
    return ModelConfig(preset=config.preset, channels=channels, rows=rows, frames=frames)


def _describe(dataset: Dataset) -> dict[str, Any]:
    wanted = ("schema_version", "radarkit_version", "config_json", "seed")
    found = dataset.attributes
    described = {key: found[key] for key in wanted if key in found}
    return {
        "name": dataset.path.name,
        **{k: v.item() if isinstance(v, np.generic) else v for k, v in described.items()},
    }


def _named(losses: Tensor) -> dict[str, float]:
    return dict(zip(TASKS, losses.tolist(), strict=True))
