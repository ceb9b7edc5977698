"""``radarkit import``: public data to a data set."""

from pathlib import Path
from typing import Annotated

import typer


def import_(
    name: Annotated[
        str, typer.Argument(help="mmecg, schellenberger, shi, radarode-mtl or generic.")
    ],
    path: Annotated[Path, typer.Argument(help="The file or folder to import.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Data set: a folder with a file a trial.")
    ],
    mapping: Annotated[
        Path | None,
        typer.Option("--mapping", "-m", help="Which array is what: a .toml file, for generic."),
    ] = None,
    grid: Annotated[
        str | None,
        typer.Option(
            help="Rows of the spectrograms: default (1 to 25 Hz) or mmecg-script (0.72 to 100 Hz)."
        ),
    ] = None,
    share_people: Annotated[
        bool,
        typer.Option(
            "--share-people",
            help="MMECG: name subjects for the published split, which tests on people it trained "
            "on.",
        ),
    ] = False,
    jobs: Annotated[int, typer.Option("--jobs", "-j", help="Files at once.", min=1)] = 1,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the output, also what is finished.")
    ] = False,
) -> None:
    """Import a public data set, or arrays of your own (generic).

    What is in the output already is kept, so that the same command goes on after an interruption.
    """
    from radarkit.cli.errors import EXIT_CODE
    from radarkit.cli.extract_table import say
    from radarkit.cli.options import from_options
    from radarkit.cli.progress import progress_bar
    from radarkit.cli.remarks import first_of, say_remarks
    from radarkit.datasets.importers.importing import import_data
    from radarkit.datasets.importers.source import ImportConfig

    config = from_options(ImportConfig, grid=grid, share_people=share_people, mapping=mapping)
    with progress_bar("files") as advance:
        done = import_data(name, path, output, config, force=force, jobs=jobs, on_shard=advance)
    people = len(done.subjects)
    kept = f"; {done.kept} files were there already" if done.kept else ""
    typer.echo(f"{output}: {done.trials} trials of {people} subjects{kept}")
    if done.others:
        others = first_of(done.others, "files")
        say(f"{output} also holds {others}, no part of this import", err=True)
    say_remarks(done.remarks, err=True)
    for failed, reason in done.failures.items():
        say(f"radarkit: {failed}: {reason}", err=True)
    if done.failures:
        raise typer.Exit(EXIT_CODE)
