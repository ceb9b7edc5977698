"""The captures of the demo, extracted, beside what they were made of: figures of results.md.

    python docs/demo_extraction.py demo

after `make demo`: each channel against the mean displacement of the points of its chest, and heart
rates against those of the R peaks.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from radarkit.datasets import Dataset

NEAR_PER_MIN = 3.0


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description="Hold extractions against simulated truth.")
    parser.add_argument("demo", type=Path, help="folder that `make demo` left")
    demo = parser.parse_args().demo
    reports = json.loads((demo / "extract.json").read_text("utf-8"))
    truth = Dataset(demo / "truth")
    headers = {header.name: header for header in truth.trials}
    data = Dataset(demo / "data")
    correlations: list[float] = []
    off_per_min: list[float] = []
    for found in data.trials:
        header = headers[found.name]
        true_m = truth.recording(header).radar.mean(axis=0, dtype=np.float64)
        motions_m = data.recording(found).radar
        correlations += [float(np.corrcoef(each, true_m)[0, 1]) for each in motions_m]
        rate_per_min = reports[found.name]["heart_rate_per_min"]
        if rate_per_min is not None:
            cycles = np.diff(truth.labels(header)[1])
            off_per_min.append(abs(rate_per_min - 60 * header.sample_rate_hz / cycles.mean()))
    median, worst_five = np.quantile(correlations, (0.5, 0.05))
    print(
        f"{len(correlations)} channels: correlation {median:.4f}, {worst_five:.3f} or more in 95 %"
    )
    error = np.array(off_per_min)
    print(
        f"{error.size} of {len(data.trials)} heart rates: median error {np.median(error):.1f} per "
        f"minute, {100 * (error <= NEAR_PER_MIN).mean():.0f} % within {NEAR_PER_MIN:g}, "
        f"the worst {error.max():.1f}"
    )


if __name__ == "__main__":
    main()
