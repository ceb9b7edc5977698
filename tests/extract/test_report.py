import json
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from radarkit.cli.extract_table import print_table
from radarkit.errors import UserError
from radarkit.extract.motion_figures import motion_figure, spectrum_figure
from radarkit.extract.report import ExtractionReport
from radarkit.extract.report_figures import figures, points_figure, range_figure
from radarkit.extract.report_page import draw, write_report
from radarkit.extract.report_pictures import Pictures, decibels

WARNINGS = ["receivers without a signal: 2 of 4", "a <b>bold</b> & late one"]


def point(number=0, *, known=True, **change):
    place = {"azimuth_deg": 3.0, "elevation_deg": -2.0, "position_m": [0.01 * number, 0.02, 0.7]}
    pair = {"tx": 0, "rx": number % 4}
    return {
        "range_m": 0.7 + 0.01 * number,
        "score": 0.5,
        "noise_um": 4.0,
        "arc_turns": 1.5,
        "circle_resolved": True,
        "faded_fraction": 0.0,
        **(place if known else pair),
        **change,
    }


def report(count=8, *, known=True, **change):
    found = {
        "capture": {
            "name": "s01-1.bin",
            "frames": 4000,
            "frames_invalid": 3,
            "frames_dropped": 1,
            "bytes_left_over": 924,
            "duration_s": 20.0,
            "frame_rate_hz": 200.0,
            "notes": ["3 of 900 packets lost"],
        },
        "health": {
            "clipped_fraction": 0.0,
            "dead_receivers": [2],
            "dc": [[1.0, -2.0]],
            "negative_half_db": float("nan"),
        },
        "range_m": 0.7,
        "breathing_rate_per_min": 15.2,
        "breathing_confidence": 0.9,
        "heart_rate_per_min": 69.6,
        "heart_confidence": 0.4,
        "heart_method": "bursts",
        "points": [point(number, known=known) for number in range(count)],
        "motion_segments": [{"start_s": 2.0, "stop_s": 4.0}],
        "warnings": WARNINGS,
        "versions": {"radarkit": "0"},
        "config": {"extract": {"channels": 50}, "radar": {"path": "</pre><script>"}},
    }
    return ExtractionReport.model_validate({**found, **change})


def pictures(seconds=20.0, rate_hz=200.0, **change):
    rng = np.random.default_rng(0)
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    motion_m = 2e-3 * np.sin(2 * np.pi * 0.25 * time_s) + 1e-4 * np.sin(2 * np.pi * 1.2 * time_s)
    ranges_m, times_s = np.linspace(0.2, 2.5, 40), np.linspace(0, seconds, 30)
    power = rng.exponential(1.0, (30, 40))
    return Pictures(
        **{
            "ranges_m": ranges_m,
            "profile_times_s": times_s,
            "profile_db": decibels(power),
            "static_db": decibels(power.mean(axis=0)),
            "moving_db": decibels(power.var(axis=0)),
            "best_iq": 5 + 3j + np.exp(4j * np.pi * motion_m / 4e-3),
            "centre": 5 + 3j,
            "radius": 1.0,
            "displacement_m": motion_m,
            "sample_rate_hz": rate_hz,
            "valid": np.arange(time_s.size) >= 100,
            **change,
        }
    )


class Page(HTMLParser):
    VOID = ("meta", "img", "br")

    def __init__(self, path):
        super().__init__()
        self.tags, self.words, self.open = [], [], []
        self.feed(path.read_text("utf-8"))
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


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


@pytest.mark.parametrize("captures", [1, 3])
def test_a_page_needs_nothing_but_itself_and_hides_no_warning(tmp_path, captures):
    names = ["s01-1", "<i>x</i>", "s03-1"][:captures]
    reports = {name: report(known=number != 1) for number, name in enumerate(names)}
    drawn = {names[0]: draw(pictures(), reports[names[0]])}
    failures = {} if captures == 1 else {"bad<u>": "lasts 2.5 s"}
    write_report(tmp_path / "report.html", reports, drawn, failures=failures)
    page = Page(tmp_path / "report.html")
    tags = [tag for tag, _ in page.tags]
    assert not {"link", "script", "iframe", "i", "u"} & set(tags)
    images = [attrs for tag, attrs in page.tags if tag == "img"]
    assert len(images) == 4
    assert all(image["src"].startswith("data:image/png;base64,iVBOR") for image in images)
    assert all(image["alt"] for image in images)
    for words in (*WARNINGS, *names, *failures, "3 of 900 packets lost", "69.6", "</pre><script>"):
        assert words in page.text
    assert page.text.count(WARNINGS[1]) == captures
    linked = [attrs["href"][1:] for tag, attrs in page.tags if tag == "a"]
    assert linked == [attrs["id"] for _, attrs in page.tags if "id" in attrs][: len(linked)]
    assert len(linked) == (captures if captures > 1 else 0)


