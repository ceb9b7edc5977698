"""The heart as the chest shows it: two vibrations a beat (radarODE-MTL, "Signal Model").

    v_i^k(t) = a_i^k cos(2 pi f_i^k (t - T_i^k) + phi_i^k) exp(-((t - T_i^k) / b_i^k)^2)

in each beat k: v1 when the ventricles contract and the aortic valve opens, v2 when it closes. The
recoil between them, which the seed does not have, is a third of the same form. On real chests the
bursts above 5 Hz come at the same time in each beat but their carrier does not repeat, so the phase
phi is drawn anew for every beat. It spreads over the chest as a wave: a point lags by its distance
to the heart, and differs from its neighbours by a phase of its own.
"""

import numpy as np
from numpy.typing import NDArray

from radarkit.recording import Float64
from radarkit.simulate.chest import Points
from radarkit.simulate.mechanics import Burst, Mechanics

_REACH = 4.0  # widths: exp(-16) of the height


def draw_vibration(
    burst: Burst,
    mechanics: Mechanics,
    points: Points,
    times_s: Float64,
    strengths: Float64,
    grid: tuple[int, float],
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Displacement of one of the vibrations at every point.

    Parameters
    ----------
    burst : Burst
        Which one.
    mechanics : Mechanics
        Its amplitude, how much width and frequency vary from beat to beat and phases over points.
    points : Points
        Where it is seen.
    times_s : (beats,) float64
        T of each beat.
    strengths : (beats,) float64
        Relative amplitude of each beat.
    grid : (int, float)
        Samples and sample rate of the result, which starts at time 0.
    rng : numpy.random.Generator
        Source of amplitudes, widths, frequencies and phases.

    Returns
    -------
    (channels, samples) float64
        In metres.
    """
    samples, sample_rate_hz = grid
    channels = points.gain.size
    out = np.zeros((channels, samples))
    chance = rng.standard_normal((times_s.size, 2)) @ np.array([1, 1j]) / np.sqrt(2)
    spread = mechanics.beat_spread * np.clip(rng.standard_normal((2, times_s.size)), -3, 3)
    widths_s, pitches = burst.width_s * (1 + spread[0]), 1 + spread[1]
    heights = strengths * np.abs(np.sqrt(burst.steadiness) + np.sqrt(1 - burst.steadiness) * chance)
    phases = rng.uniform(0, 2 * np.pi, (times_s.size, 1)) + rng.normal(
        0, mechanics.phase_spread_rad, (times_s.size, channels)
    )
    amplitude_m = (mechanics.amplitude_m * burst.share * points.gain * points.polarity)[:, None]
    turns_hz = (2 * np.pi * burst.frequency_hz * points.pitch)[:, None]
    lag_s = points.lag_s[:, None]
    ends_s = np.array([-1, 1]) * _REACH * widths_s.max() + np.array([0, lag_s.max()])
    beats = zip(times_s, phases, heights, widths_s, pitches, strict=True)
    for time_s, phase, height, width_s, pitch in beats:
        low, high = np.clip(np.rint((time_s + ends_s) * sample_rate_hz).astype(int), 0, samples)
        t = np.arange(low, high) / sample_rate_hz - time_s - lag_s
        carrier = np.cos(pitch * turns_hz * t + phase[:, None])
        out[:, low:high] += amplitude_m * height * carrier * np.exp(-((t / width_s) ** 2))
    return out
