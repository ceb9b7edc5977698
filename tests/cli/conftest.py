import subprocess
import sys

import pytest
from typer.testing import CliRunner

from radarkit.cli.main import app

COMMAND = (sys.executable, "-m", "radarkit")


def run(*arguments, cwd):
    """Run ``radarkit`` as a user would, in a process of its own."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, timeout=600
    )


@pytest.fixture
def refused(tmp_path, monkeypatch):
    """Run a command that must be refused: one line, exit code 2, nothing written.

    In this process, which has loaded everything already.
    """
    monkeypatch.chdir(tmp_path)

    def check(*arguments):
        before = sorted(tmp_path.rglob("*"))
        done = CliRunner().invoke(app, [*map(str, arguments)])
        assert done.exit_code == 2, done.output
        assert done.stdout == ""
        assert done.stderr.startswith("radarkit: ") and done.stderr.count("\n") == 1, done.stderr
        assert sorted(tmp_path.rglob("*")) == before
        return done.stderr

    return check
