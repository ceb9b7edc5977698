"""``radarkit simulate``: people, hearts, noise and real raw captures."""

from pathlib import Path
from typing import Annotated

import typer


def simulate(
    output: Annotated[Path, typer.Option("--output", "-o", help="Data set to write, an .h5 file.")],
    subjects: Annotated[int, typer.Option(help="People, one trial each.", min=1)] = 1,
    duration: Annotated[float, typer.Option(help="Seconds of a trial.", min=10)] = 60.0,
    channels: Annotated[int, typer.Option(help="Points of the chest.", min=1)] = 8,
    seed: Annotated[int, typer.Option(help="All that is drawn comes from it.", min=0)] = 0,
    snr_db: Annotated[
        float | None,
        typer.Option(
            help="Constant noise, by its SNR against the two vibrations; none with --raw."
        ),
    ] = None,
    movement_db: Annotated[
        float | None, typer.Option(help="Body movements, by their SNR: 0 mild, -9 extensive.")
    ] = None,
    movement_s: Annotated[float, typer.Option(help="Seconds of a movement.", min=0.05)] = 1.0,
    movements_per_min: Annotated[
        float, typer.Option(help="Movements in a minute.", min=0.01)
    ] = 3.0,
    ecg: Annotated[
        Path | None, typer.Option(help="WFDB record that drives the hearts (extra wfdb).")
    ] = None,
    raw: Annotated[
        Path | None, typer.Option(help="Also write raw DCA1000 captures into this folder.")
    ] = None,
    radar: Annotated[
        Path | None, typer.Option(help="Radar of the captures; a 60 GHz one by default.")
    ] = None,
    container: Annotated[
        str | None,
        typer.Option(help="How captures are kept: plain (default), split, records or udp."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the output.")] = False,
) -> None:
    """Simulate chests with a two-vibration heart, and raw captures of them."""
    from radarkit.capture import read_config
    from radarkit.cli.options import from_options
    from radarkit.cli.progress import progress_bar
    from radarkit.datasets.simulation import RawConfig, SimulationConfig, simulate_dataset
    from radarkit.errors import UserError
    from radarkit.simulate.noise import AbruptNoise, ConstantNoise

    for option, given in (("--radar", radar), ("--container", container)):
        if raw is None and given is not None:
            raise UserError(
                f"{option} {given} without --raw", do="say where the captures go: --raw DIR"
            )
    if raw is not None and snr_db is not None:
        raise UserError(
            "--snr-db with --raw", do="leave it out: captures have the thermal noise of their radar"
        )
    config = from_options(
        SimulationConfig,
        subjects=subjects,
        duration_s=duration,
        channels=channels,
        seed=seed,
        constant=None if snr_db is None else ConstantNoise(snr_db=snr_db),
        abrupt=None
        if movement_db is None
        else from_options(
            AbruptNoise, snr_db=movement_db, length_s=movement_s, per_min=movements_per_min
        ),
        ecg=ecg,
    )
    looking = None
    if raw is not None:
        seen_by = read_config(radar) if radar else None
        if seen_by is not None and seen_by.adc.axes is not None:
            raise UserError(
                f"{radar} describes a NumPy array: adc.axes",
                expected="the layout of a DCA1000 stream",
                do="leave adc.axes out",
            )
        looking = raw, from_options(RawConfig, radar=seen_by, container=container)
    with progress_bar("trials") as advance:
        simulate_dataset(output, config, raw=looking, force=force, on_trial=advance)
    typer.echo(
        f"{output}: {subjects} trials of {duration:g} s" + (f", raw in {raw}" if raw else "")
    )
