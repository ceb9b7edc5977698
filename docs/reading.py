"""How well a run reads rates, variability, and radars of few channels: tables of reconstruct.md.

    python docs/reading.py RUN

Simulates people that no other command draws in a temporary folder, and has the run read them; RUN
is a folder, or `shipped`. A few minutes of one thread.
"""

import argparse
import dataclasses
import tempfile
from pathlib import Path

import numpy as np
from heartbeat import BENCHMARK, FAINT, NO_HEART, NOISES, SECONDS, draw_noise

from radarkit.datasets import Dataset
from radarkit.datasets.build import spectrogram_of
from radarkit.datasets.recipes import load_recipe
from radarkit.datasets.simulation import SimulationConfig, simulate_dataset
from radarkit.datasets.store import create
from radarkit.evaluation.any_channels import AnyChannels
from radarkit.evaluation.evaluate import HOP_S
from radarkit.evaluation.hrv import Hrv, heart_rate_variability
from radarkit.evaluation.own_rate import own_rate
from radarkit.evaluation.radarode_mtl import reconstruct_by_tasks, reconstruct_guided
from radarkit.evaluation.reading import read
from radarkit.evaluation.scores import score
from radarkit.evaluation.stretches import judge
from radarkit.models import Network
from radarkit.pretrained import run_folder
from radarkit.recording import Recording
from radarkit.training.checkpoint import load_model
from radarkit.training.run import BEST, RunRecord

SEED, PEOPLE = 900, 12
NUMBERS = {
    "heart_rate_per_min": "heart rate (1/min)",
    "sdnn_ms": "SDNN (ms)",
    "rmssd_ms": "RMSSD (ms)",
    "pnn50_percent": "pNN50 (percentage points)",
}


def simulate(path: Path, recipe: str, seed: int, **changes: object) -> Dataset:
    """Draw people."""
    simulate_dataset(path, SimulationConfig(recipe=load_recipe(recipe, **changes), seed=seed))
    return Dataset(path)


def variability(model: Network, record: RunRecord, folder: Path) -> None:
    """Print rate and variability beside those of the true R peaks."""
    people = simulate(
        folder / "minute.h5", "benchmark-small", SEED,
        subjects=PEOPLE, duration_s=60, trials=("NB", "SP"),
    )  # fmt: skip
    pairs: list[tuple[Hrv, Hrv]] = []
    for header in people.trials:
        true_peaks = people.labels(header)[1].astype(float)
        found = read(model, record, people, header).hrv
        pairs.append((found, heart_rate_variability(true_peaks)))
    print("| | given | median difference | median error | nine in ten below | worst |")
    print("|---|---|---|---|---|---|")
    for field, name in NUMBERS.items():
        both = [(getattr(found, field), getattr(true, field)) for found, true in pairs]
        off = np.array([found - true for found, true in both if None not in (found, true)])
        error = np.abs(off)
        cells = (np.median(off), np.median(error), np.quantile(error, 0.9), error.max())
        shown = " | ".join(f"{value:.1f}" for value in cells)
        print(f"| {name} | {off.size} of {len(both)} | {shown} |")


def few_channels(path: Path, recordings: list[Recording], channels: int) -> Dataset:
    """Keep some channels of each recording, drawn at random."""
    with create(path, config={}, seed=SEED) as writer:
        for number, each in enumerate(recordings):
            order = np.random.default_rng([SEED, channels, number]).permutation(len(each.radar))
            kept = dataclasses.replace(each, radar=each.radar[order[:channels]], positions_m=None)
            writer.add(kept, spectrogram_of(kept))
    return Dataset(path)


