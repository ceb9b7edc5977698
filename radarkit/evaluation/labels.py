"""What of a trial's truth is scored."""

import numpy as np
from numpy.typing import NDArray

from radarkit.datasets.windows import TARGET_RATE_HZ
from radarkit.errors import UserError
from radarkit.recording import Float32, Float64, Recording

EDGE_S = 1.0


def labels(truth: Recording) -> tuple[Float32, Float64]:
    """ECG in mV and R peaks in samples of a labelled recording at 200 Hz.

    Raises
    ------
    UserError
        When there is no ECG or no R peaks, or another rate.
    """
    if truth.ecg is None or truth.r_peaks is None:
        raise UserError(f"{truth.name} has no ECG or no R peaks", expected="a labelled recording")
    if truth.sample_rate_hz != TARGET_RATE_HZ:
        raise UserError(
            f"{truth.name} is at {truth.sample_rate_hz} Hz", expected=f"{TARGET_RATE_HZ} Hz"
        )
    return truth.ecg, truth.r_peaks.astype(np.float64)


def is_scored(position: Float64, samples: int) -> NDArray[np.bool_]:
    """Which positions of a trial of so many samples are `EDGE_S` or more from either end."""
    edge = EDGE_S * TARGET_RATE_HZ
    return np.asarray((position >= edge) & (position < samples - edge))
