"""What pages state of the code in passing (tables, defaults, limits) is what the code does."""

import re
import runpy
import tomllib

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from radarkit.capture import open_capture, write_dca1000, write_toml
from radarkit.cli.main import app
from radarkit.datasets.recipes import load_recipe
from radarkit.datasets.windows import LENGTH_CLASSES, R_FRACTION, WindowConfig, aligned_step
from radarkit.evaluation.hrv import heart_rate_variability
from radarkit.extract import extract
from radarkit.extract.evidence import RATES_PER_MIN
from radarkit.extract.rates import BREATHING_HZ
from radarkit.models import PRESETS, ModelConfig, build_model
from radarkit.models.ode import ANGLES_DEG, HEIGHTS, WAVES, WIDTHS_RAD
from radarkit.mtl import STRATEGIES, strategy_settings
from radarkit.simulate import DEFAULT_RADAR
from radarkit.simulate.fmcw import MMECG_RADAR, simulate_capture
from radarkit.simulate.scene import FrontEndConfig
from radarkit.spectrogram.wavelet import MU
from radarkit.training.presets import load_config

from .capture.cases import radar
from .docs_pages import ROOT, text_of
from .mtl.test_strategies import build, decide


def table_below(page, heading):
    """Cells of the rows of the first table whose first column has that heading."""
    rows, *_ = re.findall(
        rf"^\| {re.escape(heading)} \|.*\n\|---.*\n((?:\|.*\n)+)", text_of(page), re.MULTILINE
    )
    return [[cell.strip() for cell in row.split("|")[1:-1]] for row in rows.splitlines()]


def test_the_table_of_strategies_has_every_one_with_its_settings_and_its_weights():
    loss = 2.0
    rows = table_below("docs/training.md", "name")
    named = [re.findall(r"`([\w-]+)`(?: ([\d.]+))?", cells[0]) for cells in rows]
    assert [names[0][0] for names in named] == list(STRATEGIES)
    for (_, said, _), ((name, _), *settings) in zip(rows, named, strict=True):
        defaults = strategy_settings(name)
        for setting, value in settings:
            assert setting in defaults, (name, setting)
            assert not value or float(value) == defaults[setting], (name, setting)
        weights, _ = decide(build(name), torch.full((3,), loss), torch.eye(3))
        value = {"one of them 1": "1"}.get(said, said.split()[0]).replace("L", str(loss))
        above, _, below = value.partition("/")
        expected = float(above) / float(below or 1)
        assert weights.max().item() == pytest.approx(expected, abs=6e-4), name
        if said != "one of them 1":
            assert weights.min().item() == pytest.approx(expected, abs=6e-4), name


def test_the_table_of_presets_says_what_each_trains_with():
    rows = {cells[0].strip("`"): cells[2] for cells in table_below("docs/training.md", "preset")}
    assert tuple(rows) == PRESETS
    for preset, said in rows.items():
        if said == "the same":
            said = rows["paper"]
        config = load_config(preset)
        assert said.lower().startswith(config.optimiser.name)
        rate = re.match(r"\w+ (\d[\de.-]*)", said)
        assert rate is None or float(rate[1]) == config.optimiser.learning_rate, preset
        batch = re.search(r"batches of (\d+)", said)
        assert batch is None or int(batch[1]) == config.batch_size, preset
        length = re.search(r"windows of ([\d.]+) s", said)
        assert config.window.length_s == (float(length[1]) if length else 4), preset
    assert "half a million parameters" in text_of("docs/training.md")
    size = sum(each.numel() for each in build_model(ModelConfig(channels=8)).parameters())
    assert 0.4e6 < size < 0.6e6


def test_the_settings_of_the_page_on_training_are_the_defaults_where_it_says_so():
    """`[strategy]` of the page: "with the published values as defaults"."""
    (toml,) = re.findall(r"```toml\n(.*?)```", text_of("docs/training.md"), re.DOTALL)
    said, config = tomllib.loads(toml), load_config("compact")
    assert (
        strategy_settings("ega").items()
        >= {key: value for key, value in said["strategy"].items() if key != "name"}.items()
    )
    for key in ("batch_size", "accumulate", "gradient_space", "precision", "clip_norm"):
        assert getattr(config, key) == said[key], key
    assert config.length_spread == said["length_spread"]
    assert config.optimiser.model_dump().items() >= said["optimiser"].items()
    assert config.window.anchor_sigma_s == said["window"]["anchor_sigma_s"]


