"""The reference of the command line, written by the commands themselves.

    python docs/cli_reference.py    # prints it

`make docs` puts it on the site, so that it says what the commands of that version say.
"""

from pathlib import Path

import click
import typer.main

from radarkit.cli.main import app

_TITLE = "# The command line\n\n"
_INTRODUCTION = (
    "What `radarkit COMMAND --help` prints. A user's mistake ends with one line that says what was "
    "found, what was expected and what to do, and with exit code 2.\n"
)


def reference() -> str:
    """Write all commands as Markdown."""
    root = typer.main.get_command(app)
    assert isinstance(root, click.Group)
    parts = [_describe(name, command) for name, command in root.commands.items()]
    return _TITLE + _INTRODUCTION + "".join(parts)


def write(path: Path) -> None:
    """Write the page, unless it is there and the same."""
    text = reference()
    if not path.exists() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")


def _describe(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=f"radarkit {name}")
    usage = " ".join(command.collect_usage_pieces(context))
    rows = [_row(parameter, context) for parameter in command.params]
    return (
        f"\n## radarkit {name}\n\n{command.help}\n\n```text\nradarkit {name} {usage}\n```\n\n"
        "| | |\n|---|---|\n" + "".join(rows)
    )


def _row(parameter: click.Parameter, context: click.Context) -> str:
    if isinstance(parameter, click.Argument):
        names, text = parameter.make_metavar(context), getattr(parameter, "help", None) or ""
    else:
        assert isinstance(parameter, click.Option)
        record = parameter.get_help_record(context)
        assert record is not None  # there are no hidden options
        names, text = record
    spoken = " ".join(text.split()).replace("|", "\\|")
    return f"| `{names.strip()}` | {spoken} |\n"


if __name__ == "__main__":
    print(reference(), end="")
