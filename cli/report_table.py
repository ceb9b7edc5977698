"""The main table of a report on the terminal."""

from rich.console import Console
from rich.table import Table

from radarkit.evaluation.columns import METRICS
from radarkit.evaluation.evaluate import Evaluation
from radarkit.evaluation.present import summaries, verdict_lines


def report_table(evaluation: Evaluation) -> None:
    """Print the medians over trials of the network and of the baselines, and how they differ.

    Parameters
    ----------
    evaluation : Evaluation
        Of which trials.
    """
    medians = {method: rows[0] for method, rows in summaries(evaluation).items()}
    table = Table("medians over trials")
    for method in medians:
        table.add_column(method, justify="right", max_width=20)
    for metric in (metric for metric in METRICS if metric.main):
        values = (metric.shown(float(row[metric.key])) for row in medians.values())
        table.add_row(f"{metric.heading} {metric.arrow}", *values)
    console = Console()
    console.print(table)
    for line in verdict_lines(evaluation):
        console.print(line, markup=False, highlight=False)
