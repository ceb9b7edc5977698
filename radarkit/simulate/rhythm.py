"""When the heart beats: R times with heart-rate variability.

    RR(t) = RR_mean + s_lf n_lf(t) + s_hf r(t)

n_lf is unit noise around 0.1 Hz (Mayer waves) and r(t) the unit respiration, which shortens the
interval on breathing in (respiratory sinus arrhythmia); after McSharry et al., IEEE TBME 50 (2003).
Each beat follows the last by the interval at its time.
"""

import numpy as np
from pydantic import BaseModel, ConfigDict, Field
from scipy import signal

from radarkit.recording import Float64

_GRID_HZ = 10.0  # the modulation is drawn on this grid; it holds nothing above 0.5 Hz
_SHORTEST_RR_S, _LONGEST_RR_S = 0.33, 1.28  # 180 to 47 beats per minute


class Rhythm(BaseModel):
    """Heart rate and its variability.

    Attributes
    ----------
    heart_rate_per_min : float
        Mean rate.
    lf_s, hf_s : float
        Standard deviation of the interval around 0.1 Hz, and with respiration.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    heart_rate_per_min: float = Field(gt=0)
    lf_s: float = Field(ge=0)
    hf_s: float = Field(ge=0)


def draw_r_times(
    rhythm: Rhythm, breathing_rate_per_min: float, duration_s: float, rng: np.random.Generator
) -> Float64:
    """Draw the R times of a trial.

    Parameters
    ----------
    rhythm : Rhythm
        Rate and variability.
    breathing_rate_per_min : float
        Frequency of the respiratory part.
    duration_s : float
        Length of the trial.
    rng : numpy.random.Generator
        Source of the phase and of the low-frequency part.

    Returns
    -------
    (beats,) float64
        Times in s, from before 0 to after `duration_s`, so that the trial's ends hold whole beats.
    """
    margin_s = 2 * _LONGEST_RR_S
    grid = np.arange(-margin_s, duration_s + margin_s, 1 / _GRID_HZ)
    mayer = signal.butter(2, (0.06, 0.14), "bandpass", fs=_GRID_HZ, output="sos")
    warm_up = round(60 * _GRID_HZ)  # the narrow filter has to settle
    low = signal.sosfilt(mayer, rng.standard_normal(grid.size + warm_up))[warm_up:]
    phase = rng.uniform(0, 2 * np.pi)
    high = np.sqrt(2) * np.sin(2 * np.pi * breathing_rate_per_min / 60 * grid + phase)
    rr = 60 / rhythm.heart_rate_per_min + rhythm.lf_s * low / low.std() + rhythm.hf_s * high
    rr = np.clip(rr, _SHORTEST_RR_S, _LONGEST_RR_S)

    times = [-margin_s + rng.uniform(0, _SHORTEST_RR_S)]
    while times[-1] < duration_s + _LONGEST_RR_S:
        times.append(times[-1] + float(np.interp(times[-1], grid, rr)))
    return np.array(times)
