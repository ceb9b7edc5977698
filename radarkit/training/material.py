"""What a network is trained on and chosen by: windows of a data set, split by subject."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

import numpy as np
from torch.utils.data import DataLoader, Subset

from radarkit.datasets.reader import Dataset
from radarkit.datasets.splits import Split
from radarkit.errors import UserError
from radarkit.models import ModelConfig, framework_of
from radarkit.training.batches import Batches
from radarkit.training.config import TrainConfig
from radarkit.training.opening import open_windows
from radarkit.training.world import World

Loader = DataLoader[Any]


class Material:
    """Batches of training windows, and all validation windows.

    Parameters
    ----------
    dataset : Dataset
        Where the trials are.
    split : Split
        Whose trials are for what.
    config : TrainConfig
        How windows are cut and batched.
    world : World
        The processes they are shared out to.
    order_seed, shift_seed : int
        Of the order of the windows, and of how they are varied.
    workers : int
        Processes that read windows; without any a thread does.

    Attributes
    ----------
    steps : int
        Of an epoch.
    batch_size : int
        Windows of a step, over all processes.
    smallest_part : int
        Windows of the smallest part of a batch.
    """

    def __init__(
        self,
        dataset: Dataset,
        split: Split,
        config: TrainConfig,
        world: World,
        *,
        order_seed: int,
        shift_seed: int,
        workers: int,
    ) -> None:
        cut, noise = config.window, config.noise
        self._accumulate = config.accumulate
        framework = framework_of(config.preset)
        self._windows, self._to_device = open_windows(
            framework, dataset, split.train, cut, world.device, seed=shift_seed, noise=noise
        )
        judged, self._judged_to_device = open_windows(
            framework, dataset, split.validation, cut, world.device, noise=noise
        )
        self._batches = Batches(
            len(self._windows),
            config.batch_size,
            config.accumulate,
            world.rank,
            world.size,
            order_seed,
        )
        self.steps, self.batch_size = self._batches.steps, self._batches.batch_size
        self.smallest_part = self._batches.smallest
        on_gpu = world.device.type == "cuda"
        self._training: Loader = DataLoader(
            self._windows,
            batch_sampler=self._batches,
            num_workers=workers,
            persistent_workers=workers > 0,
            pin_memory=on_gpu,
        )
        own: Subset[Any] = Subset(judged, range(world.rank, len(judged), world.size))
        self._validation: Loader = DataLoader(
            own, self.smallest_part, num_workers=workers, pin_memory=on_gpu
        )

    def epoch(self, number: int, step: int = 0) -> Iterator[list[Any]]:
        """Read the parts of each batch of an epoch, from one of its steps on, onto the device."""
        self._windows.set_epoch(number)
        self._batches.start(number, step)
        parts = map(self._to_device, _read_ahead(self._training))
        while batch := list(islice(parts, self._accumulate)):
            yield batch

    def validation_windows(self) -> Iterator[Any]:
        """Read the share of this process in the validation windows, onto the device."""
        return map(self._judged_to_device, _read_ahead(self._validation))


def _read_ahead(loader: Loader) -> Iterator[Any]:
    """Read the next batch while the network is busy with this one."""
    batches = iter(loader)
    with ThreadPoolExecutor(1) as reader:
        pending = reader.submit(next, batches, None)
        while (window := pending.result()) is not None:
            pending = reader.submit(next, batches, None)
            yield window


def model_config(dataset: Dataset, config: TrainConfig) -> ModelConfig:
    """Say which network can read the windows of a data set.

    Raises
    ------
    UserError
        When its trials are of different sizes, or their rows stand for different frequencies.
    """
    sizes = {(t.channels, t.rows, config.window.frames(t.frame_rate_hz)) for t in dataset.trials}
    if len(sizes) > 1:
        raise UserError(
            f"trials of different sizes (channels, rows, frames of a window): {sorted(sizes)}",
            expected="one size in all trials",
            do="make them all with as many channels and one --grid",
        )
    bands = {(round(t.low_hz, 3), round(t.high_hz, 3)) for t in dataset.trials}
    if len(bands) > 1:
        raise UserError(
            "spectrograms with rows from "
            + " and ".join(f"{low:g} to {high:g} Hz" for low, high in sorted(bands)),
            expected="one band in all trials",
            do="import them with the same --grid",
        )
    channels, rows, frames = sizes.pop()
    return ModelConfig(
        preset=config.preset,
        channels=channels,
        rows=rows,
        frames=frames,
        samples=config.window.samples,
    )


def describe(dataset: Dataset) -> dict[str, Any]:
    """Say where a data set comes from, in plain values."""
    wanted = ("schema_version", "radarkit_version", "config_json", "seed")
    found = dataset.attributes
    described = {key: found[key] for key in wanted if key in found}
    return {
        "name": dataset.path.name,
        "rows_hz": [dataset.trials[0].low_hz, dataset.trials[0].high_hz],
        **{k: v.item() if isinstance(v, np.generic) else v for k, v in described.items()},
    }
