import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radarkit.extract.remarks import concerns
from radarkit.extract.report import ExtractionReport

from .reports import WARNINGS, point, report

numbers = st.one_of(st.none(), st.floats())
shares = st.floats(0, 1)


@given(rate=numbers, confidence=shares, clipped=numbers, noise=numbers, score=numbers)
def test_a_report_survives_json_whatever_was_measured(rate, confidence, clipped, noise, score):
    health = {"clipped_fraction": clipped, "dead_receivers": [], "dc": [], "negative_half_db": rate}
    made = report(
        health=health,
        heart_rate_per_min=rate,
        heart_confidence=confidence,
        points=[point(noise_um=noise, score=score)],
    )
    text = json.dumps(made.as_json(), allow_nan=False)
    assert ExtractionReport.of(json.loads(text)) == made
    assert json.loads(text)["quality"] == made.quality.model_dump()


def test_keys_that_no_report_has_are_refused():
    with pytest.raises(ValueError, match="extra"):
        report(heart_beats=3)


@pytest.mark.parametrize(
    ("change", "item", "grade"),
    [
        ({}, "frames", "good"),
        ({}, "stillness", "fair"),  # 2 of 20 s
        ({}, "heart", "fair"),
        ({"heart_rate_per_min": None}, "heart", "poor"),
        ({"breathing_confidence": 0.1}, "breathing", "poor"),
        ({"points": []}, "phase", "poor"),
        ({"points": [point(circle_resolved=False), point()]}, "points", "fair"),
        ({"points": [point(noise_um=50.0)]}, "phase", "poor"),
        ({"points": [point(faded_fraction=0.05)]}, "fading", "fair"),
    ],
)
def test_quality_follows_its_table(change, item, grade):
    assert getattr(report(**change).quality, item) == grade


def test_clipping_that_is_not_known_gets_no_grade():
    health = {"dead_receivers": [], "dc": [], "negative_half_db": -20.0}
    assert report(health={**health, "clipped_fraction": float("nan")}).quality.samples is None
    assert report(health={**health, "clipped_fraction": 5e-4}).quality.samples == "fair"


def test_movements_are_told_after_the_warnings_and_many_are_counted():
    assert concerns(report(motion_segments=[])) == WARNINGS
    many = [{"start_s": 2.0 * number, "stop_s": 2.0 * number + 0.5} for number in range(6)]
    found = report(motion_segments=many)
    assert found.moved_s == pytest.approx(3.0)
    assert concerns(found)[:-1] == WARNINGS
    assert concerns(found)[-1].startswith("the body moved for 3.0 s of 20.0 s (0.0 to 0.5 s, ")
    assert "4.0 to 4.5 s, and 3 times more)" in concerns(found)[-1]
