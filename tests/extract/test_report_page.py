import json
from html.parser import HTMLParser

import pytest

from radarkit.errors import UserError
from radarkit.extract.report import ExtractionReport
from radarkit.extract.report_page import draw, write_report

from .reports import WARNINGS, pictures, report


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
    assert sum(len(image["src"]) for image in images) < 250_000  # a night has many captures
    moved = "the body moved for 2.0 s of 20.0 s"
    for words in (
        *WARNINGS,
        moved,
        *names,
        *failures,
        "3 of 900 packets lost",
        "69.6",
        "</pre><script>",
    ):
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
