"""The reference of the command line, written by the commands themselves.

    python docs/cli_reference.py    # prints it

`make docs` puts it on the site, so that it says what the commands of that version say.
"""

import re
from pathlib import Path
from typing import Any

import typer
import typer.main

from radarkit.cli.main import app

_INTRODUCTION = """# The command line

What `radarkit COMMAND --help` prints. A user's mistake ends with one line that says what was found,
what was expected and what to do, and with exit code 2.
"""


def reference() -> str:
    """Write all commands as Markdown."""
    commands: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    return _INTRODUCTION + "".join(_describe(*each) for each in commands.items())


def write(path: Path) -> None:
    """Write the page, unless it is there and the same."""
    text = reference()
    if not path.exists() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")


def _describe(name: str, command: Any) -> str:
    context = typer.Context(command, info_name=f"radarkit {name}")
    usage = re.sub("[{}]", "", " ".join(command.collect_usage_pieces(context)))
    records = [parameter.get_help_record(context) for parameter in command.params]
    rows = [_row(*record) for record in records if record is not None]
    return (
        f"\n## radarkit {name}\n\n{command.help}\n\n```text\nradarkit {name} {usage}\n```\n\n"
        "| argument or option | what it is |\n|---|---|\n" + "".join(rows)
    )


def _row(names: str, text: str) -> str:
    spoken = " ".join(text.split()).replace("|", "\\|")
    return f"| `{names.strip()}` | {spoken} |\n"


if __name__ == "__main__":
    print(reference(), end="")
