"""``radarkit extract``: from raw captures to the motion of the chest."""

from pathlib import Path
from typing import Annotated

import typer

_SAMPLE_RATES_HZ = (50.0, 10_000.0)  # twice what the spectrogram shows; what memory holds


def extract(
    captures: Annotated[
        list[Path],
        typer.Argument(help="Raw captures: .bin, .npy, .setup.json, or an Infineon folder."),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", help="Data set: an .h5 file for one capture, else a folder of them."
        ),
    ],
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            "-c",
            help="Radar configuration: .toml, .cfg or .mmwave.json; not needed for a .setup.json "
            "or an Infineon folder.",
        ),
    ] = None,
    board: Annotated[
        str | None,
        typer.Option(help="Board whose antennas the configuration leaves out, as iwr6843isk."),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Also write rates and health as .json or .html.")
    ] = None,
    label: Annotated[
        Path | None,
        typer.Option(help="Data set with the ECG of each capture, in a trial named like it."),
    ] = None,
    channels: Annotated[
        int, typer.Option("--channels", "--points", help="Points of the chest to keep.", min=1)
    ] = 50,
    sample_rate: Annotated[float, typer.Option(help="Rate of the output in Hz.")] = 200.0,
    min_range: Annotated[float, typer.Option(help="Nearest range of a chest in m.")] = 0.2,
    max_range: Annotated[float, typer.Option(help="Farthest range of a chest in m.")] = 2.5,
    beamformer: Annotated[
        str | None, typer.Option(help="conventional or capon.", show_default="conventional")
    ] = None,
    phase: Annotated[
        str | None, typer.Option(help="arctangent or dacm.", show_default="arctangent")
    ] = None,
    allow_partial: Annotated[
        bool, typer.Option("--allow-partial", help="Use the whole frames of a truncated capture.")
    ] = False,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", help="Captures to work on at once.", min=1)
    ] = 1,
    dask: Annotated[
        str | None,
        typer.Option(help="Work on a Dask cluster: address of its scheduler, as tcp://host:8786."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the output, also what is finished.")
    ] = False,
) -> None:
    """Find the chest in raw captures; write its motion, spectrogram, breathing and heart rate.

    What is in the output already is kept, so that the same command goes on after an interruption.
    """
    from radarkit.capture import read_config
    from radarkit.cli.errors import EXIT_CODE
    from radarkit.cli.extract_table import print_table, say
    from radarkit.cli.options import from_options
    from radarkit.cli.progress import progress_bar
    from radarkit.datasets.extraction import extract_captures
    from radarkit.errors import UserError
    from radarkit.extract import ExtractConfig

    if dask is not None and jobs > 1:
        raise UserError(f"--jobs {jobs} and --dask", expected="one of them")
    if not _SAMPLE_RATES_HZ[0] <= sample_rate <= _SAMPLE_RATES_HZ[1]:
        raise UserError(
            f"--sample-rate {sample_rate:g}",
            expected="{:g} to {:g} Hz; the spectrogram reaches up to 25 Hz".format(
                *_SAMPLE_RATES_HZ
            ),
        )
    if config is None and board is not None:
        raise UserError(f"--board {board} without --config", expected="both")
    with progress_bar("captures") as advance:
        found = extract_captures(
            captures,
            read_config(config, board=board) if config else None,
            from_options(
                ExtractConfig,
                named={"min_range_m": "min_range", "max_range_m": "max_range"},
                channels=channels,
                sample_rate_hz=sample_rate,
                min_range_m=min_range,
                max_range_m=max_range,
                beamformer=beamformer,
                phase=phase,
            ),
            output,
            report=report,
            labels=label,
            allow_partial=allow_partial,
            force=force,
            jobs=jobs,
            dask=dask,
            on_capture=advance,
        )
    print_table(found.reports)
    given = len(found.reports) + len(found.failures)
    if found.reports:
        new = len(found.reports) - len(found.kept)
        kept = f", {len(found.kept)} of {given} were there already" if found.kept else ""
        typer.echo(f"{output}: {new} new{kept}" + (f"; report in {report}" if report else ""))
    for name, reason in found.failures.items():
        say(f"radarkit: {name}: {reason}", err=True)
    if found.failures:
        raise typer.Exit(EXIT_CODE)
