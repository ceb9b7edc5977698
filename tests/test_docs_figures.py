"""Figures that stand beside the Python and the scripts of pages are what these give."""

import re
import runpy

import numpy as np
import pytest

from radarkit.capture import open_capture, read_config
from radarkit.evaluation.columns import METRICS
from radarkit.simulate.scene import REALISTIC

from .docs_files import lay_out
from .docs_pages import ROOT, blocks, command_lines, run_python, text_of
from .test_docs_claims import table_below


def script(name):
    return runpy.run_path(str(ROOT / "docs" / f"{name}.py"), run_name="imported")


def shown(page, name):
    """What the comment behind the line that sets a name shows."""
    (text,) = re.findall(rf"^{name} = .*# ([\d.]+(?:, [\d.]+)*)", text_of(page), re.MULTILINE)
    return [(float(each), len(each.partition(".")[2])) for each in text.split(", ")]


@pytest.mark.parametrize("name", ["excess", "motion_nm"])
def test_phase_noise_of_the_page_is_that_of_its_lines(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = run_python("docs/front_end.md")[name]
    for value, (said, digits) in zip(found, shown("docs/front_end.md", name), strict=True):
        assert round(value, digits) == said


def test_errors_beside_the_cone_are_those_that_the_page_shows(tmp_path, monkeypatch):
    page = "docs/spectrogram.md"
    monkeypatch.chdir(tmp_path)
    lay_out(page, tmp_path)
    names = run_python(page)
    ((reach_s, digits),) = shown(page, "reach_s")
    assert round(names["reach_s"], digits) == reach_s
    (said,) = re.findall(r"for each in errors\)\)  # ([\d.]+)%, ([\d.]+)%", text_of(page))
    # the last digit is left to the processor: a rounding moves coefficients to other rows
    np.testing.assert_allclose(names["errors"], [float(each) / 100 for each in said], rtol=0.2)


def test_the_page_on_evaluation_defines_what_the_tables_show():
    said = [cells[0] for cells in table_below("docs/evaluation.md", "metric")]
    main = [f"{metric.heading} {metric.arrow}" for metric in METRICS if metric.main]
    assert [each for each in said if each in main] == main
    assert text_of("docs/evaluation.md").index("## What is measured") < text_of(
        "docs/evaluation.md"
    ).index("| MDR (%), trained without |")


def test_levels_of_a_simulated_scene_are_those_that_it_was_given(tmp_path):
    (toml,) = blocks("docs/tutorial.md", "toml")
    (tmp_path / "radar.toml").write_text(toml, "utf-8")
    names = script("real_capture")
    capture = names["simulated"](read_config(tmp_path / "radar.toml"), 0, tmp_path)
    found = names["levels"](capture)
    said = {cells[0] for cells in table_below("docs/front_end.md", "level")}
    np.testing.assert_allclose(found["chest, counts"], REALISTIC.chest_counts, rtol=0.05)
    thermal = found["thermal noise in a sample, from two chirps in a row"]
    np.testing.assert_allclose(thermal, -REALISTIC.snr_db, atol=0.5)
    behind = found["clutter behind the chest, up to 1 m"]
    np.testing.assert_allclose(behind, REALISTIC.clutter[0].level_db, atol=2)  # between two bins
    leakage = found["leakage, range bins 0 to 2"]
    np.testing.assert_allclose(leakage, REALISTIC.leakage.level_db, atol=4)  # 1 dB of spread
    assert said >= found.keys()


def test_receivers_are_looked_at_one_by_one(tmp_path):
    lay_out("docs/captures.md", tmp_path)
    capture = open_capture(tmp_path / "capture.bin", read_config(tmp_path / "radar.cfg"))
    one = script("real_capture")["alone"](capture, 2)
    np.testing.assert_array_equal(one.read(3, 9), capture.read(3, 9)[:, :, :, 2:3])
    assert one.config.virtual_channels == 1 and one.frames == capture.frames


def test_the_interval_holds_the_truth_more_often_with_more_seeds():
    names = script("interval_coverage")
    held = [
        np.mean([names["holds_zero"]("by seed", 6, seeds, number) for number in range(60)])
        for seeds in (2, 4)
    ]
    assert 0.3 < held[0] < held[1] <= 1
    assert "python docs/interval_coverage.py" in command_lines("docs/evaluation.md")
