"""How each metric is shown: one table for the report and for the terminal."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

Better = Literal["lower", "higher"]


@dataclass(frozen=True)
class Metric:
    """How a metric is shown.

    Attributes
    ----------
    key : str
        Its name in the scores.
    label, unit : str
        Column heading.
    better : "lower" or "higher"
        Direction.
    decimals : int
        Digits after the point.
    meaning : str
        The definition in a sentence.
    table : "main", "more" or "waves"
        Which table of a report shows it.
    """

    key: str
    label: str
    unit: str
    better: Better
    decimals: int
    meaning: str
    table: Literal["main", "more", "waves"] = "main"

    @property
    def main(self) -> bool:
        """Whether the main table shows it."""
        return self.table == "main"

    @property
    def heading(self) -> str:
        """Label with the unit."""
        return f"{self.label} ({self.unit})" if self.unit else self.label

    @property
    def arrow(self) -> str:
        """Which way is better."""
        return "↓" if self.better == "lower" else "↑"

    def shown(self, value: float) -> str:
        """Write a value, a share as a percentage and an undefined one as a dash."""
        if not np.isfinite(value):
            return "\N{EN DASH}"
        return f"{value * (100 if self.unit == '%' else 1):.{self.decimals}f}"


def _of_peak(wave: str) -> tuple[Metric, Metric]:
    key, what = f"{wave.lower()}_peak_error_ms", f"absolute time difference of the {wave} peaks"
    return (
        Metric(key, f"{wave} peak error", "ms", "lower", 1, f"Median over the matched beats of the "
               f"{what} of the long-term and the true ECG.", table="waves"),
        Metric(f"{key}_p90", f"{wave} peak error, p90", "ms", "lower", 1, f"90th "
               f"percentile over the matched beats of the {what}.", table="waves"),
    )  # fmt: skip


METRICS = (
    Metric("rmse_mv", "RMSE", "mV", "lower", 3, "Shape error of a cycle: root mean square "
           "difference of predicted and true cycle, both min-max normalised, times the true "
           "peak-to-peak. Median over the matched beats."),
    Metric("pcc", "PCC", "", "higher", 3, "Pearson correlation of predicted and true cycle. "
           "Median over the matched beats."),
    Metric("ppi_error_ms", "PPI error", "ms", "lower", 1, "Root mean square error of the cycle "
           "length of the matched beats against the true distance to the next R peak."),
    Metric("r_timing_error_ms", "R timing error", "ms", "lower", 1, "Mean absolute distance of "
           "matched R peaks, nothing aligned."),
    Metric("r_timing_error_ms_offset_removed", "R timing error, offset removed", "ms", "lower", 1,
           "The same after the truth took away the trial's median error, as published: jitter "
           "without a constant delay.", table="more"),
    Metric("missed_detection_rate", "MDR", "%", "lower", 2, "Share of the true beats without a "
           "predicted R peak within 150 ms, matched one to one."),
    Metric("precision", "Precision", "%", "higher", 2, "Share of the predicted R peaks that match "
           "a true one.", table="more"),
    Metric("f1", "F1", "%", "higher", 2, "Harmonic mean of precision and 1 - MDR; falls with "
           "missed and with invented beats."),
    Metric("heart_rate_error_per_min", "HR error", "/min", "lower", 2, "Absolute error of the "
           "mean heart rate of the trial.", table="more"),
    Metric("ecg_rmse_mv", "ECG RMSE", "mV", "lower", 3, "Root mean square difference of the whole "
           "long-term ECG, nothing scaled or aligned.", table="more"),
    Metric("ecg_pcc", "ECG PCC", "", "higher", 3, "Pearson correlation of the whole long-term "
           "ECG, nothing aligned."),
    Metric("ecg_rmse_mv_lag_adjusted", "ECG RMSE, lag-adjusted", "mV", "lower", 3, "ECG RMSE "
           "after the truth chose the shift, up to 150 ms, of highest correlation.", table="more"),
    Metric("ecg_pcc_lag_adjusted", "ECG PCC, lag-adjusted", "", "higher", 3, "ECG PCC at that "
           "shift; where it is far above the raw one, timing is what fails.", table="more"),
    *(column for wave in "QRST" for column in _of_peak(wave)),
    Metric("waves_found", "Q, S, T found", "%", "higher", 1, "Share of the Q, S and T peaks of "
           "the true ECG that the long-term ECG has too, of matched beats; peak errors are of "
           "these.", table="waves"),
)  # fmt: skip
