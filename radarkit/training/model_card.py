"""The model card of a run: what the network is, learnt from whom, how well, and for what.

In the manner of Mitchell et al., "Model Cards for Model Reporting" (FAT* 2019), and made from the
run alone, so that it says nothing that was not so.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from radarkit.files import atomic_file
from radarkit.models import Framework, ModelConfig, build_model
from radarkit.training.run import RunRecord

MODEL_CARD = "MODEL_CARD.md"

_PURPOSE = """\
Research on ECGs from radar: methods, radars and places compared on people whose ECG is known.

It is **not** for"""
_NOT_FOR = (
    """\
diagnosis, treatment or watching over patients. It draws the beat that is likeliest for people like
  those it learnt from; a sick heart's own shape may be missing from it""",
    "people, postures and radars unlike those of its data, below, without scoring it on them first",
    "radar made otherwise than that of its data set: other rates, channels, rows or frames",
)
_SIMULATED = "claims about real people: **its data set is simulated**, with all the people below"

_OUTPUTS: dict[Framework, str] = {
    "radarODE-MTL": """\
For each window it predicts three things, from which the ECG of a recording is put together:

- shape: the cardiac cycle nearest the middle, 200 points from 0 at its lowest to 1;
- length: of that cycle, one of 260 classes of 5 ms;
- anchors: 800 points at 200 Hz that stand out at the R peaks.""",
    "radarODE": """\
For each window it predicts two things, one after the other:

- shape: the cardiac cycle nearest the middle, 200 points from 0 at its lowest to 1;
- ecg: that of the window at 200 Hz, 0 at the foot of the cycles and 1 at their top.

Overlapping windows are averaged to the ECG of a recording; R peaks are found in it.""",
    "MMECG": """\
For each sample at 200 Hz it predicts one thing, from the radar and from the samples before:

- samples: one of 256 mu-law classes, of an ECG with the foot of the cycles at 0 and their top at 1.

An ECG is drawn sample by sample from what was drawn before; R peaks are found in it.""",
}

_USE = """\
    radarkit eval RUN DATA -o REPORT

RUN is the folder of this card, DATA a labelled data set. The report scores the people that the
network did not learn from and was not chosen by, beside baselines that need no network."""


def write_model_card(folder: Path, record: RunRecord, history: Sequence[Mapping[str, Any]]) -> None:
    """Write ``MODEL_CARD.md`` into a run, in place of the one that is there.

    Parameters
    ----------
    folder : Path
        Folder of the run.
    record : RunRecord
        Its ``run.json``.
    history : sequence of dict
        Its rows, see `radarkit.training.metrics_log.MetricsLog`; may be empty.
    """
    sections = {
        "The network": _network(record),
        "What it is for": _purpose(record),
        "Data": _data(record),
        "Training": _training(record, history),
        "Validation": _validation(history),
        "Use": _USE,
    }
    title = f"# Model card: {record.model.framework}, preset {_code(record.model.preset)}"
    text = "\n\n".join([title, *(f"## {name}\n\n{body}" for name, body in sections.items())])
    with atomic_file(folder / MODEL_CARD, force=True) as part:
        part.write_text(text + "\n", "utf-8")


def _network(record: RunRecord) -> str:
    size = record.model
    with torch.device("meta"):  # counts without memory, and draws nothing from the generator
        model = build_model(size)
    total = sum(parameter.numel() for parameter in model.parameters())
    shared = sum(parameter.numel() for parameter in model.shared_parameters())
    rows = {
        "parameters": f"{total:,}" + (f", of which all tasks share {shared:,}" if shared else ""),
        "input": "; ".join(_inputs(size)),
    }
    return f"{_table(('', ''), rows.items())}\n\n{_OUTPUTS[size.framework]}"


def _inputs(size: ModelConfig) -> Iterator[str]:
    """Say what a network reads of a window."""
    if size.framework != "MMECG":
        yield (
            f"spectrograms of {size.channels} channels x {size.rows} rows x {size.frames} frames, "
            "in [0, 1]"
        )
    if size.framework == "radarODE":
        yield "the cycle length that is read off their energy"
    if size.framework != "radarODE-MTL":
        yield (
            f"vibration of {size.channels} channels x {size.samples} samples at 200 Hz, of mean 0 "
            "and variance 1 in each"
        )
    if size.framework == "MMECG":
        yield "the places of the channels on the chest"


def _purpose(record: RunRecord) -> str:
    not_for = (*_NOT_FOR, _SIMULATED) if _is_simulated(record) else _NOT_FOR
    return f"{_PURPOSE}\n\n- " + ";\n- ".join(not_for) + "."


def _is_simulated(record: RunRecord) -> bool:
    """Whether the configuration of the data set has a recipe for people."""
    try:
        return "recipe" in json.loads(record.data.get("config_json", "{}"))
    except (TypeError, ValueError):  # a data set of other tools
        return False


def _data(record: RunRecord) -> str:
    split = record.split
    parts = {"training": split.train, "validation": split.validation, "test": split.test}
    people = {
        f"{part} ({len(names)})": ", ".join(map(_code, names)) or "nobody"
        for part, names in parts.items()
    }
    facts = {
        name: value
        for name, value in _settings(record.data)
        if name != "config_json"  # pages of it; it is in run.json
    }
    return f"{_table(('', ''), facts.items())}\n\n{_table(('subjects for', ''), people.items())}"


def _training(record: RunRecord, history: Sequence[Mapping[str, Any]]) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in record.versions.items())
    done = f"{len(history)} epochs were done, with {versions}. The settings:"
    settings = _settings(record.train.model_dump(mode="json"))
    return f"{done}\n\n{_table(('setting', 'value'), settings)}"


def _validation(history: Sequence[Mapping[str, Any]]) -> str:
    if not history:
        return "No epoch was finished: there is nothing to use yet."
    best = min(history, key=lambda row: float(row["validation_score"]))
    losses = ((task, f"{loss:.4g}") for task, loss in best["validation"].items())
    table = _table(("task", "this network"), losses)
    return (
        f"The network was chosen by the validation subjects: the best epoch was number "
        f"{best['epoch'] + 1}. Its mean losses over their windows:\n\n{table}\n\n"
        "Losses are no scores; the report has those, on the test subjects."
    )


def _settings(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Name settings and their values, inner ones as outer.inner; what is not set is left out."""
    if isinstance(value, Mapping):
        for inner, setting in value.items():
            yield from _settings(setting, f"{name}.{inner}" if name else str(inner))
    elif isinstance(value, list | tuple) and any(isinstance(each, Mapping) for each in value):
        for number, setting in enumerate(value, start=1):
            yield from _settings(setting, f"{name}.{number}")
    elif isinstance(value, list | tuple):
        if value:
            yield name, _code(", ".join(map(str, value)))
    elif value is not None:
        yield name, _code(value)


def _table(heads: Sequence[str], rows: Any) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _code(value: object) -> str:
    """Show a value as it is, whatever Markdown would make of its letters."""
    text = " ".join(str(value).split()).replace("`", "'").replace("|", "\\|")
    return f"`{text}`" if text else "(empty)"
