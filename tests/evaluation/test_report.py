import dataclasses
import subprocess
import sys
from html.parser import HTMLParser

import numpy as np
import pytest
from matplotlib.figure import Figure

from radarkit.errors import UserError
from radarkit.evaluation import (
    METRICS,
    ReportContent,
    ReportFigure,
    compare,
    figures,
    score,
    summarise,
    write_report,
)
from radarkit.evaluation.ecg_figure import ecg_figure
from radarkit.evaluation.error_figures import beat_errors, error_curves_figure, timing_figure
from radarkit.evaluation.training_figures import eccentric_figure, history_figure

RR = [170, 150, 190, 160, 175, 155, 180, 165, 170, 160, 185, 150]


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.rows, self.words = [], [], []  # a row's cells are lists of words
        self.in_cell = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append([])
            self.in_cell = True

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.in_cell = False

    def handle_data(self, data):
        self.words.append(data)
        if self.in_cell and data.strip():
            self.rows[-1][-1].append(data.strip())

    def lines(self, methods):
        """Cells of every line of every table that is of a method."""
        return [row for row in self.rows if row[0] and row[0][0] in methods]


def texts(line, key):
    """What the main table shows of a metric in a line."""
    return line[[metric.key for metric in METRICS if metric.main].index(key) + 1]


@pytest.fixture
def content(make_truth, reconstruct):
    truths = [make_truth(RR), make_truth(RR[::-1], subject="<b>bob</b>")]

    def rows(**change):
        return [{"subject": t.subject, **score(reconstruct(t, **change), t)} for t in truths]

    trials = {"model": rows(), "late": rows(shift=10), "deaf": rows(keep=[])}
    drawn = [ecg_figure(reconstruct(truths[0]), truths[0], phone=phone) for phone in (False, True)]
    return ReportContent(
        title="Held <out>",
        summary=["Made up & small."],
        trials=trials,
        methods={name: summarise(of_name) for name, of_name in trials.items()},
        figures={"Seen": [ReportFigure("ECG", "Both.", *drawn)]},
        configuration={"train": {"epochs": 2}},
        versions={"radarkit": "0"},
        seed=41,
        commands=["radarkit train 'my data' -o run"],
    )


def test_a_report_needs_nothing_but_itself(tmp_path, content):
    write_report(tmp_path / "report.html", content)
    page = Page((tmp_path / "report.html").read_text("utf-8"))
    names = [tag for tag, _ in page.tags]
    assert not {"link", "script", "iframe"} & set(names)
    keys = {"img": "src", "source": "srcset"}
    sources = [attrs[keys[tag]] for tag, attrs in page.tags if tag in keys]
    assert len(sources) == 2  # for a page and for a phone
    widths = [int(attrs["width"]) for tag, attrs in page.tags if tag in keys]
    assert widths[0] < 0.6 * widths[1]
    assert all(source.startswith("data:image/png;base64,iVBOR") for source in sources)
    assert all(attrs["alt"] for tag, attrs in page.tags if tag == "img")
    assert "url(" not in (tmp_path / "report.html").read_text("utf-8")


def test_a_report_says_what_was_scored_and_how(tmp_path, content):
    write_report(tmp_path / "report.html", content)
    page = Page((tmp_path / "report.html").read_text("utf-8"))
    text = " ".join(" ".join(page.words).split())
    for metric in METRICS:
        assert metric.heading in text and metric.meaning in text
    assert "Held <out>" in text and "<b>bob</b>" in text and "Made up & small." in text
    assert "Seed 41" in text and '"epochs": 2' in text
    assert "radarkit train 'my data' -o run" in text
    model, late, deaf = page.lines(content.methods)[:3]
    assert [texts(line, "r_timing_error_ms")[0] for line in (model, late, deaf)] == [
        "0.0",
        "50.0",
        "\N{EN DASH}",
    ]
    assert [texts(line, "missed_detection_rate")[0] for line in (model, deaf)] == ["0.00", "100.00"]


def test_a_report_says_how_sure_it_is_and_what_failed(tmp_path, content):
    write_report(tmp_path / "report.html", content)
    page = Page((tmp_path / "report.html").read_text("utf-8"))
    lines = page.lines(content.methods)
    main, by_subject = lines[:3], lines[-6:]
    row = content.methods["late"][0]
    low, high = (f"{row[f'ecg_pcc_{end}']:.3f}" for end in ("low", "high"))
    assert texts(main[1], "ecg_pcc") == [f"{row['ecg_pcc']:.3f}", f"{low}\N{EN DASH}{high}"]
    assert low < high
    # a person alone has no interval
    assert all(len(texts(line, "ecg_pcc")) == 1 for line in by_subject)
    assert [line[0] for line in main] == [["model"], ["late"], ["deaf", "failed"]]
    reach = page.rows.index([["Nine trials in ten reach"], []])
    expected = f"{row['ecg_pcc_nine_in_ten']:.3f}"
    assert texts(page.rows[reach + 2], "ecg_pcc") == [expected]
    waves = next(line for line in lines if line[0] == ["late"] and line[1][0] == "50.0")
    assert [cell[0] for cell in waves[1:9:2]] == ["50.0"] * 4  # medians of Q, R, S, T
    assert "comes late: in the median over trials 0 ms (model), 50 ms (late)" in " ".join(
        " ".join(page.words).split()
    )


