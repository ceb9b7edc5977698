"""``radarkit eval`` where it trains what it scores: the table of strategies, cross-validation."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from radarkit.training.config import TrainConfig


def strategy_table(
    data: Path,
    output: Path,
    config: "TrainConfig",
    *,
    only: Sequence[str] | None,
    seeds: int,
    leading: int | None,
    who: str | None,
    device: str,
    jobs: int,
    force: bool,
    resume: bool,
) -> None:
    """Train with every strategy and write the tables."""
    from rich.console import Console

    from radarkit.cli.strategies_table import strategies_table
    from radarkit.datasets.splits import left_out_in_words
    from radarkit.evaluation.published_strategies import WHERE
    from radarkit.evaluation.strategies import measured_strategies
    from radarkit.evaluation.strategy_entries import PUBLISHED
    from radarkit.evaluation.strategy_files import notes, write_strategies
    from radarkit.evaluation.strategy_protocol import StrategyProtocol
    from radarkit.evaluation.strategy_rows import strategy_rows

    protocol = StrategyProtocol(
        data,
        config,
        tuple(only or PUBLISHED),
        seeds=seeds,
        leading=leading,
        who=who,
        device=device,
    )
    with (
        _progress("trainings") as advance,
        measured_strategies(
            protocol, output, jobs=jobs, force=force, resume=resume, on_done=advance
        ) as found,
    ):
        rows = strategy_rows(found.scores)
        write_strategies(found, rows, protocol, str(output))
    Console().print(strategies_table(rows))
    if protocol.split is not None and protocol.split.left_out:
        typer.echo(left_out_in_words(protocol.split.left_out))
    for note in notes(rows, protocol):
        typer.echo(note)
    typer.echo(f"* as printed ({WHERE})")
    typer.echo(f"report: {output / 'report.html'}")


def cross_validation(
    data: Path,
    output: Path,
    config: "TrainConfig",
    *,
    folds: str,
    device: str,
    jobs: int,
    save_ecg: bool,
    force: bool,
) -> None:
    """Train a run a fold and write one report of all."""
    from radarkit.cli.report_table import report_table
    from radarkit.evaluation.cross_validate import cross_validated, present_folds
    from radarkit.evaluation.ecg_files import check_packages, save_ecgs
    from radarkit.evaluation.fold_protocol import FoldProtocol

    if save_ecg:
        check_packages()
    protocol = FoldProtocol(data, config, folds, device)
    with (
        _progress("folds") as advance,
        cross_validated(protocol, output, jobs=jobs, force=force, on_fold=advance) as pooled,
    ):
        present_folds(pooled, protocol, str(output))
        if save_ecg:
            save_ecgs(pooled.evaluation, pooled.folder / "ecg")
    report_table(pooled.evaluation)
    typer.echo(f"report: {output / 'report.html'}, of {len(pooled.folds)} runs together")


@contextmanager
def _progress(unit: str) -> Iterator[Callable[[int, int, str], None]]:
    """Show how many are done: a bar on a terminal, a line each in a log."""
    from radarkit.cli.progress import progress_bar

    with progress_bar(unit) as advance:

        def show(done: int, total: int, name: str) -> None:
            advance(done, total, name)
            if not sys.stdout.isatty():
                typer.echo(f"{done}/{total} {unit}: {name}")

        yield show
