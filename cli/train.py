"""``radarkit train``: from a data set to a run."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from radarkit.cli.train_options import (
    config_option,
    device_option,
    epochs_option,
    preset_option,
    settings_option,
    split_option,
    train_config,
)

if TYPE_CHECKING:
    from radarkit.training.progress import Progress


def train(
    data: Annotated[Path, typer.Argument(help="Data set: an .h5 file or a folder of them.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the run.")],
    preset: Annotated[str | None, preset_option()] = None,
    config: Annotated[Path | None, config_option()] = None,
    settings: Annotated[list[str] | None, settings_option()] = None,
    strategy: Annotated[
        str | None, typer.Option(help="How the tasks become one step: ega, uw, cagrad, ...")
    ] = None,
    temperature: Annotated[float | None, typer.Option(help="EGA's T.")] = None,
    gradient_space: Annotated[
        str | None,
        typer.Option(help="Gradients the strategy weighs: parameters (exact) or features (fast)."),
    ] = None,
    epochs: Annotated[int | None, epochs_option()] = None,
    batch_size: Annotated[int | None, typer.Option(help="Windows of a step.")] = None,
    accumulate: Annotated[int | None, typer.Option(help="Parts of a batch, one by one.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Highest rate.")] = None,
    precision: Annotated[str | None, typer.Option(help="float32 or bfloat16.")] = None,
    patience: Annotated[
        int | None, typer.Option(help="Stop after so many epochs without improvement.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of split, network and order.")] = None,
    who: Annotated[str | None, split_option()] = None,
    device: Annotated[str, device_option()] = "auto",
    threads: Annotated[
        int | None,
        typer.Option(help="CPU threads of the network; compact has little use for more than 1."),
    ] = None,
    workers: Annotated[int, typer.Option(help="Processes that read windows.", min=0)] = 0,
    tensorboard: Annotated[bool, typer.Option(help="Write the metrics for TensorBoard.")] = False,
    resume: Annotated[bool, typer.Option(help="Go on with the run that is there.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the output.")] = False,
) -> None:
    """Train radarODE-MTL (or radarODE, or MMECG) on a data set, split by subject."""
    import torch

    from radarkit.allocation import keep_freed_memory
    from radarkit.cli.progress import progress_bar
    from radarkit.cli.signals import stop_on_signals
    from radarkit.datasets.published_splits import choose_split
    from radarkit.datasets.reader import Dataset
    from radarkit.datasets.splits import left_out_in_words
    from radarkit.files import check_input, check_output
    from radarkit.training.metrics_log import read_history
    from radarkit.training.run import RunRecord
    from radarkit.training.train import train as fit
    from radarkit.training.world import join_world

    check_input(data, "data set")
    parts = choose_split(who, Dataset(data).subjects)
    options = {
        "strategy": strategy,
        "temperature": temperature,
        "gradient_space": gradient_space,
        "epochs": epochs,
        "batch_size": batch_size,
        "accumulate": accumulate,
        "learning_rate": learning_rate,
        "precision": precision,
        "patience": patience,
        "seed": seed,
    }
    base = RunRecord.load(output).train if resume and config is None else None
    resolved = train_config(preset, config, settings, options, base)
    if not resume:
        check_output(output, force=force)
    keep_freed_memory()
    if threads is not None or resolved.preset == "compact":
        # small layers wait for each other more than they compute, badly so on a busy machine
        torch.set_num_threads(threads or 1)
    with join_world(device) as world, stop_on_signals() as stop, progress_bar("steps") as advance:

        def show(now: "Progress") -> None:
            done = now.epoch * now.steps + now.step
            note = _note(now, resolved.epochs)
            advance(done, resolved.epochs * now.steps, note)
            if now.step == now.steps and not sys.stdout.isatty():  # a log, where a bar is none
                typer.echo(note)

        record = fit(
            data,
            resolved,
            output,
            split=parts,
            world=world,
            workers=workers,
            tensorboard=tensorboard,
            force=force,
            resume=resume,
            on_step=show,
            stop=stop,
        )
        if not world.main:
            return
    history, split = read_history(output), record.split
    best = min(history, key=lambda row: row["validation_score"])["epoch"] + 1
    typer.echo(
        f"{output}: trained on {len(split.train)} subjects for {len(history)} epochs, the best of "
        f"which, number {best}, was chosen on {len(split.validation)}; {len(split.test)} left for "
        f"testing ({', '.join(split.test)})"
    )
    if split.left_out:
        typer.echo(left_out_in_words(split.left_out))
    skipped = sum(row["skipped_steps"] for row in history)
    if skipped:
        typer.echo(f"{skipped} steps were left out: their losses or gradients were not finite")


def _note(now: "Progress", epochs: int) -> str:
    losses = "  ".join(f"{task} {loss:.4f}" for task, loss in now.losses.items())
    states = "".join(
        f"  {name.replace('_', ' ')} {' '.join(f'{value:.2f}' for value in values.values())}"
        for name, values in now.state.items()
    )
    left_out = f"  {now.skipped} skipped" if now.skipped else ""
    return (
        f"epoch {now.epoch + 1}/{epochs}  {losses}{states}  "
        f"{now.windows_per_s:.0f} windows/s{left_out}"
    )
