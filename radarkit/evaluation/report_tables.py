"""Tables of a report: scores as they are shown, the best of a column, what others printed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from radarkit.evaluation.columns import METRICS, Metric
from radarkit.evaluation.delta_m import NOISE_METRICS
from radarkit.evaluation.noise_conditions import CLEAN
from radarkit.evaluation.published_noise import FRAMEWORKS, published
from radarkit.evaluation.scores import Row

_PRINTED_DECIMALS = {"rmse_mv": 3, "pcc": 4, "r_timing_error_ms_offset_removed": 2}
PRINTED_METRICS = [
    replace(metric, decimals=_PRINTED_DECIMALS.get(metric.key, metric.decimals))
    for metric in METRICS
    if metric.key in NOISE_METRICS
]


@dataclass(frozen=True)
class Cell:
    """A value of a table as it is shown.

    Attributes
    ----------
    text : str
        The value.
    interval : str
        Its confidence interval, or nothing.
    best : bool
        Whether no method shows a better one, and some a worse.
    """

    text: str
    interval: str = ""
    best: bool = False


@dataclass(frozen=True)
class Line:
    """A method's line of a table: its name, whether it failed, and a cell for each metric."""

    name: str
    failed: bool
    cells: Mapping[str, Cell]


def table(rows: Mapping[str, Row], ending: str = "") -> list[Line]:
    """Show the metrics of each method as a line.

    Parameters
    ----------
    rows : mapping of str to dict
        A row of `summarise` for each method.
    ending : str
        Of the keys in the rows: nothing for the median, ``_mean`` for the mean.
    """
    values = {
        metric: [float(row[metric.key + ending]) for row in rows.values()] for metric in METRICS
    }
    best = {metric: _best(metric, of_metric) for metric, of_metric in values.items()}
    return [
        Line(
            name,
            bool(row["failed"]),
            {
                metric.key: Cell(
                    text := metric.shown(float(row[metric.key + ending])),
                    "" if ending else _interval(metric, row),
                    text == best[metric],
                )
                for metric in METRICS
            },
        )
        for name, row in rows.items()
    ]


def grouped(methods: Mapping[str, Sequence[Row]], key: str) -> list[tuple[str, list[Line]]]:
    """For each subject or status the same table as of all.

    Parameters
    ----------
    methods : mapping of str to sequence of dict
        Rows of `summarise_by` for each method.
    key : str
        What they are rows of.
    """
    rows = {name: {str(row[key]): row for row in of_name} for name, of_name in methods.items()}
    groups = dict.fromkeys(group for of_name in rows.values() for group in of_name)
    return [
        (group, table({name: found[group] for name, found in rows.items() if group in found}))
        for group in groups
    ]


def span(rows: Sequence[Row]) -> str:
    """Say who has the lowest and who the highest PCC; nothing for fewer than two people.

    Parameters
    ----------
    rows : sequence of dict
        A method's rows of `summarise`, one a subject.
    """
    metric = next(metric for metric in METRICS if metric.key == "pcc")
    known = [row for row in rows if np.isfinite(float(row["pcc"]))]
    if len(known) < 2:
        return ""
    lowest, highest = (end(known, key=lambda row: float(row["pcc"])) for end in (min, max))
    first, last = (
        f"{metric.shown(float(row['pcc']))} ({row['subject']})" for row in (lowest, highest)
    )
    return f"PCC of the network from {first} to {last}"


def beside_printed(name: str, row: Row) -> tuple[Line, list[Line]]:
    """Show a row of all trials in the published metrics, and what was printed for no noise.

    Parameters
    ----------
    name : str
        Of the method.
    row : dict
        Its row of `summarise`. MDR is its mean over trials, the others are medians, as in the
        tables under noise.

    Returns
    -------
    own : Line
    printed : list of Line
        A published framework each.
    """
    key = {metric.key: metric.key for metric in PRINTED_METRICS}
    key["missed_detection_rate"] += "_mean"
    own = {
        metric.key: Cell(metric.shown(float(row[key[metric.key]]))) for metric in PRINTED_METRICS
    }
    printed = []
    for framework in FRAMEWORKS:
        found = published(framework, CLEAN)
        assert found is not None  # nobody failed without noise
        cells = {
            metric.key: Cell(metric.shown(getattr(found, metric.key))) for metric in PRINTED_METRICS
        }
        printed.append(Line(framework, False, cells))
    return Line(name, bool(row["failed"]), own), printed


def _interval(metric: Metric, row: Row) -> str:
    """How the confidence interval of a median is shown; nothing where there is none."""
    ends = [float(row[f"{metric.key}_{end}"]) for end in ("low", "high")]
    if not np.isfinite(ends).all():
        return ""
    dash = "\N{EN DASH}" if min(ends) >= 0 else " to "  # a dash would pass for a sign
    return dash.join(metric.shown(end) for end in ends)


def _best(metric: Metric, values: Sequence[float]) -> str | None:
    """How the best value is shown, None when all show the same."""
    defined = [x for x in values if np.isfinite(x)]
    if len({metric.shown(x) for x in values}) < 2 or not defined:
        return None
    return metric.shown((min if metric.better == "lower" else max)(defined))
