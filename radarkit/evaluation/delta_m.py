"""Delta-m: by how many percent a row of scores is better than another, over all its metrics.

For each metric the relative change is taken with the sign that makes an improvement positive. Two
means of these are in use: by task, where each task weighs the same however many metrics it has
(the comparison of strategies), and flat, where each metric does (the comparisons under noise).

Source: Maninis et al., CVPR 2019, eq. 4; radarODE-MTL's Table II (by task), Tables III and V (flat,
each framework against its own clean row, and "fails if PCC < 60 %").
"""

from collections.abc import Mapping, Sequence

import numpy as np

from radarkit.evaluation.columns import METRICS, Better

FAILED_BELOW_PCC = 0.6

BETTER: Mapping[str, Better] = {metric.key: metric.better for metric in METRICS}

# the published timing error has the offset removed
TASKS = (
    ("rmse_mv", "pcc"),
    ("ppi_error_ms",),
    ("r_timing_error_ms_offset_removed", "missed_detection_rate"),
)
NOISE_METRICS = ("rmse_mv", "pcc", "r_timing_error_ms_offset_removed", "missed_detection_rate")


def has_failed(pcc: float) -> bool:
    """Whether a recovery counts as failed: a PCC of the cycles below 60 %, or none at all."""
    return not pcc >= FAILED_BELOW_PCC


def delta_m_by_task(
    scores: Mapping[str, float],
    base: Mapping[str, float],
    tasks: Sequence[Sequence[str]] = TASKS,
    better: Mapping[str, Better] = BETTER,
) -> float:
    """Mean over tasks of the mean relative improvement of each task's metrics.

    Parameters
    ----------
    scores, base : mapping of str to float
        The row and what it is compared with, each metric in the same unit in both.
    tasks : sequence of sequence of str
        Names of the metrics of each task.
    better : mapping of str to "lower" or "higher"
        Direction of each metric.

    Returns
    -------
    float
        In %, higher is better. NaN where a metric is undefined in either row, where `base` is 0 and
        `scores` is not (there is no relative change; the median of an error over trials is often 0,
        its mean seldom), and where the scores have a ``pcc`` that `has_failed`.
    """
    if "pcc" in scores and has_failed(scores["pcc"]):
        return np.nan
    of_tasks = [np.mean([gain(scores[k], base[k], better[k]) for k in task]) for task in tasks]
    return float(100 * np.mean(of_tasks))


def delta_m_flat(
    scores: Mapping[str, float],
    base: Mapping[str, float],
    metrics: Sequence[str] = NOISE_METRICS,
    better: Mapping[str, Better] = BETTER,
) -> float:
    """Mean relative improvement over all metrics, in %; otherwise as `delta_m_by_task`."""
    return delta_m_by_task(scores, base, [(metric,) for metric in metrics], better)


def shown_delta_m(percent: float) -> str:
    """Write a delta-m as the tables do, an undefined one as a dash."""
    return f"{percent:.1f}" if np.isfinite(percent) else "\N{EN DASH}"


def gain(value: float, base: float, better: Better) -> float:
    """Relative improvement of a metric over `base`; NaN where it changes from 0."""
    change = value - base if better == "higher" else base - value
    if base == 0:
        return 0.0 if change == 0 else np.nan
    return change / abs(base)
