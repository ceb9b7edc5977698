"""Simulated hearts beside the published figures: the table and the pictures of hearts.md.

    python docs/hearts.py

Eight people of each recipe from seed 0, two minutes in each of its states.
"""

from itertools import chain
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm
from matplotlib.transforms import blended_transform_factory
from numpy.typing import NDArray

from radarkit.datasets.build import cardiac_vibration
from radarkit.datasets.recipes import load_recipe
from radarkit.datasets.simulation import SimulationConfig, simulate_person
from radarkit.extract import band_limit, vibration
from radarkit.recording import Float64
from radarkit.simulate.heart import SAMPLE_RATE_HZ
from radarkit.simulate.rhythm import intervals_before
from radarkit.simulate.trial import SimulatedTrial
from radarkit.spectrogram import Spectrogram, cwt, entropy, sst, stft
from radarkit.style import MODEL, PALE, PICKED, TRUE, TRUE_LINE, new_figure

PEOPLE, SECONDS, CHANNELS = 8, 120.0, 2
RECIPES = {"lying": "on their backs", "default": "seated", "benchmark": "all states, hard"}
METHODS = {"STFT": stft, "CWT": cwt, "SST": sst}
STATES = {
    "NB": "normal breathing",
    "IB": "irregular breathing",
    "SP": "sleep",
    "PE": "after exercise",
}
PUBLISHED = {  # with the digits of the simulated figure; letters as in hearts.md
    "entropy of the STFT": ("0.94 (a)", 2),
    "entropy of the CWT": ("0.90 (a)", 2),
    "entropy of the SST": ("0.76 (a)", 2),
    "burst at v1 in the SST (Hz)": ("16 to 21 (b)", 1),
    "ridge below it (Hz)": ("4 to 7 (b)", 1),
    "v1 to v2 (s)": ("0.20 to 0.25 (c)", 2),
    "SDNN (ms)": ("50 (d), 60 (c)", 0),
    "RMSSD (ms)": ("42 (d), 51 (c)", 0),
    "cycle (s)": ("0.49 to 1.26 (b)", 2),
    "ECG (mV rms)": ("0.04 to 0.29 (b)", 2),
}
SHOWN, WITH_EARLY_BEATS = 1, 2  # whose beats and whose states are drawn
FROM_S, SPAN_S = 20.0, 4.0  # which of the beats
NEAR_V1_S = 0.1
BURST_HZ, RIDGE_HZ = (10.0, 25.0), (3.0, 10.0)


def people(recipe: str) -> list[list[SimulatedTrial]]:
    """Simulate people in all states of a recipe."""
    changes = {"subjects": PEOPLE, "duration_s": SECONDS, "channels": CHANNELS}
    config = SimulationConfig(recipe=load_recipe(recipe, **changes))
    states = range(len(config.recipe.trials))
    return [[simulate_person(config, n, state) for state in states] for n in range(PEOPLE)]


def pictures(trial: SimulatedTrial) -> dict[str, Spectrogram]:
    """Make the spectrograms of a trial's vibration."""
    moving = cardiac_vibration(trial.recording)
    return {name: method(moving, SAMPLE_RATE_HZ) for name, method in METHODS.items()}


def strongest_hz(
    picture: Spectrogram, band_hz: tuple[float, float], frames: NDArray[np.bool_]
) -> float:
    """Frequency of the row within a band that has the highest mean energy in some frames."""
    inside = (picture.frequencies_hz >= band_hz[0]) & (picture.frequencies_hz <= band_hz[1])
    energy = (picture.values[:, inside][:, :, frames].astype(np.float64) ** 2).mean(axis=(0, 2))
    return float(picture.frequencies_hz[inside][energy.argmax()])


def measure(trial: SimulatedTrial) -> list[Float64]:
    """Measure a trial: the figures of `PUBLISHED`, of each channel or beat, or one alone."""
    seen, times = pictures(trial), trial.beat_times
    squeezed = seen["SST"]
    near_v1 = np.abs(squeezed.times_s[:, None] - times.t1_s).min(axis=1) < NEAR_V1_S
    rr_s = np.diff(trial.heart.r_times_s)
    return [
        *(entropy(picture) for picture in seen.values()),
        np.array([strongest_hz(squeezed, BURST_HZ, near_v1)]),
        np.array([strongest_hz(squeezed, RIDGE_HZ, np.ones_like(near_v1))]),
        times.t2_s - times.t1_s,
        np.array([1000 * rr_s.std()]),
        np.array([1000 * np.sqrt(np.mean(np.diff(rr_s) ** 2))]),
        rr_s,
        np.array([trial.heart.ecg_mv.std()]),
    ]


def in_words(values: Float64, digits: int) -> str:
    """Median and 5 to 95 %."""
    middle, low, high = np.percentile(values, (50, 5, 95))
    return f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def print_table(simulated: dict[str, list[list[SimulatedTrial]]]) -> None:
    """Print what is published beside what is simulated."""
    columns = []
    for states in simulated.values():
        measured = map(measure, chain.from_iterable(states))
        columns.append([np.concatenate(values) for values in zip(*measured, strict=True)])
    print(f"| | published | {' | '.join(f'`{n}`: {RECIPES[n]}' for n in simulated)} |")
    print(f"|---|---|{'---|' * len(columns)}")
    for (label, (published, digits)), *cells in zip(PUBLISHED.items(), *columns, strict=True):
        texts = [in_words(values, digits) for values in cells]
        print(f"| {label} | {published} | {' | '.join(texts)} |")