def test_json_holds_the_report_or_all_by_name_and_other_endings_are_refused(tmp_path):
    one, two = report(), report(points=[])
    write_report(tmp_path / "one.json", {"a": one})
    write_report(tmp_path / "two.json", {"a": one.as_json(), "b": two})
    assert ExtractionReport.of(json.loads((tmp_path / "one.json").read_text())) == one
    found = json.loads((tmp_path / "two.json").read_text())
    assert [ExtractionReport.of(found[name]) for name in ("a", "b")] == [one, two]
    with pytest.raises(UserError, match=r"report.pdf; expected a name that ends in .json or .html"):
        write_report(tmp_path / "report.pdf", {"a": one})
    with pytest.raises(UserError, match="exists already"):
        write_report(tmp_path / "one.json", {"a": one})


STILL = {"displacement_m": np.zeros(4000), "best_iq": np.full(4000, 2 + 1j), "radius": 0.0}
BROKEN = {
    "displacement_m": np.full(4000, np.nan),
    "best_iq": np.full(4000, np.nan + 0j),
    "profile_db": np.full((30, 40), np.nan),
    "centre": complex("nan"),
    "radius": float("inf"),
}


@pytest.mark.parametrize(
    ("content", "found", "drawn"),
    [
        (pictures(), report(), 4),
        (pictures(), report(known=False), 4),
        (pictures(seconds=4, rate_hz=20.0, valid=None), report(1), 4),
        (pictures(**STILL), report(1, known=False), 4),
        (pictures(**BROKEN), report(heart_rate_per_min=None, breathing_rate_per_min=None), 3),
        (pictures(valid=np.zeros(4000, bool), static_db=None), report(2), 4),
        (
            pictures(
                profile_db=np.zeros((1, 1)),
                profile_times_s=np.zeros(1),
                ranges_m=np.ones(1),
                static_db=None,
                moving_db=None,
            ),
            report(2),
            4,
        ),
        (pictures(radius=float("inf"), centre=complex("inf")), report(1), 4),
        (Pictures(), report(0), 0),
    ],
)
def test_every_picture_can_be_drawn_or_is_left_out(content, found, drawn, tmp_path):
    made = list(figures(content, found))
    assert len(made) == drawn
    for title, caption, figure in made:
        assert isinstance(figure, Figure) and title and caption
        figure.savefig(tmp_path / f"{title}.png", dpi=30)


def test_pictures_show_what_was_found():
    content, found = pictures(), report()
    waterfall, profile = range_figure(content, 0.7).axes[:2]
    assert waterfall.lines[0].get_ydata() == [0.7, 0.7]
    np.testing.assert_allclose(profile.lines[0].get_xdata(), content.static_db)
    dots, best = points_figure(content, found).axes[0].collections
    assert dots.get_offsets().shape == (8, 2)
    np.testing.assert_allclose(best.get_offsets(), [[0, 2]])  # cm
    whole, zoom = motion_figure(content, found).axes
    np.testing.assert_allclose(whole.lines[0].get_ydata(), 1e3 * content.displacement_m)
    shaded = {patch.get_label(): patch.get_extents() for patch in whole.patches}
    assert set(shaded) == {"below", "lost frames", "movement"}
    heart_um = zoom.lines[0].get_ydata()[400:-400]
    assert np.ptp(heart_um) == pytest.approx(200, rel=0.1)  # breathing is away
    assert zoom.get_xlim()[0] >= 4  # behind the movement
    lines = spectrum_figure(content, found).axes[0].lines
    assert [line.get_xdata()[0] for line in lines[1::3]] == [15.2 / 60, 69.6 / 60]
    spectrum = lines[0]
    strongest_hz = spectrum.get_xdata()[spectrum.get_ydata().argmax()]
    assert strongest_hz == pytest.approx(0.25, abs=0.05)


def test_the_terminal_gets_a_line_for_each_capture_and_warnings_go_to_stderr(capsys):
    print_table({"s01-1": report(), "odd[red]": report(heart_rate_per_min=None).as_json()})
    said = capsys.readouterr()
    first, second = said.out.splitlines()
    assert first.startswith("s01-1: range 0.70 m, breathing 15.2 /min (0.90), heart 69.6 /min")
    assert "3 with losses, 1 dropped" in first
    assert second.startswith("odd[red]: ") and "heart ?" in second
    assert said.err.splitlines() == [
        f"{name}: {warning}" for name in ("s01-1", "odd[red]") for warning in WARNINGS
    ]


def test_a_terminal_wide_enough_gets_a_table(capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    print_table({"s01-1": report(), "odd[red]": report()})
    lines = capsys.readouterr().out.splitlines()
    assert "capture" in lines[0] and "warnings" in lines[0]
    assert "s01-1" in lines[1] and "69.6 (0.40)" in lines[1]
    assert "odd[red]" in lines[2]
    monkeypatch.setenv("COLUMNS", "60")
    print_table({"s01-1": report()})
    assert capsys.readouterr().out.startswith("s01-1: range 0.70 m")
