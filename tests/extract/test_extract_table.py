import sys

import pytest

from radarkit.cli.extract_table import print_table, say

from .reports import WARNINGS, report


def test_the_terminal_gets_a_line_for_each_capture_and_warnings_go_to_stderr(capsys):
    print_table({"s01-1": report(), "odd[red]": report(heart_rate_per_min=None).as_json()})
    said = capsys.readouterr()
    first, second = said.out.splitlines()
    assert first.startswith("s01-1: range 0.70 m, breathing 15.2 /min (0.90), heart 69.6 /min")
    assert "3 with losses, 1 dropped" in first
    assert second.startswith("odd[red]: ") and "heart ?" in second
    moved = "the body moved for 2.0 s of 20.0 s (2.0 to 4.0 s): the heart is hidden there"
    assert said.err.splitlines() == [
        f"{name}: {remark}"
        for name in ("s01-1", "odd[red]")
        for remark in (*WARNINGS, moved, "3 of 900 packets lost")
    ]


def test_a_terminal_wide_enough_gets_a_table(capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    print_table({"s01-1": report(), "odd[red]": report()})
    lines = capsys.readouterr().out.splitlines()
    assert "warnings" in lines[0] and "capture" in lines[1]
    assert "s01-1" in lines[2] and "69.6 (0.40)" in lines[2]
    assert lines[2].split()[-3:] == ["4", "2.0", "3"]  # lost frames, moved s, warnings
    assert "odd[red]" in lines[3]
    monkeypatch.setenv("COLUMNS", "60")
    print_table({"s01-1": report()})
    assert capsys.readouterr().out.startswith("s01-1: range 0.70 m")


@pytest.mark.parametrize("columns", [25, 60, 500])
def test_lines_on_a_terminal_break_between_words_and_nowhere_else(capsys, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    say("radarkit: capture.bin: 585 whole frames, 960 bytes left over; --allow-partial", err=True)
    lines = capsys.readouterr().err.splitlines()
    assert all(len(line) <= max(columns, 40) for line in lines)
    assert all(line.startswith("  ") for line in lines[1:])
    assert " ".join(line.strip() for line in lines).endswith("960 bytes left over; --allow-partial")
    assert len(lines) == (1 if columns == 500 else 2)


def test_lines_in_a_file_are_never_broken(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    say("word " * 50, err=True)
    assert capsys.readouterr().err.count("\n") == 1
