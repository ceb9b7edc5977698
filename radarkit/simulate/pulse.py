"""The pulse: a systolic and a diastolic lobe below 5 Hz, nearly the same in each beat.

On real chests they are 30 to 100 um high, hold most of what the heart moves between 0.8 and 5 Hz,
and repeat from beat to beat as a waveform, unlike the vibrations above 5 Hz.
"""

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from radarkit.recording import Float64

_REACH = 5.0  # widths: exp(-12.5) of the height


class Pulse(BaseModel):
    """The two lobes of one person.

    Attributes
    ----------
    height_m : float
        Of the systolic lobe where it is strongest.
    systole_s, diastole_s : float
        Their centres after R, at an interval of 1 s; they follow the square root of the interval to
        the next R.
    systole_width_s, diastole_width_s : float
        Standard deviations of the two Gaussians.
    diastole_share : float
        Height of the diastolic lobe over that of the systolic one.
    beat_spread : float
        Relative standard deviation of the height from beat to beat.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    height_m: float = Field(ge=0)
    systole_s: float = Field(default=0.12, ge=0, lt=0.5)
    diastole_s: float = Field(default=0.42, ge=0, lt=1)
    systole_width_s: float = Field(default=0.06, gt=0, lt=0.5)
    diastole_width_s: float = Field(default=0.08, gt=0, lt=0.5)
    diastole_share: float = Field(default=0.5, ge=-1, le=1)
    beat_spread: float = Field(default=0.0, ge=0, lt=1)


def draw_pulse(
    pulse: Pulse,
    r_times_s: Float64,
    strengths: Float64,
    grid: tuple[int, float],
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Displacement by the pulse where it is strongest.

    Parameters
    ----------
    pulse : Pulse
        Its lobes.
    r_times_s, strengths : (beats,) float64
        R time and relative strength of each beat.
    grid : (int, float)
        Samples and sample rate of the result, which starts at time 0.
    rng : numpy.random.Generator
        Source of the heights.

    Returns
    -------
    (samples,) float64
        In metres.
    """
    samples, sample_rate_hz = grid
    wave = np.zeros(samples)
    rr_s = np.diff(r_times_s, append=2 * r_times_s[-1] - r_times_s[-2])
    heights = strengths * rng.normal(1, pulse.beat_spread, r_times_s.size)
    lobes = (
        (pulse.systole_s, pulse.systole_width_s, 1.0),
        (pulse.diastole_s, pulse.diastole_width_s, pulse.diastole_share),
    )
    for r_s, scale, height in zip(r_times_s, np.sqrt(rr_s), heights, strict=True):
        for after_s, width_s, share in lobes:
            centre_s = r_s + after_s * scale
            ends_s = centre_s + np.array([-1, 1]) * _REACH * width_s
            low, high = np.clip(np.rint(ends_s * sample_rate_hz).astype(int), 0, samples)
            distance_s = np.arange(low, high) / sample_rate_hz - centre_s
            wave[low:high] += height * share * np.exp(-0.5 * (distance_s / width_s) ** 2)
    return pulse.height_m * wave
