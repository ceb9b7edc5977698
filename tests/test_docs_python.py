"""The Python of every page runs from top to bottom, and shows what stands beside it."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch

from radarkit.capture import open_capture

from .docs_files import lay_out
from .docs_pages import blocks, pages, run_python, text_of

ELSEWHERE = {  # pages whose Python needs more than a file or two, and the tests that run it
    "docs/tutorial.md": "tests/test_tutorial.py",
    "docs/importing.md": "tests/cli/test_import.py",
    "docs/export.md": "tests/evaluation/test_export_run.py",
    "docs/reconstruct.md": "tests/evaluation/test_reconstruct_command.py",
}


def check_readme(names):
    assert names["found"].displacement_m.shape == (50, 4000)
    assert names["found"].report.range_m == pytest.approx(0.7, abs=0.05)


def check_dataset(names):
    assert names["frames"].shape == (2, 71, 120)
    assert len(names["five"]) == 5 and len(names["each"]) == 24
    assert names["batch"].spectrogram.shape == (8, 2, 71, 120)


def check_spectrogram(names):
    assert names["sharp"][2] < min(names["sharp"][:2])
    np.testing.assert_allclose(names["found"][900:4500:900], [5, 8, 11, 14], rtol=0.05)
    difference = np.abs(names["whole"] - names["picture"].values).sum()
    assert difference < 1e-3 * names["picture"].values.sum()


def check_ega(names):
    digits = {"eigenvalues": 3, "g": 3, "shares": 4, "weights": 3, "released": 3, "against": 0}
    for name, after in digits.items():
        shown = ", ".join(f"{value:.{after}f}" for value in torch.as_tensor(names[name]).tolist())
        page = text_of("docs/ega.md")
        assert re.search(rf"^{name}\b.* = .* # {shown}$", page, re.MULTILINE), (name, shown)
    assert all(torch.isfinite(parameter.grad).all() for parameter in names["trunk"].parameters())


def check_theory(names):
    for variant, called in (("algorithm", "Algorithm 1"), ("released", "released")):
        weights, shares = (
            ", ".join(f"{value:.3f}" for value in names[kind][variant].tolist())
            for kind in ("weights", "shares")
        )
        row = rf"\| {called}, [^|]+\| {weights} \| {shares} \|"
        assert re.search(row, text_of("docs/theory.md")), row
    against = {
        name: int((names["G"] @ names["G"].T @ each < 0).sum())
        for name, each in names["weights"].items()
    }
    assert against == {"algorithm": 1, "released": 2}  # "against two of the three"


def check_front_end(names):
    capture = open_capture(Path("adc_data.bin"), names["MMECG_RADAR"])
    assert capture.frames == names["motion_m"].shape[1]


CHECKS = {
    "docs/front_end.md": check_front_end,
    "README.md": check_readme,
    "docs/dataset.md": check_dataset,
    "docs/spectrogram.md": check_spectrogram,
    "docs/ega.md": check_ega,
    "docs/theory.md": check_theory,
}


@pytest.mark.parametrize(
    "page", [page for page in pages() if blocks(page, "python") and page not in ELSEWHERE]
)
def test_the_python_of_a_page_runs_from_top_to_bottom(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lay_out(page, tmp_path)
    names = run_python(page)
    CHECKS.get(page, lambda names: None)(names)


@pytest.mark.parametrize("page", ELSEWHERE)
def test_a_page_whose_python_is_not_run_here_is_run_elsewhere(page):
    test = text_of(ELSEWHERE[page])
    assert Path(page).name in test and ("exec(" in test or "run_python(" in test)
