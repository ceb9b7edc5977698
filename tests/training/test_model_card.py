import json
import re

import pytest
import torch

from radarkit.datasets.splits import Split
from radarkit.models import ModelConfig, build_model, framework_of
from radarkit.training.config import TrainConfig
from radarkit.training.model_card import MODEL_CARD, write_model_card
from radarkit.training.reference import Reference
from radarkit.training.run import RunRecord

SIMULATED = {"config_json": json.dumps({"recipe": {"subjects": 6}}), "seed": 12}
EXTRACTED = {"config_json": json.dumps({"phase": "dacm"})}


def record_of(*, preset="compact", name="chest.h5", test=("eva",), **data):
    strategy = "ega" if framework_of(preset) == "radarODE-MTL" else "equal"
    return RunRecord(
        train=TrainConfig(preset=preset, strategy={"name": strategy}, seed=41),
        model=ModelConfig(preset=preset, channels=3),
        split=Split(train=("ann", "bob|1"), validation=("cem",), test=test),
        reference=Reference(
            mean_beat=(0.0,) * 200, amplitude_mv=1.0, offset_mv=0.0, mean_length=160.0, delay_s=0.1
        ),
        data={"name": name, "windows": {"train": 320, "validation": 80}, **data},
        versions={"radarkit": "0.1.0", "torch": "2.13.0"},
    )


def row_of(epoch, score, shape):
    losses = {"shape": shape, "length": 3.5, "anchors": 0.0125}
    return {"epoch": epoch, "train": losses, "validation": losses, "validation_score": score}


HISTORY = [row_of(0, 1.0, 0.09), row_of(1, 0.6, 0.04321), row_of(2, 0.7, 0.05)]


def card(folder, *given, **options):
    write_model_card(folder, *given, **options)
    return (folder / MODEL_CARD).read_text("utf-8")


def tables(text):
    """Rows of cells, as a reader of Markdown splits them."""
    blocks = re.findall(r"(?:^\|.*\|\n)+", text, re.MULTILINE)
    return [
        [
            [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            for line in block.splitlines()
        ]
        for block in blocks
    ]


INPUT = "3 channels x 71 rows x 120 frames"
VIBRATION = "3 channels x 800 samples"


@pytest.mark.parametrize(
    ("preset", "framework", "inputs", "tasks"),
    [
        ("compact", "radarODE-MTL", (INPUT,), ("shape", "length", "anchors")),
        ("radarode", "radarODE", (INPUT, VIBRATION), ("shape", "ecg")),
        ("mmecg", "MMECG", (VIBRATION, "the places"), ("samples",)),
    ],
)
def test_it_speaks_of_the_framework_that_was_trained(tmp_path, preset, framework, inputs, tasks):
    text = card(tmp_path, record_of(preset=preset), HISTORY)
    assert text.startswith(f"# Model card: {framework}, preset `{preset}`\n")
    (found,) = (row[1] for row in tables(text)[0] if row[0] == "input")
    assert found.count(";") == len(inputs) - 1 + (framework == "radarODE")
    assert all(each in found for each in inputs)
    assert re.findall(r"^- (\w+): ", text, re.MULTILINE) == list(tasks)
    assert ("all tasks share" in text) == (framework == "radarODE-MTL")


@pytest.mark.parametrize("preset", ["compact", "paper"])
def test_the_parameters_are_those_of_the_network_and_counting_draws_nothing(tmp_path, preset):
    record = record_of(preset=preset)
    generator = torch.random.get_rng_state()
    text = card(tmp_path, record, HISTORY)
    assert torch.equal(torch.random.get_rng_state(), generator)
    model = build_model(record.model)
    total = sum(p.numel() for p in model.parameters())
    shared = sum(p.numel() for p in model.shared_parameters())
    assert f"{total:,}, of which all tasks share {shared:,}" in text
    assert "3 channels x 71 rows x 120 frames" in text


def test_every_setting_of_the_training_is_there_with_its_value(tmp_path):
    record = record_of()
    text = card(tmp_path, record, HISTORY)
    (settings,) = (table[2:] for table in tables(text) if table[0] == ["setting", "value"])
    found = dict(settings)
    assert found["seed"] == "`41`"
    for name, value in record.train.model_dump(mode="json").items():
        inner = value if isinstance(value, dict) else {"": value}
        for key, each in inner.items():
            if each is not None:
                assert found[f"{name}.{key}".rstrip(".")] == f"`{each}`"
    assert "3 epochs were done" in text


def test_every_table_has_as_many_cells_in_each_row_whatever_the_names_are(tmp_path):
    text = card(tmp_path, record_of(name="a|b`c`.h5\n# x"), HISTORY)
    assert "bob\\|1" in text and "`a\\|b'c'.h5 # x`" in text
    for heads, rule, *rows in tables(text):
        assert set(rule) == {"---"}
        assert rows and {len(row) for row in rows} == {len(heads)}


def test_the_losses_of_the_best_epoch_are_shown(tmp_path):
    text = card(tmp_path, record_of(), HISTORY)
    assert "best epoch was number 2" in text
    assert ["shape", "0.04321"] in tables(text)[-1]


def test_data_and_people_are_named(tmp_path):
    text = card(tmp_path, record_of(**SIMULATED), HISTORY)
    data, people = (dict(table) for table in tables(text)[1:3])
    assert data["name"] == "`chest.h5`" and data["seed"] == "`12`"
    assert data["windows.train"] == "`320`"
    assert people["training (2)"] == "`ann`, `bob\\|1`"
    assert people["validation (1)"] == "`cem`" and people["test (1)"] == "`eva`"
    assert "recipe" not in text
    assert dict(tables(card(tmp_path, record_of(test=()), HISTORY))[2])["test (0)"] == "nobody"


@pytest.mark.parametrize(
    ("data", "simulated"),
    [(SIMULATED, True), (EXTRACTED, False), ({}, False), ({"config_json": "{"}, False)],
)
def test_simulated_people_are_called_so(tmp_path, data, simulated):
    assert ("simulated" in card(tmp_path, record_of(**data), HISTORY)) == simulated


def test_a_run_without_an_epoch_says_so(tmp_path):
    assert "No epoch was finished" in card(tmp_path, record_of(), [])
