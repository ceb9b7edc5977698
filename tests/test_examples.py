"""The scripts of the gallery: each runs, draws, and shows what its text says."""

import runpy

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from .docs_pages import ROOT

EXAMPLES = sorted(path.stem for path in (ROOT / "docs" / "examples").glob("*.py"))


@pytest.fixture
def run(monkeypatch):
    """Run a script as the gallery does; return its names and how many figures it drew."""
    monkeypatch.setattr(plt, "show", lambda: None)
    plt.switch_backend("agg")

    def script(name):
        names = runpy.run_path(str(ROOT / "docs" / "examples" / f"{name}.py"))
        assert plt.get_fignums(), f"{name} draws nothing"
        return names

    yield script
    plt.close("all")


def test_every_script_begins_with_a_heading_and_is_tested_here():
    tested = {name.removeprefix("check_") for name in globals() if name.startswith("check_")}
    assert tested == set(EXAMPLES)
    for name in EXAMPLES:
        lines = (ROOT / "docs" / "examples" / f"{name}.py").read_text("utf-8").splitlines()
        assert len(lines[2]) == len(lines[1]) and set(lines[2]) == {"="}, name


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.slow if name == "front_end" else ())
        for name in EXAMPLES
    ],
)
def test_a_script_shows_what_its_text_says(name, run, capsys):
    globals()[f"check_{name}"](run(name), capsys.readouterr().out)


def check_one_point(names, printed):
    assert "0.70 m" in printed
    assert np.ptp(names["heart_um"]) == pytest.approx(np.ptp(names["wanted_um"]), rel=0.1)
    assert names["error_um"] < 3


def check_capture_to_rates(names, printed):
    report = names["report"]
    assert report.range_m == pytest.approx(names["scene"].chest_range_m, abs=0.05)
    assert report.heart_rate_per_min == pytest.approx(names["true_heart_per_min"], abs=3)
    moved, truth = names["motion_mm"], names["truth_mm"]
    assert np.corrcoef(moved, truth)[0, 1] > 0.99


def check_spectrograms(names, printed):
    stft, cwt, sst = names["entropies"]
    assert sst < cwt < stft


def check_noise(names, printed):
    wanted = {"constant noise of 0 dB": 0.0, "an extensive movement of 2 s (-9 dB)": -9.0}
    assert names["snrs_db"] == pytest.approx(wanted, abs=0.01)


def check_ega_gradients(names, printed):
    rows, steps = names["G"], list(names["steps"].values())
    assert rows[0] @ rows[1] < 0  # an angle of more than 90 degrees
    assert (rows @ steps[0] < 0).tolist() == [False, True]  # the sum goes against the short one
    assert all((rows @ step > 0).all() for step in steps[1:])
    spans = [max(v) - min(v) for v in names["last"].values()]  # of falling sharpness
    assert spans == sorted(spans, reverse=True)
    for v in names["last"].values():
        assert sorted(v) == v and sum(v) == pytest.approx(3)  # the slowest gets the most


def check_ega(names, printed):
    vectors = np.array(names["vectors"])
    np.testing.assert_allclose(vectors.sum(axis=1), 3)
    assert vectors.shape == (names["EPOCHS"], 3) and np.ptp(vectors, axis=1)[-1] > 0.01
    for rows in names["scores"].values():
        assert (np.mean(rows, axis=0) < (15, 12, 0.2)).all()  # by chance: 90 %, 50 %, 0.5 px
    assert all(f"\n{name}  " in printed for name in names["scores"])


def check_front_end(names, printed):
    errors_um = names["errors_um"]
    worst = sorted(errors_um, key=errors_um.get)[-2:]
    assert {name.split()[0] for name in worst} == {"desk", "leakage"}  # in the bin; clipping
    assert errors_um["all"] == pytest.approx(errors_um["none"], rel=0.1)


def test_the_toy_problem_of_ega_has_its_front_where_neither_loss_can_fall():
    toy = runpy.run_path(str(ROOT / "docs" / "ega.py"))
    for x, y in toy["pareto_front"]():
        around = np.linspace(0, 2 * np.pi, 60)
        near = np.array([x, y]) + 1e-2 * np.stack([np.cos(around), np.sin(around)], axis=1)
        at = toy["losses"](torch.tensor([x, y], dtype=torch.float64))
        assert ((toy["losses"](torch.from_numpy(near)) - at).max(dim=1).values > -1e-6).all()
