"""Commands of the pages that no other test types: each runs as it stands there, on less data."""

import json
import re
import runpy
import shutil

import pytest

from radarkit.datasets.reader import Dataset
from radarkit.evaluation.evaluate import evaluate
from radarkit.evaluation.frameworks import method_names

from .docs_files import lay_out
from .docs_pages import ROOT, blocks, command_lines, pages, text_of
from .evaluation.runs import write_data, write_run
from .test_docs import run_lines

SCRIPTS = sorted(
    {name for page in pages() for name in re.findall(r"python (docs/\w+\.py)", text_of(page))}
)


def shortened(page, changes, *, but=()):
    """Command lines of a page with less to do; every change must be one of what stands there."""
    lines = [line for line in command_lines(page) if line.startswith("radarkit ")]
    script = "\n".join(line for line in lines if not any(each in line for each in but))
    for much, little in changes.items():
        assert much in script, much
        script = script.replace(much, little)
    return script.splitlines()


@pytest.mark.parametrize("page", ["docs/captures.md", "docs/extraction.md"])
def test_the_commands_of_a_page_on_captures_run_as_they_stand_there(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lay_out(page, tmp_path)
    said = run_lines([line for line in command_lines(page) if line.startswith("radarkit ")])
    assert "range 0.6" in said
    assert len(Dataset(tmp_path / "motion.h5").trials) == 1
    assert (tmp_path / "motion.html").is_file() == (page == "docs/extraction.md")


def test_the_simulations_of_the_page_run(tmp_path, monkeypatch):
    """But for the large benchmark, whose recipe is drawn from in tests/simulate."""
    monkeypatch.chdir(tmp_path)
    ward = next(each for each in blocks("docs/simulator.md", "toml") if "ward" in each)
    (tmp_path / "ward.toml").write_text(ward, "utf-8")
    small = "--subjects 1 --duration 10 --channels 2"
    lines = shortened(
        "docs/simulator.md",
        {
            "--subjects 8 --duration 60 --channels 8": small,
            "noisy.h5": f"noisy.h5 {small}",
            "--raw captures --subjects 8": f"--raw captures {small}",
            "--subjects 120 --duration 58 --channels 3": small,
            "simulate benchmark -o moving --subjects 24 --channels 3 --duration 58": (
                f"simulate lying -o moving {small}"
            ),
        },
        but=("simulate benchmark -o benchmark", "--ecg"),
    )
    assert [line.split()[1] for line in lines].count("simulate") == 5
    (named,) = re.findall(r"`(radarkit simulate ward.toml -o ward)`", text_of("docs/simulator.md"))
    lines.append(f"{named} {small}")
    run_lines(lines)
    assert len(list((tmp_path / "captures").glob("*.bin"))) == 1
    assert [trial.status for trial in Dataset(tmp_path / "ward").trials] == ["SP", "PE"]
    assert Dataset(tmp_path / "extracted").trials[0].beats  # of the label


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """The data set and the runs that pages take for granted, small and untaught."""
    folder = tmp_path_factory.mktemp("pages")
    data = write_data(folder / "benchmark-small.h5")
    (folder / "benchmark-small").mkdir()
    shutil.copy(data, folder / "benchmark-small" / "people.h5")
    for seed, name in enumerate(("run", "other-run")):
        write_run(folder / name, folder / "benchmark-small", seed=seed)
    return folder


def test_the_trainings_of_the_page_run_with_its_settings(place, monkeypatch):
    monkeypatch.chdir(place)
    (settings,) = blocks("docs/training.md", "toml")
    (place / "mine.toml").write_text(settings, "utf-8")
    lines = [line for line in shortened("docs/training.md", {}) if " --preset " not in line]
    (line,) = [line for line in lines if "mine.toml" in line]
    assert "--epochs 20 --set strategy.temperature=0.5" in line
    small = "--epochs 1 --set window.hop_s=4"
    line = line.replace("DATA", "benchmark-small").replace("RUN", "settings")
    run_lines([line.replace("--epochs 20", small)])
    made = {path.name for path in (place / "settings").iterdir()}
    listed = ["run.json", "metrics.jsonl", "best.pt", "last.pt", "MODEL_CARD.md"]
    assert made >= set(listed)
    assert all(f"`{name}`" in text_of("docs/training.md") for name in listed)
    found = json.loads((place / "settings" / "run.json").read_text())["train"]
    assert (found["epochs"], found["strategy"]["temperature"]) == (1, 0.5)  # options go first
    assert found["patience"] == 8 and len(found["noise"]["noises"]) == 2  # then the file
    assert found["optimiser"]["name"] == "adamw"


@pytest.mark.slow
def test_the_reports_of_the_page_hold_the_files_that_it_lists(place, monkeypatch):
    monkeypatch.chdir(place)
    lines = shortened("docs/evaluation.md", {}, but=("--strategies", "--cross-validate", "train"))
    first, with_ecg, noise = dict.fromkeys(lines)
    assert "--save-ecg" in with_ecg and "--robustness --domain both" in noise
    run_lines([first, f"{with_ecg} --force", noise])
    page = text_of("docs/evaluation.md")
    listed = re.findall(r"^    (noise/\S+) ", page, re.MULTILINE)
    assert len(listed) == 6
    for name in listed:
        assert list(place.glob(name)), name
    table = page.split("## Saved ECGs")[1]
    suffixes = re.findall(r"`(?:NAME)?(\.[\w.]+)`", table)
    made = {path.name for path in (place / "report" / "ecg").iterdir()}
    assert {name[name.index(".") :] for name in made} == set(suffixes)


def test_the_reconstructions_of_the_page_run(place, monkeypatch):
    monkeypatch.chdir(place)
    shutil.copy(place / "benchmark-small.h5", place / "chest.h5")
    lines = shortened("docs/reconstruct.md", {}, but=("adc_data.bin", "captures/", "night"))
    assert len(lines) == 2
    # a file holds one trial, and this data set has three
    said = run_lines([lines[0]])
    assert said.count("no heartbeat found") == 3
    run_lines([lines[0].replace("-o ecg", "-o all.json")])
    assert len(json.loads((place / "all.json").read_text())["recordings"]) == 3
    table = text_of("docs/reconstruct.md").split("| `-o` | holds |")[1].split("\n\n")[0]
    suffixes = set(re.findall(r"`(\.[\w.]+)`", table)) - {".json"}
    made = {path.name for path in (place / "ecg").iterdir()} - {"summary.json"}
    # `.atr` has a note at every stretch without a heartbeat
    assert {name[name.index(".") :] for name in made} == suffixes


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_of_the_pages_still_finds_what_it_imports(script, monkeypatch):
    """Minutes each, so they are not run; but what they take from radarkit is there."""
    monkeypatch.syspath_prepend(ROOT / "docs")
    names = runpy.run_path(str(ROOT / script), run_name="imported")
    assert f"python {script}" in names["__doc__"]


def test_the_script_of_confidences_counts_what_was_found(place, monkeypatch, capsys):
    """On a run that knows nothing, clean and under one noise."""
    monkeypatch.syspath_prepend(ROOT / "docs")
    monkeypatch.setattr("sys.argv", ["confidence.py", str(place / "run"), str(place / "chest.h5")])
    shutil.copy(place / "benchmark-small.h5", place / "chest.h5")
    names = runpy.run_path(str(ROOT / "docs" / "confidence.py"), run_name="imported")
    for name in set(names["NOISES"]) - {"clean", "-3 dB"}:
        del names["NOISES"][name]
    names["main"]()
    said, noisy = capsys.readouterr().out.split("\n-3 dB: ")
    assert re.search(r"^\| 1 trials \|", noisy, re.MULTILINE) and "| -3 dB | " in noisy
    found = sum(int(each) for each in re.findall(r"^\| from [\d.]+ \| (\d+) ", said, re.MULTILINE))
    done = evaluate(place / "run", place / "chest.h5")
    (trial,) = done.trials
    made = trial.reconstructions[method_names(done.record)[0]]
    assert found == (~made.interpolated).sum() > 0
