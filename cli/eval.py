"""``radarkit eval``: a run on people it has not seen."""

from pathlib import Path
from typing import Annotated

import typer


def evaluate(
    run: Annotated[Path, typer.Argument(help="Folder of the run.")],
    data: Annotated[Path, typer.Argument(help="Labelled data set: an .h5 file or a folder.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the report.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the output.")] = False,
) -> None:
    """Reconstruct the ECG of subjects a run has not seen, and score it beside baselines."""
    from rich.console import Console
    from rich.table import Table

    from radarkit.cli.progress import progress_bar
    from radarkit.evaluation.columns import METRICS
    from radarkit.evaluation.evaluate import evaluate as score_run
    from radarkit.evaluation.present import present, summaries
    from radarkit.files import atomic_folder, check_output
    from radarkit.training.metrics_log import read_history

    check_output(output, force=force)
    with progress_bar("trials") as advance:
        evaluation = score_run(run, data, advance)
    with atomic_folder(output, force=force) as folder:
        present(evaluation, read_history(run), folder)
    medians = {method: rows[0] for method, rows in summaries(evaluation).items()}
    table = Table("medians over trials")
    for method in medians:
        table.add_column(method, justify="right", max_width=20)
    for metric in (metric for metric in METRICS if metric.main):
        values = (metric.shown(float(row[metric.key])) for row in medians.values())
        table.add_row(f"{metric.heading} {metric.arrow}", *values)
    Console().print(table)
    typer.echo(f"report: {output / 'report.html'}")
