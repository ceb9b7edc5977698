"""``radarkit simulate``: people, hearts, noise and real raw captures."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from radarkit.datasets.raw import RawConfig


def simulate(
    recipe: Annotated[
        str,
        typer.Argument(help="default, lying, benchmark, benchmark-small, varied, or a .toml file."),
    ] = "default",
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="An .h5 file, or a folder with a file a person; by default named like the recipe.",
        ),
    ] = None,
    subjects: Annotated[int | None, typer.Option(help="People.", min=1)] = None,
    duration: Annotated[float | None, typer.Option(help="Seconds of a trial.", min=10)] = None,
    channels: Annotated[int | None, typer.Option(help="Points of the chest.", min=1)] = None,
    seed: Annotated[int, typer.Option(help="All that is drawn comes from it.", min=0)] = 0,
    snr_db: Annotated[
        float | None,
        typer.Option(
            help="Constant noise beside the recipe's own, by its SNR against the vibrations."
        ),
    ] = None,
    movement_db: Annotated[
        float | None, typer.Option(help="Abrupt noise, by its SNR: 0 mild, -9 extensive.")
    ] = None,
    movement_s: Annotated[
        float | None,
        typer.Option(help="Seconds of a movement.", min=0.05, show_default="1"),
    ] = None,
    movement_share: Annotated[
        float | None,
        typer.Option(
            help="Share of the 4 s windows with a movement.", min=0, max=1, show_default="0.2"
        ),
    ] = None,
    ecg: Annotated[
        Path | None,
        typer.Option(help="ECG that drives the hearts: WFDB or EDF record, or a folder of them."),
    ] = None,
    raw: Annotated[
        Path | None, typer.Option(help="Also write raw DCA1000 captures into this folder.")
    ] = None,
    radar: Annotated[
        Path | None, typer.Option(help="Radar of the captures; a 60 GHz one by default.")
    ] = None,
    realistic: Annotated[
        bool,
        typer.Option(
            "--realistic", help="Give the radar the flaws of real ones: leakage and such."
        ),
    ] = False,
    container: Annotated[
        str | None,
        typer.Option(help="How captures are kept: plain (default), split, records or udp."),
    ] = None,
    jobs: Annotated[
        int, typer.Option(help="People at once, where the output is a folder.", min=1)
    ] = 1,
    force: Annotated[bool, typer.Option("--force", help="Replace the output.")] = False,
) -> None:
    """Simulate chests with a two-vibration heart, and raw captures of them."""
    from radarkit.cli.options import from_options
    from radarkit.cli.progress import progress_bar
    from radarkit.datasets.recipes import load_recipe
    from radarkit.datasets.simulation import SimulationConfig, simulate_dataset
    from radarkit.errors import UserError
    from radarkit.simulate.noise import AbruptNoise, ConstantNoise, Noise

    if raw is not None and snr_db is not None:
        raise UserError(
            "--snr-db with --raw", do="leave it out: captures have the thermal noise of their radar"
        )
    output = output or Path(Path(recipe).stem)
    asked = {"subjects": subjects, "duration_s": duration, "channels": channels}
    changes = {name: value for name, value in asked.items() if value is not None}
    whom = load_recipe(recipe, **changes)
    noises: list[Noise] = []
    if snr_db is not None:
        noises.append(from_options(ConstantNoise, snr_db=snr_db))
    if movement_db is not None:
        movement = {"snr_db": movement_db, "length_s": movement_s or 1.0, "share": movement_share}
        noises.append(from_options(AbruptNoise, named={"snr_db": "movement_db"}, **movement))
    elif movement_s is not None or movement_share is not None:
        option = "--movement-s" if movement_s is not None else "--movement-share"
        raise UserError(
            f"{option} without --movement-db", do="say how strong movements are: --movement-db -9"
        )
    config = from_options(SimulationConfig, recipe=whom, seed=seed, noises=noises, ecg=ecg)
    looking = _radar(raw, radar, container, realistic=realistic)
    with progress_bar("trials" if output.suffix == ".h5" else "people") as advance:
        kept = simulate_dataset(
            output, config, raw=looking, force=force, jobs=jobs, on_trial=advance
        )
    trials = whom.subjects * len(whom.trials)
    typer.echo(
        f"{output}: {trials} trials of {whom.duration_s:g} s"
        + (f", raw in {raw}" if raw else "")
        + (f"; {kept} of {whom.subjects} people were there already" if kept else "")
    )


def _radar(
    raw: Path | None, radar: Path | None, container: str | None, *, realistic: bool
) -> "tuple[Path, RawConfig] | None":
    """Read the radar of raw captures."""
    from radarkit.capture import read_config
    from radarkit.cli.options import from_options
    from radarkit.datasets.raw import RawConfig
    from radarkit.errors import UserError
    from radarkit.simulate.scene import REALISTIC

    if raw is None:
        asked = (("--radar", radar), ("--container", container), ("--realistic", realistic))
        for option, given in asked:
            if given:
                raise UserError(
                    f"{option} without --raw", do="say where the captures go: --raw DIR"
                )
        return None
    seen_by = read_config(radar) if radar else None
    if seen_by is not None and seen_by.adc.axes is not None:
        raise UserError(
            f"{radar} describes a NumPy array: adc.axes",
            expected="the layout of a DCA1000 stream",
            do="leave adc.axes out",
        )
    front_end = REALISTIC if realistic else None
    return raw, from_options(RawConfig, radar=seen_by, front_end=front_end, container=container)
