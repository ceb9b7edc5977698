"""``radarkit``: the commands, one file each.

A command's module imports what it needs when it runs, so that ``radarkit --help`` stays quick.
"""

from typing import Annotated

import typer

from radarkit.cli import eval as eval_
from radarkit.cli import export, extract, import_, info, reconstruct, simulate, train
from radarkit.cli.errors import one_line_errors

app = typer.Typer(
    help="mmWave FMCW radar, from raw captures of a chest to a long-term ECG.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # a traceback is for a bug report, not for decoration
    add_completion=False,
)
for command in (
    extract.extract,
    simulate.simulate,
    train.train,
    eval_.evaluate,
    reconstruct.reconstruct,
    export.export,
    info.info,
):
    name = "eval" if command is eval_.evaluate else command.__name__
    app.command(name)(one_line_errors(command))
app.command("import")(one_line_errors(import_.import_))


def _print_version(wanted: bool) -> None:
    if wanted:
        from radarkit import __version__

        typer.echo(f"radarkit {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Say which.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line."""
    app()