def channels(model: Network, record: RunRecord, folder: Path) -> None:
    """Print what is lost with fewer channels, and what passes for a heartbeat with one."""
    hearts = simulate(folder / "hearts.h5", "benchmark-small", SEED + 1, subjects=5)
    people = [hearts.recording(header) for header in hearts.trials]
    print("\n| channels | PCC | R timing | MDR, mean (%) | F1, mean (%) | taken for a heartbeat |")
    print("|---|---|---|---|---|---|")
    for count in (1, 2, 4, 8):
        rows, passed = judged(
            model, record, few_channels(folder / f"{count}.h5", people, count), people
        )
        pcc, timing = (
            np.nanmedian([row[key] for row in rows])
            for key in ("pcc", "r_timing_error_ms_offset_removed")
        )
        mdr, f1 = (
            100 * np.mean([row[key] for row in rows]) for key in ("missed_detection_rate", "f1")
        )
        found = f"{sum(passed)} of {len(passed)}"
        print(f"| {count} | {pcc:.3f} | {timing:.1f} | {mdr:.1f} | {f1:.1f} | {found} |")

    (folder / "heartless.toml").write_text(BENCHMARK + NO_HEART)
    without = simulate(
        folder / "heartless.h5", str(folder / "heartless.toml"), SEED + 2, subjects=PEOPLE
    )
    quiet = [without.recording(header) for header in without.trials]
    noises = [
        Recording(
            draw_noise(kind, np.random.default_rng([SEED, at, number]), 1).astype(np.float32),
            200.0, f"{kind}{number}", "1",
        )
        for at, kind in enumerate(NOISES)
        for number in range(7)
    ]  # fmt: skip
    for name, recordings in (("people without a heart that shows", quiet), ("noises", noises)):
        data = few_channels(folder / f"{len(name)}.h5", recordings, 1)
        _, passed = judged(model, record, data, [])
        print(f"{name}, {SECONDS} s, one channel: {sum(passed)} of {len(passed)} pass")


def judged(
    model: Network, record: RunRecord, data: Dataset, truths: list[Recording]
) -> tuple[list[dict[str, float]], list[bool]]:
    """Read every trial: its scores, where the truth is known, and whether it passes for a heart."""
    rows, passed = [], []
    window = record.train.window.model_copy(update={"hop_s": HOP_S})
    by_name = {(truth.subject, truth.trial): truth for truth in truths}
    for header in data.trials:
        radar = AnyChannels(data, header, window, channels=record.model.channels)
        made, _ = reconstruct_guided(model, radar, header, record, own_rate(data, header))
        passed.append(any(each.heartbeat for each in judge(made)))
        if truths:
            rows.append(score(made, by_name[header.subject, header.trial]))
    return rows, passed


def guided(model: Network, record: RunRecord, folder: Path) -> None:
    """Print what knowing the rate does for slow radars of one point."""
    (folder / "faint.toml").write_text(FAINT)
    people = simulate(folder / "faint.h5", str(folder / "faint.toml"), SEED + 3, subjects=16)
    window = record.train.window.model_copy(update={"hop_s": HOP_S})
    pairs = []
    for header in people.trials:
        radar = AnyChannels(people, header, window, channels=record.model.channels)
        rate_of = own_rate(people, header)
        left_alone = reconstruct_by_tasks(model, radar, header, record)
        led, _ = reconstruct_guided(model, radar, header, record, rate_of)
        truth = people.recording(header)
        pairs.append([score(made, truth)["f1"] for made in (left_alone, led)])
    free, led = 100 * np.array(pairs).T
    changed = free != led
    print(
        f"\nfaint beats: {changed.sum()} of {changed.size} recordings are guided to others; "
        f"their mean F1 from {free[changed].mean():.1f} to {led[changed].mean():.1f} %, "
        f"of all from {free.mean():.1f} to {led.mean():.1f} %"
    )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description="Judge how a run reads rates and small radars.")
    parser.add_argument("run", type=Path, help="folder of a run, or `shipped`")
    run = run_folder(parser.parse_args().run)
    record, model = RunRecord.load(run), load_model(run / BEST)
    with tempfile.TemporaryDirectory() as folder:
        variability(model, record, Path(folder))
        channels(model, record, Path(folder))
        guided(model, record, Path(folder))


if __name__ == "__main__":
    main()
