"""One person: what stays the same over their trials, drawn from distributions.

Rates, interval variability and the sizes of breath, pulse and vibrations follow figures measured on
real seated people with 60 GHz radars: heart 64-87 and breathing 8-16 per minute, SDNN about 60 ms,
4.5-9 mm of breathing, a pulse of 30-200 um, bursts of 5-20 Hz with a half-width of about 0.1 s,
the second one 0.20-0.25 s after the first.
"""

from dataclasses import dataclass

import numpy as np

from radarkit.recording import Float64
from radarkit.simulate.ecg import Morphology, draw_morphology
from radarkit.simulate.motion import Respiration
from radarkit.simulate.rhythm import Rhythm
from radarkit.simulate.two_vibration import Mechanics, Vibration

_FADE_M = 0.15  # vibrations fade over the chest
_WAVE_M_PER_S = 8.0  # and spread as a shear wave in soft tissue


@dataclass(frozen=True)
class Subject:
    """One person in front of the radar.

    Attributes
    ----------
    rhythm, morphology, mechanics, respiration
        Heart, lead, chest and breath.
    v1, v2 : tuple of Vibration
        The two vibrations at each point of the chest.
    pulse_m : (channels,) float64
        Height of the pulse at each point, with its polarity.
    sway_m : float
        Rms of the drift of posture.
    positions_m : (channels, 3) float64
        Points on the chest: right, up, and away from the radar, relative to the sternum.
    """

    rhythm: Rhythm
    morphology: Morphology
    mechanics: Mechanics
    respiration: Respiration
    v1: tuple[Vibration, ...]
    v2: tuple[Vibration, ...]
    pulse_m: Float64
    sway_m: float
    positions_m: Float64

    @property
    def channels(self) -> int:
        """Number of points on the chest."""
        return len(self.v1)


def draw_subject(channels: int, rng: np.random.Generator) -> Subject:
    """Draw a person with `channels` points on the chest."""
    apex_m = np.array([-0.04, -0.06, 0.0])  # the heart's apex beats left of and below the sternum
    positions = rng.uniform((-0.12, -0.12, -0.01), (0.12, 0.12, 0.01), (channels, 3))
    distance_m = np.linalg.norm(positions - apex_m, axis=1)
    gain = np.exp(-distance_m / _FADE_M)

    def draw_vibrations(amplitude_m: float, frequency_hz: float) -> tuple[Vibration, ...]:
        width_s = rng.uniform(0.055, 0.085)
        return tuple(
            Vibration(
                amplitude_m=float(amplitude_m * g * rng.uniform(0.7, 1.3)),
                width_s=width_s,
                frequency_hz=float(frequency_hz * rng.normal(1, 0.05)),
                lag_s=float(distance / _WAVE_M_PER_S),
            )
            for g, distance in zip(gain, distance_m, strict=True)
        )

    v1_amplitude_m = rng.uniform(12e-6, 30e-6)
    return Subject(
        rhythm=Rhythm(
            heart_rate_per_min=float(np.clip(rng.normal(74, 9), 52, 105)),
            lf_s=rng.uniform(0.015, 0.045),
            hf_s=rng.uniform(0.015, 0.045),
        ),
        morphology=draw_morphology(rng),
        mechanics=Mechanics(
            delay_s=float(np.clip(rng.normal(0.075, 0.008), 0.045, 0.105)),
            ejection_s=rng.uniform(0.22, 0.27),
        ),
        respiration=Respiration(
            rate_per_min=rng.uniform(9, 17), amplitude_m=rng.uniform(1.5e-3, 4.0e-3)
        ),
        v1=draw_vibrations(v1_amplitude_m, rng.uniform(11, 18)),
        v2=draw_vibrations(v1_amplitude_m * rng.uniform(0.4, 0.7), rng.uniform(8, 14)),
        pulse_m=rng.uniform(60e-6, 180e-6) * gain * rng.choice((1.0, -1.0), channels, p=(0.9, 0.1)),
        sway_m=rng.uniform(0, 3e-4),
        positions_m=positions,
    )
