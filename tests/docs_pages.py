"""What stands on the pages of the documentation, in pieces that can be run."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MADE = ("docs/_build/", "docs/gallery/", "docs/reference/cli.md")  # by the build
_FENCE = re.compile(r"^( *)```(\w*)[^\n]*\n(.*?)^\1```", re.DOTALL | re.MULTILINE)
_SHELL = ("radarkit ", "python ", "torchrun ", "make ", "pip ")


def pages():
    """Find every page that people read, as a path from the root of the repository."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    names = sorted(path.relative_to(ROOT).as_posix() for path in found)
    return [name for name in names if not name.startswith(MADE) and name != "CHANGELOG.md"]


def text_of(page):
    return (ROOT / page).read_text("utf-8")


def blocks(page, language):
    """Fenced blocks of a language, in order, without the indentation of a list around them."""
    found = _FENCE.findall(text_of(page))
    return [
        re.sub(rf"^{indent}", "", code, flags=re.MULTILINE)
        for indent, named, code in found
        if named == language
    ]


def command_lines(page):
    """Command lines of indented and of console blocks, those that are continued in one."""
    whole = _FENCE.sub(
        lambda block: re.sub("^", "    ", block[3], flags=re.M) if block[2] == "console" else "",
        text_of(page),
    )
    lines = re.findall(r"^ {4,}(?:\$ )?(\S.*)$", re.sub(r"\\\n\s*", "", whole), re.MULTILINE)
    return [line for line in lines if line.startswith(_SHELL)]


def run_python(page):
    """Run the Python of a page from top to bottom; return what its names stand for in the end."""
    names = {}
    for code in blocks(page, "python"):
        exec(compile(code, page, "exec"), names)
    return names
