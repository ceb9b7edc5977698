"""``radarkit reconstruct``: from a radar to a long-term ECG, with no ECG beside it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from radarkit.evaluation.reading import Reading


def reconstruct(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="[RUN] CAPTURE|DATA",
            help="Folder of the run, or none: the one that ships with radarkit. Then a raw "
            "capture, or a data set: an .h5 file or a folder of them.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            help="Folder with everything, or one file: .h5, .csv, .hea (WFDB), .edf, .png, .json.",
        ),
    ],
    config: Annotated[
        Path | None,
        typer.Option(
            "--config", "-c", help="Radar configuration of a capture, as for radarkit extract."
        ),
    ] = None,
    board: Annotated[
        str | None,
        typer.Option(help="Board whose antennas the configuration leaves out, as iwr6843isk."),
    ] = None,
    min_range: Annotated[
        float | None, typer.Option(help="Nearest range of a chest in m.", show_default="0.2")
    ] = None,
    max_range: Annotated[
        float | None, typer.Option(help="Farthest range of a chest in m.", show_default="2.5")
    ] = None,
    allow_partial: Annotated[
        bool, typer.Option("--allow-partial", help="Use the whole frames of a truncated capture.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the output.")] = False,
) -> None:
    """Reconstruct the ECG of a capture or of data without one, and say how far to believe it."""
    import tempfile

    from radarkit.cli.progress import progress_bar
    from radarkit.datasets.reader import Dataset
    from radarkit.errors import UserError
    from radarkit.evaluation.reading import read_all
    from radarkit.evaluation.reading_files import check_reading_output
    from radarkit.files import check_input

    run, source = _run_and_source(paths)
    check_input(source, "capture or data set")
    check_reading_output(output, force=force)
    of_capture = {
        "--config": config,
        "--board": board,
        "--min-range": min_range,
        "--max-range": max_range,
        "--allow-partial": allow_partial or None,
    }
    given = [option for option, value in of_capture.items() if value is not None]
    if _is_data(source):
        if given:
            raise UserError(
                f"{given[0]} with the data set {source}",
                expected="a capture, or no option of a capture",
            )
        check_reading_output(output, len(Dataset(source).trials), force=force)
        with progress_bar("trials") as advance:
            readings = read_all(run, source, advance)
        _finish(readings, output, run, force=force)
        return
    if board is not None and config is None:
        raise UserError(f"--board {board} without --config", expected="both")
    with tempfile.TemporaryDirectory(prefix=f".{output.name}-", dir=output.parent) as scratch:
        data = Path(scratch) / "chest.h5"
        _extract(
            run,
            source,
            data,
            config=config,
            board=board,
            min_range=min_range,
            max_range=max_range,
            allow_partial=allow_partial,
        )
        _finish(read_all(run, data), output, run, force=force)


def _run_and_source(paths: list[Path]) -> tuple[Path, Path]:
    from radarkit.errors import UserError
    from radarkit.pretrained import run_folder, shipped_run

    expected = "[RUN] CAPTURE|DATA: a run, or none for the shipped one, then one capture or data"
    if len(paths) > 2:
        raise UserError(f"{len(paths)} paths", expected=expected, do="call it once a capture")
    *runs, source = paths
    if not runs and (source / "run.json").is_file():
        raise UserError(f"the run {source} alone", expected=expected)
    return run_folder(runs[0]) if runs else shipped_run(), source


def _is_data(path: Path) -> bool:
    return path.suffix.lower() == ".h5" or (path.is_dir() and any(path.glob("*.h5")))


def _extract(
    run: Path,
    capture: Path,
    data: Path,
    *,
    config: Path | None,
    board: str | None,
    min_range: float | None,
    max_range: float | None,
    allow_partial: bool,
) -> None:
    """Find as many points of the chest as the network of the run reads."""
    from radarkit.capture import read_config
    from radarkit.cli.extract_table import print_table
    from radarkit.cli.options import from_options
    from radarkit.datasets.extraction import extract_captures
    from radarkit.extract import ExtractConfig
    from radarkit.training.run import RunRecord

    wanted = from_options(
        ExtractConfig,
        channels=RunRecord.load(run).model.channels,
        min_range_m=min_range,
        max_range_m=max_range,
    )
    radar = read_config(config, board=board) if config else None
    found = extract_captures([capture], radar, wanted, data, allow_partial=allow_partial)
    print_table(found.reports)


def _finish(readings: "list[Reading]", output: Path, run: Path, *, force: bool) -> None:
    from radarkit.evaluation.reading_files import save_readings
    from radarkit.pretrained import READER, is_shipped

    shipped = is_shipped(run)
    reader = READER if shipped else f"the run {run}"
    save_readings(readings, output, reader, force=force)
    for reading in readings:
        typer.echo(reading.line())
    if shipped:
        typer.echo(f"read by {READER}")
    typer.echo(f"{output}: not for diagnosis")
