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
            metavar="[RUN] CAPTURE...|DATA",
            help="Folder of the run, or none: the one that ships with radarkit. Then raw captures "
            "of one radar, or a data set: an .h5 file or a folder of them.",
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
            "--config", "-c", help="Radar configuration of the captures, as for radarkit extract."
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
    """Reconstruct the ECG of captures or data without one, and say how far to believe it."""
    import tempfile

    from radarkit.files import check_output

    check_output(output, force=force)  # before anything heavy is loaded

    from radarkit.capture.parts import part_group
    from radarkit.cli.errors import EXIT_CODE
    from radarkit.cli.extract_table import say
    from radarkit.cli.progress import progress_bar
    from radarkit.datasets.reader import Dataset
    from radarkit.errors import UserError
    from radarkit.evaluation.reading import read_all
    from radarkit.evaluation.reading_files import check_reading_output

    run, sources = _run_and_sources(paths)
    check_reading_output(output, force=force)
    of_capture = {
        "--config": config,
        "--board": board,
        "--min-range": min_range,
        "--max-range": max_range,
        "--allow-partial": allow_partial or None,
    }
    given = [option for option, value in of_capture.items() if value is not None]
    if _is_data(sources[0]):
        if given:
            raise UserError(
                f"{given[0]} with the data set {sources[0]}",
                expected="captures, or no option of a capture",
            )
        check_reading_output(output, len(Dataset(sources[0]).trials), force=force)
        with progress_bar("trials") as advance:
            readings = read_all(run, sources[0], advance)
        _finish(readings, output, run, force=force)
        return
    if board is not None and config is None:
        raise UserError(f"--board {board} without --config", expected="both")
    captures = part_group(sources)
    check_reading_output(output, len(captures), force=force)
    with tempfile.TemporaryDirectory(prefix=f".{output.name}-", dir=output.parent) as scratch:
        data = Path(scratch)
        failures = _extract(
            run,
            captures,
            data,
            config=config,
            board=board,
            min_range=min_range,
            max_range=max_range,
            allow_partial=allow_partial,
        )
        if len(failures) < len(captures):
            with progress_bar("trials") as advance:
                readings = read_all(run, data, advance)
            _finish(readings, output, run, force=force)
    for name, reason in failures.items():
        say(f"radarkit: {name}: {reason}", err=True)
    if failures:
        raise typer.Exit(EXIT_CODE)


def _run_and_sources(paths: list[Path]) -> tuple[Path, list[Path]]:
    """Tell a run, which is named first or not at all, from what it is to read."""
    from radarkit.capture.infineon import is_infineon
    from radarkit.errors import UserError
    from radarkit.files import check_input
    from radarkit.pretrained import run_folder, shipped_run

    expected = "[RUN] CAPTURE...|DATA: a run, or none for the shipped one, then captures or data"
    first = run_folder(paths[0])
    if _is_run(first):
        if len(paths) == 1:
            raise UserError(f"the run {paths[0]} alone", expected=expected)
        run, sources = first, paths[1:]
    else:
        run, sources = shipped_run(), paths
    for source in sources:
        several = source is paths[0] and len(paths) > 1
        check_input(source, "run, capture or data set" if several else "capture or data set")
        if _is_run(source):
            raise UserError(f"the run {source} behind {paths[0]}", expected="one run, named first")
        if _is_data(source) and len(sources) > 1:
            raise UserError(
                f"the data set {source} among {len(sources)} paths that are no run",
                expected="one data set, an .h5 file or a folder of them, with or without a run "
                "before it",
            )
        if several and source.is_dir() and not is_infineon(source):
            raise UserError(f"{source} is no run", expected=f"a folder with run.json in {expected}")
    return run, sources


def _is_run(path: Path) -> bool:
    return (path / "run.json").is_file()


def _is_data(path: Path) -> bool:
    return path.suffix.lower() == ".h5" or (path.is_dir() and any(path.glob("*.h5")))


def _extract(
    run: Path,
    captures: list[Path],
    data: Path,
    *,
    config: Path | None,
    board: str | None,
    min_range: float | None,
    max_range: float | None,
    allow_partial: bool,
) -> dict[str, str]:
    """Find as many points of each chest as the network of the run reads.

    Returns
    -------
    dict of str to str
        Why captures could not be used, by their names, where there are several.
    """
    from radarkit.capture import read_config
    from radarkit.cli.extract_table import print_table
    from radarkit.cli.options import from_options
    from radarkit.cli.progress import progress_bar
    from radarkit.datasets.extraction import extract_captures
    from radarkit.datasets.shards import shard_paths
    from radarkit.errors import UserError
    from radarkit.extract import ExtractConfig
    from radarkit.extract.report import ExtractionReport
    from radarkit.training.run import RunRecord

    wanted = from_options(
        ExtractConfig,
        channels=RunRecord.load(run).model.channels,
        min_range_m=min_range,
        max_range_m=max_range,
    )
    radar = read_config(config, board=board) if config else None
    reports: dict[str, ExtractionReport] = {}
    failures: dict[str, str] = {}
    shards = shard_paths(captures, data)
    with progress_bar("captures") as advance:
        # one by one: what is stopped leaves nothing to go on from
        for number, (capture, shard) in enumerate(zip(captures, shards, strict=True), start=1):
            try:
                found = extract_captures(
                    [capture], radar, wanted, shard, allow_partial=allow_partial
                )
            except UserError as error:
                if len(captures) == 1:
                    raise
                failures[shard.stem] = str(error)
            else:
                reports |= found.reports
            advance(number, len(captures), shard.stem)
    print_table(reports)
    return failures


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
