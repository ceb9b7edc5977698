"""What ``radarkit eval --strategies`` leaves, beside the runs and the scores of single trials.

strategies.json    every row beside the printed one, each seed of it; what it was made from
strategies.csv     the same, one line a row
strategies.png     delta-m with its intervals
report.html        all of it on one page, with the course of the trainings
"""

import csv
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from radarkit.datasets.splits import seen_in_words
from radarkit.evaluation.published_strategies import WHERE, printed_strategy
from radarkit.evaluation.strategies import Measured
from radarkit.evaluation.strategy_entries import EGA, SINGLE
from radarkit.evaluation.strategy_figures import delta_m_figure
from radarkit.evaluation.strategy_page import write_strategy_page
from radarkit.evaluation.strategy_protocol import StrategyProtocol
from radarkit.evaluation.strategy_rows import Interval, StrategyRow
from radarkit.evaluation.trainings import eval_command
from radarkit.files import atomic_file
from radarkit.style import DPI
from radarkit.training.metrics_log import read_history


def write_strategies(
    measured: Measured,
    rows: Sequence[StrategyRow],
    protocol: StrategyProtocol,
    output: str = "STRATEGIES",
) -> None:
    """Write tables, a picture and the page.

    Parameters
    ----------
    measured : Measured
        What came out, and the folder; what is there of the same names is replaced.
    rows : sequence of StrategyRow
        Made of it, the single-task baseline first.
    protocol : StrategyProtocol
        What was asked for.
    output : str
        What the command that makes it again calls the folder.
    """
    folder, told = measured.folder, notes(rows, protocol)
    histories = {
        name: {seed: {run.name: read_history(run) for run in runs} for seed, runs in seeds.items()}
        for name, seeds in measured.runs.items()
    }
    facts = {
        **protocol.made_from(),
        "seeds": list(protocol.all_seeds),
        "leading": protocol.leading,
        "subjects_seen_in_training": list(protocol.seen),
        "people": {
            str(seed): sorted({str(trial["subject"]) for trial in trials})
            for seed, trials in measured.scores[SINGLE].items()
        },
    }
    with atomic_file(folder / "strategies.png", force=True) as part:
        delta_m_figure(rows).savefig(part, dpi=DPI, format="png")
    command = eval_command(protocol.base, protocol.data, output, *protocol.words)
    write_strategy_page(folder / "report.html", rows, histories, told, facts, command)
    flat = [_flat(row) for row in rows]
    with (
        atomic_file(folder / "strategies.csv", force=True) as part,
        part.open("w", encoding="utf-8", newline="") as file,
    ):
        table = csv.DictWriter(file, list(flat[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(flat)
    content = {
        **facts,
        "notes": told,
        "printed_rows": WHERE,
        "rows": [_nested(row, protocol) for row in rows],
    }
    with atomic_file(folder / "strategies.json", force=True) as part:
        part.write_text(json.dumps(content, indent=2, allow_nan=False) + "\n")


def notes(rows: Sequence[StrategyRow], protocol: StrategyProtocol) -> list[str]:
    """Say what a reader of the table has to know, in sentences."""
    told = []
    if protocol.seen:
        told.append(
            f"Not a test: the networks have learnt from {seen_in_words(protocol.seen)}, or were "
            "chosen by them, and may remember them. How good a strategy is on anybody else does "
            "not follow from this table."
        )
    for entry in protocol.entries:
        for config in entry.configs:
            settings = config.strategy.settings
            first = settings.get("warmup_epochs", -2) + 3
            if config.strategy.name == EGA and config.epochs < first:
                told.append(
                    f"The eccentric vector of {entry.name} first leaves 1 in epoch {first}; these "
                    f"trainings have {config.epochs}, so it is Aligned-MTL here."
                )
    several = [row for row in rows if len(row.seeds) > 1]
    if not several:
        told.append("One seed: the intervals are over people and know nothing of other seeds.")
    elif len(several) < len(rows):
        fewer = (
            " Rows with one seed are of fewer people: their RMSE, PCC and errors do not compare "
            "with the others', delta-m does."
        )
        told.append(
            "Strategies with several seeds were chosen by their first one, which therefore "
            "flatters them; the table has means over the seeds."
            + (fewer if protocol.split is None else "")
        )
    return told


def _nested(row: StrategyRow, protocol: StrategyProtocol) -> dict[str, Any]:
    printed = printed_strategy(row.name)
    entry = next(entry for entry in protocol.entries if entry.name == row.name)
    return {
        **_own(row),
        "strategy": entry.configs[0].strategy.model_dump(mode="json", exclude={"task"}),
        "by_seed": {
            str(seed): {name: _defined(value) for name, value in values.items()}
            for seed, values in row.by_seed.items()
        },
        "printed": None if printed is None else asdict(printed),
    }


def _flat(row: StrategyRow) -> dict[str, Any]:
    printed = printed_strategy(row.name)
    beside = {} if printed is None else asdict(printed)
    names = (*row.values, "delta_m_percent")
    return {
        **_own(row),
        "seeds": " ".join(map(str, row.seeds)),
        "failed_seeds": " ".join(map(str, row.failed)),
        **{f"printed ({WHERE}) {name}": beside.get(name) for name in names},
    }


def _own(row: StrategyRow) -> dict[str, Any]:
    return {
        "name": row.name,
        "seeds": list(row.seeds),
        "trials": row.trials,
        **{name: _defined(value) for name, value in row.values.items()},
        "failed_seeds": list(row.failed),
        **_ends("delta_m_percent", row.delta_m_percent),
        **_ends("ega_ahead_points", row.ega_ahead),
    }


def _ends(name: str, interval: Interval) -> dict[str, float | None]:
    return {
        name: _defined(interval.value),
        f"{name}_low": _defined(interval.low),
        f"{name}_high": _defined(interval.high),
    }


def _defined(value: float) -> float | None:
    return value if np.isfinite(value) else None
