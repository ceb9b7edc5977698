"""The noise table of a run on the terminal."""

from collections.abc import Sequence

import numpy as np
from rich.table import Table

from radarkit.evaluation.columns import METRICS
from radarkit.evaluation.noise_conditions import Condition, Domain, conditions_of
from radarkit.evaluation.published_noise import FRAMEWORKS, published
from radarkit.evaluation.robustness_rows import SIGNS, NoiseRow

_LABELS = {"r_timing_error_ms_offset_removed": "R timing (ms)"}


def noise_table(rows: Sequence[NoiseRow], run: str, domain: Domain) -> Table:
    """Make the table of one run: its own four metrics and delta-m, and the printed delta-m.

    Parameters
    ----------
    rows : sequence of NoiseRow
        Of the networks.
    run : str
        Which of them.
    domain : str
        Where the noise was added.
    """
    metrics = [metric for metric in METRICS if metric.key in SIGNS]
    table = Table(f"noise in the {domain}", title=run, title_justify="left")
    for metric in metrics:
        heading = _LABELS.get(metric.key, metric.heading)
        table.add_column(f"{heading} {metric.arrow}", justify="right")
    table.add_column("delta-m (%) ↑", justify="right")
    for framework in FRAMEWORKS:
        table.add_column(f"{framework}, printed", justify="right", style="dim")
    by_condition = {row.condition: row for row in rows if row.run == run}
    for condition in conditions_of(domain):
        row = by_condition[condition]
        delta = "failed" if row.failed else _signed(row.delta_m_percent)
        table.add_row(
            condition.label,
            *(metric.shown(row.values[metric.key]) for metric in metrics),
            delta,
            *(_printed(framework, condition) for framework in FRAMEWORKS),
        )
    return table


def _printed(framework: str, condition: Condition) -> str:
    row = published(framework, condition)
    return "failed" if row is None else _signed(row.delta_m_percent)


def _signed(value: float) -> str:
    return f"{value:.1f}" if np.isfinite(value) else "\N{EN DASH}"