def mark(axes: Axes, times_s: Float64, label: str, color: str) -> None:
    """Draw a line at each of some times, with its name above."""
    place = blended_transform_factory(axes.transData, axes.transAxes)
    for time_s in times_s[(times_s > FROM_S) & (times_s < FROM_S + SPAN_S)] - FROM_S:
        axes.axvline(time_s, color=color, linewidth=0.9, linestyle="--")
        axes.text(time_s, 1.02, label, transform=place, color=color, fontsize=8, ha="center")


def draw_picture(axes: Axes, picture: Spectrogram, channel: int, name: str) -> None:
    """Draw four seconds of the spectrogram of a channel."""
    time_s = picture.times_s - FROM_S
    shown = (time_s >= -0.1) & (time_s <= SPAN_S + 0.1)
    values = picture.values[channel][:, shown]
    axes.pcolormesh(
        time_s[shown],
        picture.frequencies_hz,
        values,
        cmap="magma",
        norm=PowerNorm(0.7, 0, float(np.percentile(values, 99.7))),  # faint ridges show as well
        shading="nearest",
        rasterized=True,
    )
    axes.set_yscale("log")
    axes.set_yticks([1, 2, 5, 10, 20], ["1", "2", "5", "10", "20"])
    axes.minorticks_off()
    axes.set_ylabel(f"{name}\n(Hz)")


def draw_beats(trial: SimulatedTrial) -> None:
    """Draw four seconds of the point that the heart moves most, and their spectrograms."""
    channel = int(trial.cardiac_m.std(axis=1).argmax())
    figure, panels = new_figure(7, 1.3)
    ecg, motion, pulse, vibrations = panels[:4]
    span = slice(round(FROM_S * SAMPLE_RATE_HZ), round((FROM_S + SPAN_S) * SAMPLE_RATE_HZ))
    time_s = np.arange(span.stop - span.start) / SAMPLE_RATE_HZ
    ecg.plot(time_s, trial.heart.ecg_mv[span], color=TRUE, linewidth=1.1)
    ecg.set_ylabel("ECG\n(mV)")
    mark(ecg, trial.heart.r_times_s, "R", PALE)
    moved_m = trial.recording.radar[channel].astype(np.float64)
    motion.plot(time_s, 1e3 * (moved_m - moved_m[span].mean())[span], color=MODEL)
    motion.set_ylabel("displacement\n(mm)")
    pulse.plot(time_s, 1e6 * band_limit(moved_m, SAMPLE_RATE_HZ, 1.5, 25)[span], color=MODEL)
    pulse.set_ylabel("its 1.5-25 Hz\n(µm)")
    alone = vibration(trial.cardiac_m[channel], SAMPLE_RATE_HZ)
    seen = band_limit(vibration(moved_m, SAMPLE_RATE_HZ), SAMPLE_RATE_HZ, 1.5, 25)
    vibrations.plot(time_s, alone[span], **TRUE_LINE | {"label": "vibrations alone"})
    vibrations.plot(time_s, seen[span], color=MODEL, linewidth=1.0, label="seen, 1.5-25 Hz")
    largest = 1.05 * np.abs(seen[span]).max()
    vibrations.set(ylabel="acceleration\n(m/s²)", ylim=(-1.6 * largest, largest))
    vibrations.legend(
        loc="lower left", ncols=2, edgecolor="white", framealpha=1, fontsize=8, borderaxespad=0.4
    )
    mark(vibrations, trial.beat_times.t1_s, "T1", PICKED)
    mark(vibrations, trial.beat_times.t2_s, "T2", TRUE)
    for axes, (name, picture) in zip(panels[4:], pictures(trial).items(), strict=True):
        draw_picture(axes, picture, channel, name)
    for axes in panels:
        axes.set_xlim(0, SPAN_S)
        axes.label_outer()
    panels[-1].set_xlabel("time (s)")
    figure.align_ylabels(panels)
    figure.savefig(Path(__file__).with_name("hearts.png"), dpi=150)


def draw_states(states: list[SimulatedTrial]) -> None:
    """Draw the intervals of one person in all states, and the breath below."""
    figure, panels = new_figure(len(STATES), 2.0, columns=2, share=True)
    for axes, trial in zip(panels, states, strict=True):
        breath, r_s = trial.heart.breath, trial.heart.r_times_s
        assert breath is not None  # a simulated heart has one
        time_s = np.arange(breath.size) / SAMPLE_RATE_HZ
        axes.plot(time_s, 0.3 + 0.03 * breath, color=PALE, linewidth=0.9)
        axes.plot(r_s, intervals_before(r_s), ".-", color=MODEL, markersize=4, linewidth=0.8)
        axes.set(xlim=(0, SECONDS), ylim=(0.2, 1.4), xlabel="time (s)", ylabel="RR (s)")
        status = trial.recording.status
        axes.set_title(f"{status}: {STATES[status]}", fontsize=9, loc="left")
        axes.label_outer()
    figure.savefig(Path(__file__).with_name("states.png"), dpi=150)


def main() -> None:
    """Print the table and draw the pictures."""
    simulated = {recipe: people(recipe) for recipe in RECIPES}
    print_table(simulated)
    draw_beats(simulated["lying"][SHOWN][0])
    draw_states(simulated["benchmark"][WITH_EARLY_BEATS])


if __name__ == "__main__":
    main()