def test_a_report_has_a_table_by_state_where_states_are_known(tmp_path, content):
    write_report(tmp_path / "report.html", content)
    assert "By state" not in (tmp_path / "report.html").read_text("utf-8")
    statuses = {
        name: [{**rows[1], "status": "NB"}, {**rows[2], "status": "PE"}]
        for name, rows in content.methods.items()
    }
    write_report(tmp_path / "states.html", dataclasses.replace(content, statuses=statuses))
    page = Page((tmp_path / "states.html").read_text("utf-8"))
    first = page.rows.index([["NB"], []])
    assert page.rows[first + 4] == [["PE"], []]
    shown = [texts(line, "ecg_pcc")[0] for line in page.rows[first + 1 : first + 4]]
    assert shown == [f"{rows[1]['ecg_pcc']:.3f}" for rows in content.methods.values()]


def test_a_report_says_where_the_model_is_not_better(tmp_path, content):
    turned = {
        name: {method: getattr(content, name)[method] for method in ("late", "model")}
        for name in ("trials", "methods")
    }
    write_report(tmp_path / "report.html", dataclasses.replace(content, **turned))
    page = Page((tmp_path / "report.html").read_text("utf-8"))
    first = page.rows.index([["The network is"], ["beside model"]])
    said = {row[0][0]: row[1] for row in page.rows[first + 1 : first + 8]}
    assert said["R timing error (ms)"] == ["worse", "+50.0 (+50.0 to +50.0)"]
    assert said["F1 (%)"] == said["MDR (%)"] == said["PCC"] == ["the same"]
    assert said["ECG PCC"][0] == "worse"


def test_the_printed_rows_stand_beside_the_run_to_their_last_digit(tmp_path, content):
    write_report(tmp_path / "report.html", content)
    page = Page((tmp_path / "report.html").read_text("utf-8"))
    first = page.rows.index([["Printed, MMECG data set, shared people"], []])
    assert [[cell[0] for cell in row] for row in page.rows[first + 1 : first + 4]] == [
        ["radarODE-MTL", "0.089", "0.8503", "8.22", "4.08"],
        ["radarODE", "0.091", "0.8353", "9.08", "4.03"],
        ["MMECG", "0.107", "0.8375", "9.45", "4.52"],
    ]
    row = content.methods["model"][0]
    own = [cell[0] for cell in page.rows[first - 1]]
    assert own[:2] == ["model", f"{row['rmse_mv']:.3f}"]
    assert own[4] == f"{100 * row['missed_detection_rate_mean']:.2f}"


def test_the_best_value_of_a_column_stands_out_unless_all_are_equal(tmp_path, content):
    write_report(tmp_path / "report.html", content)
    text = (tmp_path / "report.html").read_text("utf-8")
    assert '<td class="best">0.0<small>' in text  # timing of the model
    assert '<td class="best">50.0<' not in text
    alone = {name: {"model": getattr(content, name)["model"]} for name in ("trials", "methods")}
    write_report(tmp_path / "alone.html", dataclasses.replace(content, **alone))
    assert 'class="best"' not in (tmp_path / "alone.html").read_text("utf-8")


def test_a_report_replaces_another_only_when_told(tmp_path, content):
    path = tmp_path / "report.html"
    path.write_text("old")
    with pytest.raises(UserError, match="exists already"):
        write_report(path, content)
    assert path.read_text() == "old"
    write_report(path, content, force=True)
    assert path.read_text("utf-8").startswith("<!doctype html>")
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


@pytest.mark.parametrize("phone", [False, True])
@pytest.mark.parametrize("beats", ["all", "none"])
def test_every_figure_can_be_drawn_with_and_without_beats(
    beats, phone, tmp_path, make_truth, reconstruct
):
    truth = make_truth(RR)
    made = reconstruct(truth, keep=slice(None) if beats == "all" else [])
    found = compare(made, truth)
    ends = made.r_peaks, truth.r_peaks
    drawn = [
        figures.spectrogram_figure(
            np.ones((71, 300), np.float32), np.geomspace(1, 25, 71), 30.0, *ends, phone=phone
        ),
        figures.anchors_figure(np.zeros(truth.samples, np.float32), *ends, phone=phone),
        figures.cycles_figure(found, phone=phone),
        ecg_figure(made, truth, phone=phone),
        timing_figure({"model": found.timing_error_ms}, phone=phone),
        error_curves_figure({"model": beat_errors([found])}, phone=phone),
        history_figure([{"epoch": 0, "loss": {"shape": None}}], phone=phone),
        eccentric_figure([{"epoch": 0, "v": {"shape": 1.0}}], 4, phone=phone),
    ]
    for number, figure in enumerate(drawn):
        assert isinstance(figure, Figure)
        figure.savefig(tmp_path / f"{number}.png", dpi=30)
        assert any([figure.get_supxlabel(), *(axes.get_xlabel() for axes in figure.axes)])
        assert figure.get_figwidth() == (4 if phone else 8)


def test_a_cycle_is_drawn_as_it_is_scored(make_truth, reconstruct):
    truth = make_truth(RR)
    found = compare(reconstruct(truth), truth)
    true, predicted = figures.cycles_figure(found).axes[0].lines[:2]
    np.testing.assert_allclose(true.get_ydata(), found.true_cycles_mv[0])
    assert predicted.get_ydata().min() == pytest.approx(true.get_ydata().min())
    assert predicted.get_ydata().max() == pytest.approx(true.get_ydata().max())


def test_drawing_leaves_the_global_state_of_matplotlib_alone():
    code = "import sys, radarkit.evaluation.figures; print('matplotlib.pyplot' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
