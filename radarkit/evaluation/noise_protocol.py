"""What a measurement under noise is made from: runs, data, domains and a seed."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from radarkit import __version__
from radarkit.datasets.published_splits import SPLITS
from radarkit.datasets.reader import Dataset
from radarkit.datasets.splits import left_out_subjects, seen_subjects
from radarkit.errors import UserError
from radarkit.evaluation.evaluate import scored_trials, trial_input
from radarkit.evaluation.noise_conditions import Condition, Domain, conditions_of
from radarkit.evaluation.published_noise import WHERE
from radarkit.training.checkpoint import load_model
from radarkit.training.run import BEST, RECORD, RunRecord

_MMECG = ("mmecg", "radarode-mtl")  # importers of what the printed figures are of


@dataclass(frozen=True)
class Protocol:
    """What is asked for.

    Attributes
    ----------
    runs : tuple of Path
        Folders of the runs.
    data : Path
        Labelled data set.
    domains : tuple of str
        Where the noise is added: ``signal``, ``spectrogram``.
    seed : int
        Of the noise.
    allow_seen : bool
        As in `evaluate`.
    """

    runs: tuple[Path, ...]
    data: Path
    domains: tuple[Domain, ...]
    seed: int = 0
    allow_seen: bool = False

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Every condition once, the clean one first."""
        return tuple(dict.fromkeys(c for domain in self.domains for c in conditions_of(domain)))

    @property
    def names(self) -> dict[str, Path]:
        """Runs by the name they have in tables: that of the folder, if no other has it."""
        short = [run.resolve().name for run in self.runs]
        return {
            name if short.count(name) == 1 else str(run): run
            for name, run in zip(short, self.runs, strict=True)
        }

    def made_from(self) -> dict[str, Any]:
        """List everything that decides the scores, ready for JSON.

        Raises
        ------
        UserError
            When a run or the data cannot be used, or do not fit each other, under any condition.
        """
        dataset = Dataset(self.data)
        runs = []
        for name, run in self.names.items():
            record = RunRecord.load(run)
            _check_domains(name, record, self.domains)
            load_model(run / BEST)
            headers = scored_trials(dataset, record, allow_seen=self.allow_seen)
            scored = list(dict.fromkeys(header.subject for header in headers))
            runs.append(
                {
                    "run": name,
                    "checkpoint": _digest(run),
                    "subjects": scored,
                    "subjects_seen_in_training": list(seen_subjects(scored, record.split)),
                    "subjects_left_out": list(
                        left_out_subjects(dataset.subjects, record.split, scored)
                    ),
                }
            )
            for header in headers:
                dataset.labels(header)
                for domain in self.domains:  # the last one has the least to read
                    noise = conditions_of(domain)[-1].live(self.seed)
                    trial_input(dataset, header, record, noise)
        return {
            "radarkit_version": __version__,
            "runs": runs,
            "data": fingerprint(dataset),
            "domains": list(self.domains),
            "noise_seed": self.seed,
            "printed_for": printed_for(dataset, {name for run in runs for name in run["subjects"]}),
        }


def printed_for(dataset: Dataset, scored: Collection[str]) -> str:
    """Say what the printed rows are of, beside the runs that stand next to them.

    Parameters
    ----------
    dataset : Dataset
        What the runs are scored on.
    scored : collection of str
        The subjects.
    """
    made_from = json.loads(dataset.attributes.get("config_json", "{}"))
    if made_from.get("importer") not in _MMECG:
        return WHERE
    if set(scored) == set(SPLITS["mmecg-as-published"].test):
        return "MMECG data set, the trials that the runs are scored on"
    return "MMECG data set, as the runs, with another test"


def _check_domains(name: str, record: RunRecord, domains: tuple[Domain, ...]) -> None:
    """Refuse noise that a framework would not meet."""
    framework = record.model.framework
    if "spectrogram" in domains and framework != "radarODE-MTL":
        raise UserError(
            f"noise in the spectrogram for {name}: {framework} reads the signal, which has none",
            expected="--domain signal",
            do="leave the run out, or give it its own table",
        )


def _digest(run: Path) -> str:
    content = (run / RECORD).read_bytes() + (run / BEST).read_bytes()
    return hashlib.sha256(content).hexdigest()[:16]


def fingerprint(dataset: Dataset) -> str:
    """Tell one data set from another without reading all of it."""
    trials = [(each.name, each.samples, each.path.stat().st_size) for each in dataset.trials]
    content = f"{dataset.attributes.get('config_json')} {trials}"
    return f"{dataset.path.name} {hashlib.sha256(content.encode()).hexdigest()[:16]}"