@pytest.mark.parametrize(("written", "read"), [("qi-pairs", "i-first"), ("i-first", "qi-pairs")])
def test_pairs_read_as_groups_show_every_echo_at_the_four_places_of_the_page(
    tmp_path, written, read
):
    places = re.search(
        r"at bin (\d+) of (\d+),\s+mirrored at (\d+), .* at (\d+) and (\d+)\.",
        text_of("docs/captures.md").replace("\n", " "),
    )
    bin_, samples, *others = map(int, places.groups())
    tone = np.exp(2j * np.pi * bin_ * np.arange(samples) / samples)
    sent = radar(samples=samples, iq_order=written)
    cube = np.round(1000 * tone).astype(np.complex64).reshape(1, *sent.frame_shape)
    write_dca1000(tmp_path / "tone.bin", [cube], sent)
    found = open_capture(tmp_path / "tone.bin", radar(samples=samples, iq_order=read)).read(0, 1)
    level = np.abs(np.fft.fft(found.ravel()))
    assert set(np.flatnonzero(level > 0.05 * level.max()).tolist()) == {bin_, *others}


def test_a_swapped_tone_is_mirrored_as_the_page_says(tmp_path):
    bin_, samples, mirrored = map(
        int,
        re.search(
            r"a peak at bin (\d+) of (\d+) is found at (\d+)",
            text_of("docs/captures.md").replace("\n", " "),
        ).groups(),
    )
    tone = np.exp(2j * np.pi * bin_ * np.arange(samples) / samples)
    sent = radar(samples=samples, iq_order="i-first")
    cube = np.round(1000 * tone).astype(np.complex64).reshape(1, *sent.frame_shape)
    write_dca1000(tmp_path / "tone.bin", [cube], sent)
    found = open_capture(tmp_path / "tone.bin", radar(samples=samples, iq_order="q-first"))
    swapped = found.read(0, 1).ravel()
    assert np.abs(np.fft.fft(swapped)).argmax() == mirrored
    np.testing.assert_allclose(swapped, 1j * cube.ravel().conj())  # "a sample becomes j conj(z)"


def test_every_flaw_of_the_front_end_is_a_field():
    fields = {cells[1].strip("`") for cells in table_below("docs/front_end.md", "flaw")}
    assert len(fields) == 7 and fields <= set(FrontEndConfig.model_fields)


def test_windows_are_as_the_page_on_data_sets_says():
    page = " ".join(text_of("docs/dataset.md").split())
    window = WindowConfig()
    assert f"A window is {window.length_s:g} s long" in page
    assert f"every {aligned_step(30.0) / 200:g} s" in page
    assert f"{window.hop_s:g} s apart in training" in page
    assert f"{LENGTH_CLASSES} classes" in page
    assert f"starts {100 * R_FRACTION:g} % of its own length before its R peak" in page


def test_rates_are_looked_for_where_the_page_says():
    page = " ".join(text_of("docs/rates.md").split())
    low, high = (60 * each for each in BREATHING_HZ)
    assert f"between {low:g} and {high:g} per minute of the channels' mean spectrum" in page
    assert f"each rate from {RATES_PER_MIN[0]:g} to {RATES_PER_MIN[-1]:g} per minute" in page
    assert np.ptp(np.diff(RATES_PER_MIN)) == 0 and RATES_PER_MIN[1] - RATES_PER_MIN[0] == 0.5


def test_couplings_of_the_simulator_have_the_strengths_of_the_page():
    said = {cells[0]: cells[2] for cells in table_below("docs/simulator.md", "in the ECG")}
    recipe = tomllib.loads((ROOT / "datasets" / "recipes" / "default.toml").read_text("utf-8"))
    share = recipe["people"]["mechanics"]["t_end_share"]
    assert said["end of T, later or earlier than usual"] == f"`t_end_share` = {share}"
    pairs = {each["to"]: each["correlation"] for each in recipe["coupled"]}
    assert said["width of QRS"] == f"correlation {pairs['ecg.r.width_s']}"
    assert said["height of T"] == f"correlation {pairs['ecg.t.amplitude_mv']}"
    _, spread_s = recipe["people"]["mechanics"]["after_opening_s"]["normal"]
    assert f"differs from person to person by {1e3 * spread_s:g} ms" in text_of("docs/simulator.md")
    assert load_recipe("default").description  # the same file is what the command reads


