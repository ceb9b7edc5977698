"""One self-contained page for the noise tables of some runs, beside the printed ones."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from radarkit.evaluation.columns import METRICS
from radarkit.evaluation.delta_m import FAILED_BELOW_PCC, NOISE_METRICS, shown_delta_m
from radarkit.evaluation.noise_conditions import Condition, Domain, conditions_of
from radarkit.evaluation.page import write_page
from radarkit.evaluation.published_noise import FRAMEWORKS, PublishedRow, published
from radarkit.evaluation.robustness_figure import robustness_figure
from radarkit.evaluation.robustness_rows import NoiseRow, networks
from radarkit.style import embed

_COLUMNS = [metric for metric in METRICS if metric.key in NOISE_METRICS]
_HEADINGS = [
    *((metric.label, f"{metric.unit} {metric.arrow}".strip()) for metric in _COLUMNS),
    ("delta\N{NON-BREAKING HYPHEN}m", "% ↑"),
]
_FAILED = "<failed>"  # no text of a cell begins so; the template draws it

Table = list[tuple[str, list[tuple[str, list[str]]]]]


def write_noise_page(
    path: Path,
    rows: Sequence[NoiseRow],
    domains: Sequence[Domain],
    facts: Mapping[str, Any],
) -> None:
    """Write the page.

    Parameters
    ----------
    path : Path
        The ``.html`` file; replaced if it is there.
    rows : sequence of NoiseRow
        Of all runs and methods; the first method of a run is its network.
    domains : sequence of str
        A section each.
    facts : mapping
        What the rows were made from, ready for JSON.
    """
    of_networks = networks(rows)
    everywhere = conditions_of(domains[0])
    write_page(
        path,
        "noise_page.html.j2",
        force=True,
        title="ECG from radar under noise",
        summary=_summary(of_networks, facts),
        columns=_HEADINGS,
        printed_columns=[(name, "printed, %") for name in FRAMEWORKS],
        domains=[
            {
                "name": domain,
                "runs": _by(of_networks, domain, lambda row: row.run, beside=True),
                "baselines": _by(
                    [row for row in rows if row not in of_networks],
                    domain,
                    lambda row: f"{row.method} ({row.run})",
                ),
                "picture": embed(robustness_figure(of_networks, domain, facts["printed_for"])),
            }
            for domain in domains
        ],
        printed=[
            (name, [(each.label, _printed(published(name, each))) for each in everywhere])
            for name in FRAMEWORKS
        ],
        where=facts["printed_for"],
        failed_below=f"{FAILED_BELOW_PCC:.0%}",
        facts=json.dumps(facts, indent=2, ensure_ascii=False),
    )


def _summary(rows: Sequence[NoiseRow], facts: Mapping[str, Any]) -> list[str]:
    runs = "; ".join(dict.fromkeys(f"{row.run}, {row.method}" for row in rows))
    trials = max(row.trials for row in rows)
    seen = sorted({name for run in facts["runs"] for name in run["subjects_seen_in_training"]})
    people = "people" if seen else "people that were not in the training"
    told = [
        f"{runs}: {trials} trials of {people}, without noise and under the noises of the published "
        "tables. Every run meets the same noise."
    ]
    if seen:
        told.append(f"Not a test: runs have learnt from {', '.join(seen)}, or were chosen by them.")
    return told


def _by(rows: Iterable[NoiseRow], domain: Domain, name: Any, *, beside: bool = False) -> Table:
    """Group rows of a domain under a name, in the order of its conditions."""
    tables: dict[str, dict[Condition, NoiseRow]] = {}
    for row in rows:
        tables.setdefault(name(row), {})[row.condition] = row
    return [
        (
            group,
            [
                (each.label, _own(found[each]) + (_beside(each) if beside else []))
                for each in conditions_of(domain)
                if each in found
            ],
        )
        for group, found in tables.items()
    ]


def _own(row: NoiseRow) -> list[str]:
    delta = _FAILED if row.failed else shown_delta_m(row.delta_m_percent)
    return [*(metric.shown(row.values[metric.key]) for metric in _COLUMNS), delta]


def _beside(condition: Condition) -> list[str]:
    return [_printed(published(name, condition))[-1] for name in FRAMEWORKS]


def _printed(row: PublishedRow | None) -> list[str]:
    if row is None:
        return ["\N{EN DASH}"] * len(_COLUMNS) + [_FAILED]
    values = (metric.shown(getattr(row, metric.key)) for metric in _COLUMNS)
    return [*values, shown_delta_m(row.delta_m_percent)]
