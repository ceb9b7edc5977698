"""The table of strategies on the terminal."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table

from radarkit.evaluation.columns import METRICS
from radarkit.evaluation.delta_m import shown_delta_m
from radarkit.evaluation.published_strategies import printed_strategy
from radarkit.evaluation.strategy_rows import METRIC_KEYS, Interval, StrategyRow

# short enough for a terminal of 80 columns
_HEADINGS = {
    "rmse_mv": "RMSE\n(mV) ↓",
    "pcc": "PCC\n↑",
    "ppi_error_ms": "PPI\n(ms) ↓",
    "r_timing_error_ms_offset_removed": "R tim.\n(ms) ↓",
    "missed_detection_rate": "MDR\n(%) ↓",
}


def strategies_table(rows: Sequence[StrategyRow]) -> Table:
    """Make the table: five metrics, delta-m with its interval, and the printed delta-m.

    Parameters
    ----------
    rows : sequence of StrategyRow
        The single-task baseline first.
    """
    by_key = {metric.key: metric for metric in METRICS}
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=0)
    table.add_column("strategy", min_width=11, overflow="fold")
    table.add_column("seeds", justify="right")
    for key in METRIC_KEYS:
        table.add_column(_HEADINGS[key], justify="right", no_wrap=True)
    table.add_column("delta-m (%) ↑\n95 % interval", justify="right", width=17)
    table.add_column("printed*", justify="right", no_wrap=True, style="dim")
    for row in rows:
        printed = printed_strategy(row.name)
        table.add_row(
            row.name,
            str(len(row.seeds)),
            *(by_key[key].shown(row.values[key]) for key in METRIC_KEYS),
            "failed" if row.failed else with_interval(row.delta_m_percent),
            "" if printed is None else shown_delta_m(printed.delta_m_percent),
        )
    return table


def with_interval(found: Interval) -> str:
    """Write a figure in % with its interval, if it has one."""
    value, low, high = (shown_delta_m(x) for x in (found.value, found.low, found.high))
    return value if found.low != found.low else f"{value} [{low}, {high}]"
