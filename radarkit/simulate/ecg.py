"""The ECG of given beats, in mV.

    ecg(t) = g sum_k sum_w a_w exp(-(t - R_k - d_w)^2 / (2 b_w^2)),   w in P, Q, R, S, T

the Gaussian waves of McSharry et al., IEEE TBME 50 (2003), laid out in time instead of phase, since
real waves do not stretch with the interval: P, Q, R and S keep their distance to R, and T follows
the interval before it by Fridericia's cube root, d_T = d_T(1 s) RR^(1/3), b_T likewise. T rises
more slowly than it falls, and is lower at high rates. Breath turns the heart's axis and with it the
height of all waves. A ventricular beat has no P, a broad QRS and an inverted T.
"""

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from radarkit.recording import Float32, Float64
from radarkit.simulate.rhythm import VENTRICULAR, Beats, at_beats, intervals_before
from radarkit.simulate.slow_noise import band_noise

_BROAD, _TALL, _T_INVERTED = 2.5, 1.3, -1.2  # a ventricular beat against a normal one
_WANDER_HZ = (0.02, 0.3)
_T_END_SIGMAS = 2.0  # where the tangent to a Gaussian's steepest descent meets the baseline


class Wave(BaseModel):
    """One Gaussian wave: height, distance to R (for T: at an interval of 1 s), and width."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    amplitude_mv: float
    delay_s: float = Field(ge=-0.4, le=0.6)
    width_s: float = Field(gt=0, le=0.2)


class Morphology(BaseModel):
    """One person's lead.

    Attributes
    ----------
    p, q, r, s, t : Wave
        P to T.
    gain : float
        Of all waves: how far the electrodes lie from the heart.
    t_rise : float
        Width of the T wave before its top, over that after it.
    t_rate_exponent : float
        The height of T goes with the interval (in s) to this power.
    beat_spread : float
        Relative standard deviation of each wave's height from beat to beat.
    breath_share : float
        How much one standard deviation of the breath changes all heights.
    wander_mv, noise_mv : float
        Rms of the baseline and of the sensor.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    p: Wave = Wave(amplitude_mv=0.12, delay_s=-0.16, width_s=0.022)
    q: Wave = Wave(amplitude_mv=-0.10, delay_s=-0.028, width_s=0.009)
    r: Wave = Wave(amplitude_mv=1.00, delay_s=0.0, width_s=0.010)
    s: Wave = Wave(amplitude_mv=-0.20, delay_s=0.030, width_s=0.011)
    t: Wave = Wave(amplitude_mv=0.28, delay_s=0.29, width_s=0.045)
    gain: float = Field(default=1.0, gt=0)
    t_rise: float = Field(default=1.3, gt=0)
    t_rate_exponent: float = 0.5
    beat_spread: float = Field(default=0.05, ge=0)
    breath_share: float = Field(default=0.0, ge=0)
    wander_mv: float = Field(default=0.0, ge=0)
    noise_mv: float = Field(default=0.01, ge=0)


def draw_ecg(
    morphology: Morphology,
    beats: Beats,
    breath: Float64,
    sample_rate_hz: float,
    rng: np.random.Generator,
) -> Float32:
    """Draw the ECG of a trial that starts at time 0 and is as long as its unit breath.

    Returns
    -------
    (samples,) float32
        In mV.
    """
    ecg = np.zeros(breath.size)
    rr_s = intervals_before(beats.r_times_s)
    broad = beats.kinds == VENTRICULAR
    full = at_beats(breath, beats.r_times_s, sample_rate_hz)
    axis = morphology.gain * (1 + morphology.breath_share * full)
    for name in ("p", "q", "r", "s", "t"):
        wave: Wave = getattr(morphology, name)
        heights = axis * wave.amplitude_mv * rng.normal(1, morphology.beat_spread, rr_s.size)
        centres = beats.r_times_s + wave.delay_s * (np.cbrt(rr_s) if name == "t" else 1.0)
        widths = np.full((2, rr_s.size), wave.width_s)
        if name == "t":
            heights = heights * rr_s**morphology.t_rate_exponent * np.where(broad, _T_INVERTED, 1)
            widths *= np.cbrt(rr_s)
            widths[0] *= morphology.t_rise
        elif name == "p":
            heights = heights * ~broad
        else:
            heights = heights * np.where(broad, _TALL, 1)
            widths *= np.where(broad, _BROAD, 1)
        _add_gaussians(ecg, sample_rate_hz, centres, heights, widths)
    wander = band_noise(breath.shape, sample_rate_hz, *_WANDER_HZ, rng)
    noise = rng.standard_normal(breath.size)
    ecg += morphology.wander_mv * wander + morphology.noise_mv * noise
    return ecg.astype(np.float32)


def t_ends_s(morphology: Morphology, beats: Beats) -> Float64:
    """End of each beat's T wave, (beats,) in s."""
    stretch = np.cbrt(intervals_before(beats.r_times_s))
    after = morphology.t.delay_s + _T_END_SIGMAS * morphology.t.width_s
    return np.asarray(beats.r_times_s + after * stretch)


def _add_gaussians(
    out: Float64,
    sample_rate_hz: float,
    centres_s: Float64,
    heights: Float64,
    widths_s: NDArray[np.float64],
) -> None:
    """Add waves of the widths (2, waves) before and after their centres."""
    for centre, height, (before_s, after_s) in zip(
        centres_s * sample_rate_hz, heights, widths_s.T, strict=True
    ):
        reach = int(np.ceil(5 * max(before_s, after_s) * sample_rate_hz))
        low, high = np.clip((int(centre) - reach, int(centre) + reach + 2), 0, out.size)
        distance_s = (np.arange(low, high) - centre) / sample_rate_hz
        width_s = np.where(distance_s < 0, before_s, after_s)
        out[low:high] += height * np.exp(-0.5 * (distance_s / width_s) ** 2)
