"""``radarkit eval --robustness``: what noise does to one or several runs."""

from pathlib import Path

import typer

from radarkit.errors import UserError


def noise_tables(
    runs: list[Path],
    data: Path,
    output: Path,
    *,
    domain: str,
    seed: int,
    jobs: int,
    allow_seen: bool,
    force: bool,
) -> None:
    """Measure runs under noise and write the tables."""
    from rich.console import Console

    from radarkit.cli.noise_table import noise_table
    from radarkit.cli.progress import progress_bar
    from radarkit.datasets.splits import left_out_in_words
    from radarkit.evaluation.noise_conditions import Domain
    from radarkit.evaluation.noise_protocol import Protocol
    from radarkit.evaluation.robustness import measured
    from radarkit.evaluation.robustness_files import write_robustness
    from radarkit.evaluation.robustness_rows import networks, noise_rows

    choices: dict[str, tuple[Domain, ...]] = {
        "signal": ("signal",),
        "spectrogram": ("spectrogram",),
        "both": ("signal", "spectrogram"),
    }
    if domain not in choices:
        raise UserError(f"--domain {domain}", expected=", ".join(choices))
    protocol = Protocol(tuple(runs), data, choices[domain], seed, allow_seen)
    with (
        progress_bar("conditions") as advance,
        measured(protocol, output, jobs=jobs, force=force, on_condition=advance) as (folder, found),
    ):
        rows = noise_rows(found)
        facts = protocol.made_from()
        write_robustness(folder, rows, protocol.domains, facts)
    for name in found:
        for each in protocol.domains:
            Console().print(noise_table(networks(rows), name, each))
    typer.echo("* delta-m as printed for noise in the spectrogram")
    typer.echo(f"  ({facts['printed_for']})")
    for run in facts["runs"]:
        if run["subjects_left_out"]:
            typer.echo(f"{run['run']}: {left_out_in_words(run['subjects_left_out'])}")
        if run["subjects_seen_in_training"]:
            typer.echo(
                f"{run['run']}: subjects seen in training are among them: "
                f"{', '.join(run['subjects_seen_in_training'])}"
            )
    typer.echo(f"report: {output / 'report.html'}, with the baselines and all printed figures")
