"""``radarkit train``: from a data set to a run."""

from pathlib import Path
from typing import Annotated

import typer


def train(
    data: Annotated[Path, typer.Argument(help="Data set: an .h5 file or a folder of them.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the run.")],
    preset: Annotated[str, typer.Option(help="Network: compact or paper.")] = "compact",
    strategy: Annotated[
        str, typer.Option(help="How the task gradients become one: ega, aligned-mtl or equal.")
    ] = "ega",
    epochs: Annotated[int | None, typer.Option(help="Passes over the training windows.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="Windows of a step.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Peak rate.")] = None,
    temperature: Annotated[float | None, typer.Option(help="EGA's T.")] = None,
    gradient_space: Annotated[
        str | None,
        typer.Option(help="Gradients the strategy weighs: parameters (exact) or features (fast)."),
    ] = None,
    threads: Annotated[
        int | None,
        typer.Option(help="CPU threads of the network; compact has little use for more than 1."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of split, network and order.")] = 0,
    force: Annotated[bool, typer.Option("--force", help="Replace the output.")] = False,
) -> None:
    """Train radarODE-MTL on a data set, split by subject."""
    import torch

    from radarkit.cli.options import from_options
    from radarkit.cli.progress import progress_bar
    from radarkit.errors import UserError
    from radarkit.files import atomic_folder, check_output
    from radarkit.training.config import TrainConfig
    from radarkit.training.run import BEST
    from radarkit.training.trainer import train as fit

    config = from_options(
        TrainConfig.for_preset,
        preset=preset,
        strategy=strategy,
        epochs=epochs,
        batch_size=batch_size,
        learning_rate=learning_rate,
        temperature=temperature,
        gradient_space=gradient_space,
        seed=seed,
    )
    check_output(output, force=force)
    if threads is not None or config.preset == "compact":
        # small layers wait for each other more than they compute, badly so on a busy machine
        torch.set_num_threads(threads or 1)
    stopped: BaseException | None = None
    with atomic_folder(output, force=force) as folder, progress_bar("steps") as advance:

        def show(epoch: int, step: int, steps: int, losses: dict[str, float]) -> None:
            note = "  ".join(f"{task} {loss:.4f}" for task, loss in losses.items())
            done = epoch * steps + step
            advance(done, config.epochs * steps, f"epoch {epoch + 1}/{config.epochs}  {note}")

        try:
            record = fit(data, config, folder, show)
        except (KeyboardInterrupt, UserError) as error:
            if not (folder / BEST).exists():
                raise
            stopped = error  # epochs are worth keeping
    if stopped is not None:
        reason = "interrupted" if isinstance(stopped, KeyboardInterrupt) else str(stopped)
        raise UserError(reason, do=f"{output} holds the epochs finished before")
    split = record.split
    typer.echo(
        f"{output}: trained on {len(split.train)} subjects, chosen on {len(split.validation)}, "
        f"{len(split.test)} left for testing ({', '.join(split.test)})"
    )
