"""What ``radarkit eval --robustness`` leaves, but for the scores of single trials.

robustness.json         every row, each beside the printed ones; what it was made from
robustness.csv          the same, one line a row
robustness-DOMAIN.png   curves
report.html             all of it on one page
"""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from radarkit.evaluation.delta_m import NOISE_METRICS
from radarkit.evaluation.noise_conditions import Domain
from radarkit.evaluation.noise_page import write_noise_page
from radarkit.evaluation.published_noise import FRAMEWORKS, published
from radarkit.evaluation.robustness_figure import robustness_figure
from radarkit.evaluation.robustness_rows import NoiseRow, networks
from radarkit.files import atomic_file
from radarkit.style import DPI


def write_robustness(
    folder: Path,
    rows: Sequence[NoiseRow],
    domains: Sequence[Domain],
    facts: Mapping[str, Any],
) -> None:
    """Write tables and pictures.

    Parameters
    ----------
    folder : Path
        Existing; what is there of the same names is replaced.
    rows : sequence of NoiseRow
        Of all runs and methods; the first method of a run is its network.
    domains : sequence of str
        A picture each.
    facts : mapping
        What the rows were made from, ready for JSON.
    """
    where = facts["printed_for"]
    for domain in domains:
        with atomic_file(folder / f"robustness-{domain}.png", force=True) as part:
            robustness_figure(networks(rows), domain, where).savefig(part, dpi=DPI, format="png")
    flat = [_flat(row, where) for row in rows]
    with (
        atomic_file(folder / "robustness.csv", force=True) as part,
        part.open("w", encoding="utf-8", newline="") as file,
    ):
        table = csv.DictWriter(file, list(flat[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(flat)
    write_noise_page(folder / "report.html", rows, domains, facts)
    content = {
        **facts,
        "printed_rows": f"{where}; noise in the spectrogram",
        "rows": [_nested(row) for row in rows],
    }
    with atomic_file(folder / "robustness.json", force=True) as part:
        part.write_text(json.dumps(content, indent=2, allow_nan=False) + "\n")


def _nested(row: NoiseRow) -> dict[str, Any]:
    beside = {}
    for framework in FRAMEWORKS:
        printed = published(framework, row.condition)
        beside[framework] = "failed" if printed is None else asdict(printed)
    return {
        **_own(row),
        "changes_percent": {name: _defined(x) for name, x in row.changes_percent.items()},
        "printed": beside,
    }


def _flat(row: NoiseRow, where: str) -> dict[str, Any]:
    cells = _own(row)
    cells |= {f"{name} change_percent": _defined(x) for name, x in row.changes_percent.items()}
    for framework in FRAMEWORKS:
        printed = published(framework, row.condition)
        for name in (*NOISE_METRICS, "delta_m_percent"):
            cells[f"{framework} ({where}) {name}"] = (
                "failed" if printed is None else getattr(printed, name)
            )
    return cells


def _own(row: NoiseRow) -> dict[str, Any]:
    return {
        "run": row.run,
        "method": row.method,
        "domain": row.condition.domain or "",
        "noise": row.condition.group,
        "level": row.condition.level,
        "label": row.condition.label,
        **{name: _defined(value) for name, value in row.values.items()},
        "trials": row.trials,
        "trials_without_a_matched_beat": row.silent,
        "failed": row.failed,
        "delta_m_percent": _defined(row.delta_m_percent),
    }


def _defined(value: float) -> float | None:
    return value if np.isfinite(value) else None
