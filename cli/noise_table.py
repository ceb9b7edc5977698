"""The noise table of a run on the terminal."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table

from radarkit.evaluation.columns import METRICS
from radarkit.evaluation.delta_m import NOISE_METRICS, shown_delta_m
from radarkit.evaluation.noise_conditions import Condition, Domain, conditions_of
from radarkit.evaluation.published_noise import FRAMEWORKS, published
from radarkit.evaluation.robustness_rows import NoiseRow

# short enough for a terminal of 80 columns
_HEADINGS = {
    "rmse_mv": "RMSE\n(mV) ↓",
    "pcc": "PCC\n↑",
    "r_timing_error_ms_offset_removed": "R timing\n(ms) ↓",
    "missed_detection_rate": "MDR\n(%) ↓",
}


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
    metrics = [metric for metric in METRICS if metric.key in NOISE_METRICS]
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=0)
    table.title, table.title_justify = f"{run}: noise in the {domain}", "left"
    table.add_column("noise", no_wrap=True)
    for metric in metrics:
        table.add_column(_HEADINGS[metric.key], justify="right", no_wrap=True)
    table.add_column("delta-m\n(%) ↑", justify="right", no_wrap=True)
    for framework in FRAMEWORKS:
        heading = framework.replace("-", "\n-")
        table.add_column(f"{heading}*", justify="right", no_wrap=True, style="dim")
    by_condition = {row.condition: row for row in rows if row.run == run}
    for condition in conditions_of(domain):
        row = by_condition[condition]
        delta = "failed" if row.failed else shown_delta_m(row.delta_m_percent)
        table.add_row(
            condition.label,
            *(metric.shown(row.values[metric.key]) for metric in metrics),
            delta,
            *(_printed(framework, condition) for framework in FRAMEWORKS),
        )
    return table


def _printed(framework: str, condition: Condition) -> str:
    row = published(framework, condition)
    return "failed" if row is None else shown_delta_m(row.delta_m_percent)
