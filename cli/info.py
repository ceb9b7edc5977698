"""``radarkit info``: what is in a file, and what a model is made of."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from radarkit.datasets.reader import Dataset
    from radarkit.models.summary import Row

_PUBLISHED_CHANNELS = 50


def info(
    path: Annotated[
        Path | None,
        typer.Argument(
            help="Data set (.h5 or folder), run ('shipped': that of radarkit), or radar "
            "configuration."
        ),
    ] = None,
    toml: Annotated[
        Path | None, typer.Option(help="Write the radar's configuration here, as radarkit's TOML.")
    ] = None,
    board: Annotated[
        str | None, typer.Option(help="Board of the radar, which says where its antennas stand.")
    ] = None,
    force: Annotated[bool, typer.Option(help="Replace the TOML that is there.")] = False,
    model: Annotated[
        str | None,
        typer.Option(
            help="Instead of a file: a network (compact, paper, paper-temporal, radarode, "
            "radarode-paper or mmecg)."
        ),
    ] = None,
    channels: Annotated[
        int | None,
        typer.Option(
            help=f"Radar channels that the network reads.  [default: {_PUBLISHED_CHANNELS}]"
        ),
    ] = None,
) -> None:
    """Print what a data set, a radar configuration or a run holds, or the layers of a network."""
    from radarkit.errors import UserError
    from radarkit.files import check_input
    from radarkit.pretrained import run_folder

    if model is not None:
        for other, present in (("PATH", path), ("--toml", toml), ("--board", board)):
            if present is not None:
                raise UserError(f"both {other} and --model", expected="one of them")
        _print_model(model, _PUBLISHED_CHANNELS if channels is None else channels)
        return
    if channels is not None:
        raise UserError(f"--channels {channels} without --model", do="name a network with --model")
    if path is None:
        raise UserError("neither PATH nor --model", expected="one of them")
    path = run_folder(path)
    check_input(path, "file or folder")
    kind = _kind(path)
    if kind == "radar":
        _show_radar(path, toml, board, force=force)
        return
    for option, given in (("--toml", toml), ("--board", board)):
        if given is not None:
            raise UserError(f"{path} is a {kind}", expected=f"a radar configuration for {option}")
    if kind == "run":
        _print_rows(str(path), _run_rows(path))
    else:
        _print_dataset(path)


def _kind(path: Path) -> str:
    from radarkit.capture.infineon import is_infineon

    if (path / "run.json").is_file():
        return "run"
    if path.is_dir():
        return "radar" if is_infineon(path) else "data set"
    with path.open("rb") as handle:
        is_hdf5 = handle.read(8) == b"\x89HDF\r\n\x1a\n"
    return "data set" if is_hdf5 or path.suffix.lower() == ".h5" else "radar"


def _show_radar(path: Path, toml: Path | None, board: str | None, *, force: bool) -> None:
    from radarkit.capture import read_config, write_toml
    from radarkit.capture.derived import derived_rows

    config = read_config(path, board=board)
    if toml is not None:
        write_toml(config, toml, force=force)
    _print_rows(str(path), derived_rows(config))


def _print_rows(title: str, rows: dict[str, str]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, show_header=False, title_justify="left")
    for name, value in rows.items():
        table.add_row(name, value)
    Console().print(table)


def _run_rows(path: Path) -> dict[str, str]:
    from radarkit.training.metrics_log import read_history
    from radarkit.training.run import RunRecord

    record, history = RunRecord.load(path), read_history(path)
    done = f"{len(history)} of {record.train.epochs}"
    if history:
        best = min(history, key=lambda row: row["validation_score"])
        done += f", the best is number {best['epoch'] + 1}"
    return {
        "network": f"{record.model.preset}, {record.model.channels} channels",
        "strategy": record.train.strategy.name,
        "epochs": done,
        "seed": f"{record.train.seed}",
        "trained on": ", ".join(record.split.train),
        "chosen on": ", ".join(record.split.validation),
        "left for testing": ", ".join(record.split.test),
        **({"not used": ", ".join(record.split.left_out)} if record.split.left_out else {}),
        "data": str(record.data["name"]),
        "versions": ", ".join(f"{name} {number}" for name, number in record.versions.items()),
    }


def _print_model(preset: str, channels: int) -> None:
    from rich.console import Console
    from rich.table import Table

    from radarkit.cli.options import from_options
    from radarkit.models import ModelConfig, build_model
    from radarkit.models.summary import summarise
    from radarkit.training.presets import load_config

    config = from_options(ModelConfig, named={"preset": "model"}, preset=preset, channels=channels)
    samples = load_config(config.preset).window.samples  # of windows as the preset cuts them
    network = build_model(config.model_copy(update={"samples": samples}))
    whole, *rows = summarise(network)
    table = Table("layer", box=None, padding=(0, 1, 0, 0), pad_edge=False)  # fits into 80 columns
    for heading in ("output", "parameters", "MMAC"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        style = None if not row.is_part else "bold" if row.depth == 1 else "cyan"
        table.add_row(*_cells(row), style=style)
    Console().print(table)
    shared = sum(parameter.numel() for parameter in network.shared_parameters())
    sizes = [f"{config.channels} channels"]
    if config.framework != "MMECG":
        sizes += [f"{config.rows} rows", f"{config.frames} frames"]
    if config.framework != "radarODE-MTL":
        sizes += [f"{samples} samples"]
    typer.echo(
        f"{preset}: {config.framework} on one window of "
        f"{', '.join(sizes[:-1])} and {sizes[-1]}\n"
        f"{whole.parameters:,} parameters"
        + (f", {shared:,} of them shared by the tasks" if shared else "")
        + "\n"
        f"{whole.multiply_adds / 1e6:,.1f} million multiply-adds (MMAC), interpolation aside"
    )


def _cells(row: "Row") -> tuple[str, str, str, str]:
    million = row.multiply_adds / 1e6
    return (
        "  " * (row.depth - 1) + row.label,
        "x".join(map(str, row.output_shape[1:])),
        f"{row.parameters:,}" if row.parameters else "-",
        "-" if million == 0 else f"{million:,.2f}" if million >= 0.01 else "<0.01",
    )


def _subject_table(dataset: "Dataset") -> "Table":
    """How much there is of each subject, by status."""
    from rich.table import Table

    states = sorted({trial.status for trial in dataset.trials})
    table = Table(
        "subject", "trials", *(f"of which {s or 'unknown'}" for s in states), "min", "beats"
    )
    for subject in dataset.subjects:
        trials = [trial for trial in dataset.trials if trial.subject == subject]
        found = [trial.status for trial in trials]
        table.add_row(
            subject,
            str(len(trials)),
            *(str(found.count(status)) for status in states),
            f"{sum(trial.duration_s for trial in trials) / 60:.1f}",
            str(sum(trial.beats or 0 for trial in trials)),
        )
    return table


def _print_dataset(path: Path) -> None:
    import json

    from rich.console import Console
    from rich.table import Table

    from radarkit.cli.remarks import say_remarks
    from radarkit.datasets.reader import Dataset

    dataset = Dataset(path)
    found = dataset.attributes
    typer.echo(
        f"{path}: radarkit data set, schema version {found['schema_version']}, "
        f"made {found.get('created_utc', 'from a seed')} by radarkit {found['radarkit_version']}"
    )
    console = Console()
    table = Table("trial", "status", "seconds", "radar", "spectrogram", "beats", "source")
    for trial in dataset.trials:
        table.add_row(
            trial.name,
            trial.status or "-",
            f"{trial.duration_s:.1f}",
            f"{trial.channels} x {trial.samples}",
            f"{trial.rows} x {trial.frames}",
            "-" if trial.beats is None else str(trial.beats),
            trial.source,
        )
    console.print(table)
    console.print(_subject_table(dataset))
    one = dataset.trials[0]
    rows = dataset.frequencies_hz(one)
    seconds = sum(trial.duration_s for trial in dataset.trials)
    typer.echo(
        f"{len(dataset.subjects)} subjects, {len(dataset.trials)} trials, {seconds / 60:.1f} min\n"
        f"radar: {one.quantity.value} [{one.quantity.unit}] at {one.sample_rate_hz:g} Hz\n"
        f"spectrogram: {one.method}, {rows[0]:g} to {rows[-1]:g} Hz, {one.frame_rate_hz:g} frames/s"
    )
    say_remarks(dataset.remarks())
    if "seed" in found:
        typer.echo(f"seed: {found['seed']}")
    config = json.loads(found["config_json"])
    if "recipe" in config:  # pages of distributions; the file has them
        config["recipe"] = config["recipe"]["description"]
    typer.echo(f"configuration: {json.dumps(config)}")
