"""``radarkit extract``: from raw captures to the motion of the chest."""

from pathlib import Path
from typing import Annotated

import typer


def extract(
    captures: Annotated[list[Path], typer.Argument(help="Raw captures, .bin files.")],
    config: Annotated[Path, typer.Option("--config", "-c", help="Radar configuration, a .toml.")],
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", help="Data set: an .h5 file for one capture, else a folder of them."
        ),
    ],
    report: Annotated[
        Path | None, typer.Option(help="Also write rates and health as a .json file.")
    ] = None,
    label: Annotated[
        Path | None,
        typer.Option(help="Data set with the ECG of each capture, in a trial named like it."),
    ] = None,
    channels: Annotated[int, typer.Option(help="Points of the chest to keep.", min=1)] = 8,
    sample_rate: Annotated[float, typer.Option(help="Rate of the output in Hz.")] = 200.0,
    min_range: Annotated[float, typer.Option(help="Nearest range of a chest in m.")] = 0.2,
    max_range: Annotated[float, typer.Option(help="Farthest range of a chest in m.")] = 2.5,
    allow_partial: Annotated[
        bool, typer.Option("--allow-partial", help="Use the whole frames of a truncated capture.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the output.")] = False,
) -> None:
    """Find the chest in raw captures; write its motion, spectrogram, breathing and heart rate."""
    from radarkit.capture import read_config
    from radarkit.cli.options import from_options
    from radarkit.cli.progress import progress_bar
    from radarkit.datasets.extraction import extract_captures
    from radarkit.extract import ExtractConfig

    with progress_bar("captures") as advance:
        reports = extract_captures(
            captures,
            read_config(config),
            from_options(
                ExtractConfig,
                channels=channels,
                sample_rate_hz=sample_rate,
                min_range_m=min_range,
                max_range_m=max_range,
            ),
            output,
            report=report,
            labels=label,
            allow_partial=allow_partial,
            force=force,
            on_capture=advance,
        )
    for name, found in reports.items():
        for warning in found["warnings"]:
            typer.echo(f"{name}: {warning}", err=True)
        typer.echo(
            f"{name}: range {_shown(found['range_m'], '.2f')} m, "
            f"breathing {_shown(found['breathing_rate_per_min'], '.1f')} /min, "
            f"heart {_shown(found['heart_rate_per_min'], '.1f')} /min, "
            f"{found['frames']} frames, {found['frames_dropped']} dropped"
        )


def _shown(value: float | None, decimals: str) -> str:
    return "?" if value is None else format(value, decimals)
