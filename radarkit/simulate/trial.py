"""One trial: a person's beats, ECG and chest motion, with its truth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radarkit.recording import Quantity, Recording
from radarkit.simulate.heart import SAMPLE_RATE_HZ, Heart
from radarkit.simulate.mechanics import BeatTimes, beat_strengths, draw_beat_times
from radarkit.simulate.motion import draw_movements, draw_sway, draw_tremor
from radarkit.simulate.noise import Noise, add_noise
from radarkit.simulate.person import Conditions
from radarkit.simulate.pulse import draw_pulse
from radarkit.simulate.respiration import breathing_motion, draw_breath
from radarkit.simulate.subject import Subject
from radarkit.simulate.two_vibration import draw_vibration


@dataclass(frozen=True, eq=False)
class SimulatedTrial:
    """A recording and what it was made of.

    Attributes
    ----------
    recording : Recording
        Displacement of the chest with noise, ECG and R peaks.
    heart : Heart
        What drove it.
    cardiac_m : (channels, samples) float64
        The vibrations alone.
    beat_times : BeatTimes
        T1 and T2 of each beat of the heart.
    """

    recording: Recording
    heart: Heart
    cardiac_m: NDArray[np.float64]
    beat_times: BeatTimes


def simulate_trial(
    subject: Subject,
    heart: Heart,
    rng: np.random.Generator,
    *,
    name: tuple[str, str],
    conditions: Conditions | None = None,
    noises: tuple[Noise, ...] = (),
) -> SimulatedTrial:
    """Let `heart` beat in the chest of `subject`.

    Parameters
    ----------
    subject : Subject
        The chest. It breathes as the heart's breath says, or on its own if that was not recorded.
    heart : Heart
        Beats, breath and ECG; its ECG sets the length of the trial.
    rng : numpy.random.Generator
        Source of all that varies within the trial.
    name : (str, str)
        Subject and trial of the recording.
    conditions : Conditions, optional
        How the person moves, and the white noise; neither when not given.
    noises : tuple of Noise
        Noise in the signal, by its SNR against the vibrations.
    """
    person, points = subject.person, subject.points
    samples = heart.ecg_mv.size
    grid = (samples, SAMPLE_RATE_HZ)
    breath = heart.breath
    if breath is None:
        breath = draw_breath(person.respiration, *grid, rng)
    mechanics = person.mechanics
    times = draw_beat_times(mechanics, heart, rng)
    strengths = beat_strengths(mechanics, heart, breath, SAMPLE_RATE_HZ)
    cardiac = np.zeros((subject.channels, samples))
    for burst, times_s in (
        (mechanics.v1, times.t1_s),
        (mechanics.v2, times.t2_s),
        (mechanics.recoil, times.t1_s + mechanics.recoil_after_s),
    ):
        cardiac += draw_vibration(burst, mechanics, points, times_s, strengths, grid, rng)
    pulse = draw_pulse(person.pulse, heart.r_times_s, strengths, grid, rng)
    radar = cardiac + np.outer(points.gain * points.polarity, pulse)
    radar += np.outer(points.breath, breathing_motion(person.respiration, breath))
    if conditions is not None:
        motion = conditions.motion
        radar += draw_sway(motion.sway_m, *grid, rng)
        radar += draw_tremor(motion.tremor_m, subject.channels, *grid, rng)
        radar += draw_movements(motion, subject.channels, *grid, rng)
        radar += conditions.noise_m * rng.standard_normal(radar.shape)
    radar = add_noise(radar, noises, SAMPLE_RATE_HZ, rng, reference=cardiac)
    peaks = np.round(heart.r_times_s * SAMPLE_RATE_HZ).astype(np.int64)
    recording = Recording(
        radar=radar.astype(np.float32),
        sample_rate_hz=SAMPLE_RATE_HZ,
        subject=name[0],
        trial=name[1],
        quantity=Quantity.DISPLACEMENT,
        ecg=heart.ecg_mv,
        r_peaks=peaks[(peaks >= 0) & (peaks < samples)],
        positions_m=points.positions_m.astype(np.float32),
        status=heart.status,
        source=f"simulated chest, {heart.source} heart",
    )
    return SimulatedTrial(recording, heart, cardiac, times)
