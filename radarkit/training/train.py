"""From a data set to a run, and on from where a run was interrupted."""

from contextlib import ExitStack
from pathlib import Path

import numpy as np
import torch

from radarkit.datasets.reader import Dataset
from radarkit.datasets.splits import Split, split_by_subject
from radarkit.errors import UserError
from radarkit.files import held_folder
from radarkit.models import ModelConfig, build_model
from radarkit.training.checkpoint import read_checkpoint, save_checkpoint
from radarkit.training.config import TrainConfig
from radarkit.training.material import Material, describe, model_config
from radarkit.training.metrics_log import MetricsLog, read_history
from radarkit.training.model_card import write_model_card
from radarkit.training.progress import OnStep
from radarkit.training.reference import Reference
from radarkit.training.run import BEST, LAST, RunRecord, new_run
from radarkit.training.trainer import Stop, Trainer
from radarkit.training.world import World
from radarkit.versions import versions_of


class StoppedError(UserError):
    """A training was asked to stop, and saved where it stood."""


def train(
    data: Path,
    config: TrainConfig,
    folder: Path,
    *,
    split: Split | None = None,
    world: World | None = None,
    workers: int = 0,
    tensorboard: bool = False,
    force: bool = False,
    resume: bool = False,
    on_step: OnStep = lambda _: None,
    stop: Stop = lambda: False,
) -> RunRecord:
    """Train a network and leave a run in `folder`.

    Parameters
    ----------
    data : Path
        Data set, a file or a folder of shards.
    config : TrainConfig
        What to train and how.
    folder : Path
        See `radarkit.training.run` for what will be in it.
    split : Split, optional
        Whose trials are for what, as a fold of a cross-validation has it; without one it is drawn
        from the seed. A run that goes on has to be given the same.
    world : World, optional
        Processes that train together, from `join_world`; each calls this function.
    workers : int
        Processes that read windows; without any a thread does.
    tensorboard : bool
        Write the metrics for TensorBoard too.
    force : bool
        Replace a run that is there.
    resume : bool
        Go on with the run that is there; `config` must be its own.
    on_step : callable
        Called with a `Progress` after each step, in the main process.
    stop : callable
        Asked after each step whether to stop.

    Returns
    -------
    RunRecord
        As saved.

    Raises
    ------
    StoppedError
        When `stop` said so; the run can be resumed.
    UserError
        When the data cannot be trained on, the run cannot be resumed, or losses do not stay finite.
    """
    world = world or World()
    split_seed, model_seed, order_seed, shift_seed, step_seed = (
        int(state) for state in np.random.SeedSequence(config.seed).generate_state(5)
    )
    dataset = Dataset(data)
    split = split or split_by_subject(dataset.subjects, seed=split_seed)
    material = Material(
        dataset,
        split,
        config,
        world,
        order_seed=order_seed,
        shift_seed=shift_seed,
        workers=workers,
    )
    network = model_config(dataset, config)
    torch.manual_seed(model_seed)
    trainer = Trainer(build_model(network).to(world.device), config, material, world, step_seed)
    with ExitStack() as held:
        if resume:
            _check_same(RunRecord.load(folder), dataset, config, split, folder)
        if world.main:
            held.enter_context(
                held_folder(folder)
                if resume
                else new_run(folder, _record(dataset, split, config, network), force=force)
            )
        world.wait()
        record = RunRecord.load(folder)
        if resume and (folder / LAST).exists():
            kept = read_checkpoint(folder / LAST)
            trainer.go_on(kept["model"], kept["epoch"], kept["training"])
        log = None
        if world.main:
            log = held.enter_context(MetricsLog(folder, tensorboard))
            log.keep(trainer.epoch)
        _run_epochs(trainer, record, folder, log, on_step, stop)
    return record


def _record(dataset: Dataset, split: Split, config: TrainConfig, network: ModelConfig) -> RunRecord:
    trials = (trial for trial in dataset.trials if trial.subject in split.train)
    return RunRecord(
        train=config,
        model=network,
        split=split,
        reference=Reference.learn(dataset.recording(trial) for trial in trials),
        data=describe(dataset),
        versions=versions_of("numpy", "scipy", "torch", "torchjd"),
    )


def _run_epochs(
    trainer: Trainer,
    record: RunRecord,
    folder: Path,
    log: MetricsLog | None,
    on_step: OnStep,
    stop: Stop,
) -> None:
    """Train to the end, with a checkpoint an epoch; only the process with the log writes."""

    def save(name: str, *, to_go_on: bool) -> None:
        save_checkpoint(
            folder / name,
            model=trainer.model,
            config=record.model,
            epoch=trainer.epoch,
            training=trainer.state() if to_go_on else None,
        )

    while not trainer.finished:
        row = trainer.train_epoch(on_step if log else lambda _: None, stop)
        if log is not None:
            if row is not None:
                if trainer.judge.improved:
                    save(BEST, to_go_on=False)
                log.append(row)
            save(LAST, to_go_on=True)
            if trainer.stopped or trainer.finished:
                write_model_card(folder, record, read_history(folder))
        if trainer.stopped and not trainer.finished:
            raise StoppedError(
                f"stopped after {trainer.epoch} of {record.train.epochs} epochs and "
                f"{trainer.step} steps",
                do=f"the same command with --resume goes on from there ({folder})",
            )


def _check_same(
    record: RunRecord, dataset: Dataset, config: TrainConfig, split: Split, folder: Path
) -> None:
    """Refuse to go on with other settings or other data."""
    if record.train != config:
        old, new = record.train.model_dump(), config.model_dump()
        key = next(key for key in old if old[key] != new[key])
        raise UserError(
            f"{key} {new[key]} for a run that was begun with {old[key]}",
            expected="the settings it was begun with",
            do="leave the option out, or train a new run",
        )
    if record.data != describe(dataset):
        raise UserError(
            f"{dataset.path} is not what {folder} was begun on",
            expected=f"the data set {record.data['name']}, unchanged",
        )
    if record.split != split:
        raise UserError(
            f"other subjects to train on than those of {folder}",
            expected="the split it was begun with",
        )
