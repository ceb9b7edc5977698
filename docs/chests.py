"""Simulated chests held against real ones: the table of simulator.md.

    python docs/chests.py DATA...

DATA is a file or a folder of them. Each trial counts with its first 57.6 s, the length of the real
recordings.
"""

import argparse
import dataclasses
from collections.abc import Iterator
from pathlib import Path

from radarkit.datasets import Dataset
from radarkit.errors import UserError
from radarkit.evaluation.likeness import LikenessRow, summary
from radarkit.recording import Recording

SECONDS = 57.6


def beginning(recording: Recording) -> Recording:
    """Cut a recording to the length of the real ones."""
    end = round(SECONDS * recording.sample_rate_hz)
    peaks = recording.r_peaks
    return dataclasses.replace(
        recording,
        radar=recording.radar[:, :end],
        ecg=None if recording.ecg is None else recording.ecg[:end],
        r_peaks=None if peaks is None else peaks[peaks < end],
        valid=recording.valid[:end],
    )


def recordings(paths: list[Path]) -> Iterator[Recording]:
    """Read the trials of the data sets, one after the other."""
    for path in paths:
        data = Dataset(path)
        for header in data.trials:
            yield beginning(data.recording(header))


def line(row: LikenessRow) -> str:
    """One line of the table."""
    label = row.statistic.label + (" *" if row.statistic.best else "")
    simulated = f"{row.median:.3g} ({row.low:.3g} to {row.high:.3g})"
    return f"| {label} | {row.statistic.real} | {simulated} | {'yes' if row.within else 'no'} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Hold simulated chests against real ones.")
    parser.add_argument("data", nargs="+", type=Path, help="data sets: files, or folders of them")
    rows = summary(recordings(parser.parse_args().data))
    print("| statistic | real | simulated: median (5 to 95 %) | within |")
    print("|---|---|---|---|")
    for row in rows:
        print(line(row))
    print("\n\\* of the third of the recordings that is locked to R the most")


if __name__ == "__main__":
    try:
        main()
    except UserError as error:
        raise SystemExit(f"error: {error}") from None