def test_numbers_of_variability_are_given_from_as_many_intervals_as_the_page_says():
    rows = {cells[0]: cells[2] for cells in table_below("docs/reconstruct.md", "number")}
    fewest = {name: int(re.match(r"(\d+) intervals", said)[1]) for name, said in rows.items()}
    fields = {
        "heart rate": "heart_rate_per_min", "SDNN": "sdnn_ms", "RMSSD": "rmssd_ms",
        "pNN50": "pnn50_percent",
    }  # fmt: skip
    rng = np.random.default_rng(0)
    r_peaks = np.cumsum(200 + rng.normal(0, 3, 60))
    for name, field in fields.items():
        enough = heart_rate_variability(r_peaks[: fewest[name] + 1])
        too_few = heart_rate_variability(r_peaks[: fewest[name]])
        assert getattr(enough, field) is not None and getattr(too_few, field) is None, name


def test_constants_of_the_theory_are_those_of_the_code():
    page = " ".join(text_of("docs/theory.md").split())
    assert re.search(rf"Morlet wavelet of \$\\mu = {MU:g}\$", page)
    assert "the fifteen $a_i$, $b_i$, $\\theta_i$" in page
    assert len(HEIGHTS) + len(WIDTHS_RAD) + len(ANGLES_DEG) == 15
    assert f"\\{{{','.join(WAVES)}\\}}" in page
    assert f"one of {LENGTH_CLASSES} classes of {1000 / 200:g} ms" in page


def test_an_empty_room_is_refused_before_anything_is_drawn(tmp_path, monkeypatch):
    page = " ".join(text_of("docs/reconstruct.md").split())
    (said,) = re.findall(r'with exit code 2: "([^"]+)"', page)
    monkeypatch.chdir(tmp_path)
    shape, rng = (2000, *DEFAULT_RADAR.frame_shape), np.random.default_rng(0)
    noise = rng.normal(0, 20, (2, *shape))
    room = 500 * np.exp(2j * np.pi * 9 * np.arange(shape[-1]) / shape[-1])
    samples = np.round(room + noise[0] + 1j * noise[1]).astype(np.complex64)
    write_dca1000(tmp_path / "room.bin", [samples], DEFAULT_RADAR)
    write_toml(DEFAULT_RADAR, tmp_path / "radar.toml")
    done = CliRunner().invoke(app, ["reconstruct", "room.bin", "-c", "radar.toml", "-o", "ecg"])
    assert done.exit_code == 2 and said in done.stderr and done.stderr.count("\n") == 1
    assert {path.name for path in tmp_path.iterdir()} == {"room.bin", "radar.toml"}


def test_the_package_holds_every_file_and_folder_of_the_code():
    """RELEASING: "recipes, presets, page templates and the shipped run" are in the wheel."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    options, top = (
        project["tool"]["setuptools"],
        {"radarkit.cli": "cli", "radarkit.datasets": "datasets"},
    )
    for name, folder in top.items():
        assert options["package-dir"][name] == folder
    packed, there = set(), set()
    for package in options["packages"]:
        outer = next((each for each in top if package.startswith(each)), "")
        folder = ROOT / (top.get(outer, "") + package.removeprefix(outer).replace(".", "/")).lstrip(
            "/"
        )
        packed |= {*folder.glob("*.py")}
        for pattern in options["package-data"].get(package, ()):
            packed |= {path for path in folder.glob(pattern) if path.is_file()}
    for folder in ("radarkit", "cli", "datasets"):
        there |= {path for path in (ROOT / folder).rglob("*") if path.is_file()}
    there = {path for path in there if "__pycache__" not in path.parts}
    assert {path.relative_to(ROOT) for path in there} == {path.relative_to(ROOT) for path in packed}
    assert project["project"]["license-files"] == ["LICENSE"] and (ROOT / "LICENSE").is_file()


def test_gain_and_sign_of_an_extraction_are_those_of_the_truth_to_a_thousandth(
    tmp_path,
):
    """The chest of docs/accuracy.py, for 20 s before the same radar, without much noise."""
    assert "Gain and sign are those of the truth within 0.1 %" in text_of("docs/extraction.md")
    accuracy = runpy.run_path(str(ROOT / "docs" / "accuracy.py"), run_name="imported")
    true_m = accuracy["truth_m"]()[:4000]
    blocks = simulate_capture(
        np.tile(true_m, (50, 1)), 200.0, MMECG_RADAR, accuracy["scene"](20.0),
        np.random.default_rng(2),
    )  # fmt: skip
    write_dca1000(tmp_path / "capture.bin", blocks, MMECG_RADAR)
    known, config = accuracy["CASES"]["antennas known, conventional"]
    found_m = extract(open_capture(tmp_path / "capture.bin", known), config).displacement_m
    moved = true_m - true_m.mean()
    gains = (found_m - found_m.mean(axis=1, keepdims=True)) @ moved / (moved @ moved)
    np.testing.assert_allclose(gains, 1, atol=1e-3)
