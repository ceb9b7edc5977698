"""The ECG of given R times, in mV.

    ecg(t) = sum_k sum_w a_w exp(-(t - R_k - d_w(RR_k))^2 / (2 b_w^2)),   w in P, Q, R, S, T

the Gaussian waves of McSharry et al., IEEE TBME 50 (2003), laid out in time instead of phase, since
real waves do not stretch with the interval: P, Q, R and S keep their distance to R, and T follows
the interval before it by Fridericia's cube root, d_T = d_T(1 s) RR^(1/3).
"""

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from radarkit.recording import Float32, Float64


class Wave(BaseModel):
    """One Gaussian wave: height, distance to R (for T: at an interval of 1 s), and width."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    amplitude_mv: float
    delay_s: float
    width_s: float = Field(gt=0)


class Morphology(BaseModel):
    """The five waves of one person's lead.

    Attributes
    ----------
    p, q, r, s, t : Wave
        P to T.
    beat_spread : float
        Relative standard deviation of each wave's height from beat to beat.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    p: Wave = Wave(amplitude_mv=0.12, delay_s=-0.16, width_s=0.022)
    q: Wave = Wave(amplitude_mv=-0.10, delay_s=-0.028, width_s=0.009)
    r: Wave = Wave(amplitude_mv=1.00, delay_s=0.0, width_s=0.010)
    s: Wave = Wave(amplitude_mv=-0.20, delay_s=0.030, width_s=0.011)
    t: Wave = Wave(amplitude_mv=0.28, delay_s=0.29, width_s=0.045)
    beat_spread: float = Field(default=0.05, ge=0)


def draw_morphology(rng: np.random.Generator) -> Morphology:
    """Draw a person's lead around the default one: heights by 20 %, times and widths by 7 %."""
    default = Morphology()

    def vary(wave: Wave) -> Wave:
        return Wave(
            amplitude_mv=wave.amplitude_mv * rng.normal(1, 0.2),
            delay_s=wave.delay_s * rng.normal(1, 0.07),
            width_s=wave.width_s * float(np.clip(rng.normal(1, 0.07), 0.7, 1.3)),
        )

    return Morphology(
        p=vary(default.p),
        q=vary(default.q),
        r=vary(default.r),
        s=vary(default.s),
        t=vary(default.t),
    )


def draw_ecg(
    morphology: Morphology,
    r_times_s: Float64,
    samples: int,
    sample_rate_hz: float,
    rng: np.random.Generator,
) -> Float32:
    """Draw the ECG of a trial that starts at time 0.

    Returns
    -------
    (samples,) float32
        In mV, with 10 uV of sensor noise.
    """
    ecg = np.zeros(samples)
    rr_s = np.diff(r_times_s, prepend=2 * r_times_s[0] - r_times_s[1])
    for name in ("p", "q", "r", "s", "t"):
        wave: Wave = getattr(morphology, name)
        stretch = np.cbrt(rr_s) if name == "t" else np.ones_like(rr_s)
        heights = wave.amplitude_mv * rng.normal(1, morphology.beat_spread, rr_s.size)
        centres = r_times_s + wave.delay_s * stretch
        _add_gaussians(ecg, sample_rate_hz, centres, heights, wave.width_s)
    return (ecg + rng.normal(0, 0.01, samples)).astype(np.float32)


def _add_gaussians(
    out: Float64, sample_rate_hz: float, centres_s: Float64, heights: Float64, width_s: float
) -> None:
    reach = int(np.ceil(5 * width_s * sample_rate_hz))
    for centre, height in zip(centres_s * sample_rate_hz, heights, strict=True):
        low, high = np.clip((int(centre) - reach, int(centre) + reach + 2), 0, out.size)
        distance_s = (np.arange(low, high) - centre) / sample_rate_hz
        out[low:high] += height * np.exp(-0.5 * (distance_s / width_s) ** 2)
