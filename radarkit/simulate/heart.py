"""A heart that drives a trial: drawn from a recipe, or a real one."""

from dataclasses import dataclass, field

import numpy as np

from radarkit.recording import Float32, Float64

SAMPLE_RATE_HZ = 200.0
"""Rate of every simulated signal."""


@dataclass(frozen=True, eq=False)
class Heart:
    """Beats, ECG and breath of one trial.

    Attributes
    ----------
    ecg_mv : (samples,) float32
        ECG at `SAMPLE_RATE_HZ`; the trial starts with its first sample and is as long.
    r_times_s : (beats,) float64
        R times; may begin before 0 and end after the trial.
    source : str
        Where it comes from.
    status : str
        State of the person; see `radarkit.recording.Recording`.
    t_end_s : (beats,) float64
        End of the T wave of each beat, NaN where it is not known; all NaN when not given.
    breath : (samples,) float64, optional
        Breathing at `SAMPLE_RATE_HZ` with mean 0 and standard deviation 1, positive when the lungs
        are full. None where it was not recorded.
    """

    ecg_mv: Float32
    r_times_s: Float64
    source: str
    status: str = ""
    t_end_s: Float64 = field(default_factory=lambda: np.empty(0))
    breath: Float64 | None = None

    def __post_init__(self) -> None:
        if self.t_end_s.size == 0:
            object.__setattr__(self, "t_end_s", np.full(self.r_times_s.shape, np.nan))
