"""``radarkit export``: the network of a run for other programs."""

from pathlib import Path
from typing import Annotated

import typer


def export(
    run: Annotated[Path, typer.Argument(help="Folder of the run, or 'shipped': that of radarkit.")],
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="File: .onnx, or .pt2 for torch.export."),
    ],
    force: Annotated[bool, typer.Option("--force", help="Replace the output.")] = False,
) -> None:
    """Write the best network of a run as ONNX or torch.export, checked against the original."""
    from radarkit.pretrained import run_folder
    from radarkit.training.export import export_run

    found = export_run(run_folder(run), output, force=force)
    size_mb = found.path.stat().st_size / 1e6
    typer.echo(
        f"{found.path}: {size_mb:.1f} MB, within {found.largest_difference:.1g} of the network of "
        f"{run} on random windows"
    )
