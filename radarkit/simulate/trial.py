"""One trial: a person's beats, ECG and chest motion, with its truth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radarkit.recording import Quantity, Recording
from radarkit.simulate.ecg import draw_ecg
from radarkit.simulate.heart import SAMPLE_RATE_HZ, Heart
from radarkit.simulate.motion import draw_pulse, draw_respiration, draw_sway
from radarkit.simulate.noise import AbruptNoise, ConstantNoise, abrupt_noise, constant_noise
from radarkit.simulate.rhythm import draw_r_times
from radarkit.simulate.subject import Subject
from radarkit.simulate.two_vibration import BeatTimes, draw_beat_times, draw_vibration


@dataclass(frozen=True)
class SimulatedTrial:
    """A recording and what it was made of.

    Attributes
    ----------
    recording : Recording
        Displacement of the chest with noise, ECG and R peaks.
    cardiac_m : (channels, samples) float64
        The two vibrations alone.
    beat_times : BeatTimes
        T1 and T2 of each beat.
    """

    recording: Recording
    cardiac_m: NDArray[np.float64]
    beat_times: BeatTimes


def draw_heart(subject: Subject, duration_s: float, rng: np.random.Generator) -> Heart:
    """Draw a heart of the subject's rhythm and morphology."""
    r_times = draw_r_times(subject.rhythm, subject.respiration.rate_per_min, duration_s, rng)
    samples = round(duration_s * SAMPLE_RATE_HZ)
    ecg = draw_ecg(subject.morphology, r_times, samples, SAMPLE_RATE_HZ, rng)
    return Heart(ecg, r_times, "simulated", "NB")


def simulate_trial(
    subject: Subject,
    heart: Heart,
    rng: np.random.Generator,
    *,
    name: tuple[str, str],
    constant: ConstantNoise | None = None,
    abrupt: AbruptNoise | None = None,
) -> SimulatedTrial:
    """Let `heart` beat in the chest of `subject`.

    Parameters
    ----------
    subject : Subject
        The chest.
    heart : Heart
        Beats and ECG; its ECG sets the length of the trial.
    rng : numpy.random.Generator
        Source of all that varies within the trial.
    name : (str, str)
        Subject and trial of the recording.
    constant, abrupt : ConstantNoise, AbruptNoise, optional
        Noise in the signal.
    """
    samples = heart.ecg_mv.size
    grid = (samples, SAMPLE_RATE_HZ)
    times = draw_beat_times(subject.mechanics, heart.r_times_s, rng)
    cardiac = draw_vibration(subject.v1, times.t1_s, *grid, subject.mechanics, rng)
    cardiac += draw_vibration(subject.v2, times.t2_s, *grid, subject.mechanics, rng)
    radar = cardiac + draw_pulse(subject.pulse_m, heart.r_times_s, *grid)
    radar += draw_respiration(subject.respiration, *grid, rng)
    radar += draw_sway(subject.sway_m, *grid, rng)
    if constant is not None:
        radar += constant_noise(cardiac, constant, rng)
    if abrupt is not None:
        radar += abrupt_noise(cardiac, abrupt, SAMPLE_RATE_HZ, rng)
    peaks = np.round(heart.r_times_s * SAMPLE_RATE_HZ).astype(np.int64)
    recording = Recording(
        radar=radar.astype(np.float32),
        sample_rate_hz=SAMPLE_RATE_HZ,
        subject=name[0],
        trial=name[1],
        quantity=Quantity.DISPLACEMENT,
        ecg=heart.ecg_mv,
        r_peaks=peaks[(peaks >= 0) & (peaks < samples)],
        positions_m=subject.positions_m.astype(np.float32),
        status=heart.status,
        source=f"simulated chest, {heart.source} heart",
    )
    return SimulatedTrial(recording, cardiac, times)
