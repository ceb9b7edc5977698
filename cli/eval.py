"""``radarkit eval``: runs on people they have not seen, clean and under noise."""

from pathlib import Path
from typing import Annotated

import typer


def evaluate(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN... DATA",
            help="Folder of the run, or of several with --robustness; then a labelled data set, an "
            ".h5 file or a folder of them.",
            show_default=False,
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the report.")],
    robustness: Annotated[
        bool, typer.Option("--robustness", help="The noise tables instead of the report.")
    ] = False,
    domain: Annotated[
        str | None,
        typer.Option(
            help="With --robustness: where the noise is added, signal (default), spectrogram (as "
            "published) or both."
        ),
    ] = None,
    noise_seed: Annotated[
        int | None, typer.Option(help="With --robustness: seed of the noise.", min=0)
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(help="With --robustness: processes.", min=1, show_default="1")
    ] = None,
    save_ecg: Annotated[
        bool,
        typer.Option(
            "--save-ecg", help="Also write the reconstructed ECG of every trial, with confidences."
        ),
    ] = False,
    allow_seen: Annotated[
        bool,
        typer.Option(
            "--allow-seen", help="Score on people of the training, too; the results say so."
        ),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the output.")] = False,
) -> None:
    """Reconstruct the ECG of subjects a run has not seen, and score it beside baselines."""
    from radarkit.errors import UserError

    *runs, data = paths
    if not runs:
        raise UserError(f"one path, {data}", expected="RUN DATA: a run, then a data set")
    if robustness:
        if save_ecg:
            raise UserError(
                "--save-ecg with --robustness", expected="one of the two: the ECG is the clean one"
            )
        _noise_tables(
            runs,
            data,
            output,
            domain=domain or "signal",
            seed=noise_seed or 0,
            jobs=jobs or 1,
            allow_seen=allow_seen,
            force=force,
        )
        return
    for option, value in {"--domain": domain, "--noise-seed": noise_seed, "--jobs": jobs}.items():
        if value is not None:
            raise UserError(f"{option} {value} without --robustness", do="give both or neither")
    if len(runs) > 1:
        raise UserError(
            f"{len(runs)} runs for one report",
            expected="one run, or --robustness",
            do="call it once a run",
        )
    _report(runs[0], data, output, save_ecg=save_ecg, allow_seen=allow_seen, force=force)


def _report(
    run: Path, data: Path, output: Path, *, save_ecg: bool, allow_seen: bool, force: bool
) -> None:
    from rich.console import Console
    from rich.table import Table

    from radarkit.cli.progress import progress_bar
    from radarkit.evaluation.columns import METRICS
    from radarkit.evaluation.ecg_files import check_packages, save_ecgs
    from radarkit.evaluation.evaluate import evaluate as score_run
    from radarkit.evaluation.present import present, summaries
    from radarkit.files import atomic_folder, check_output
    from radarkit.training.metrics_log import read_history

    check_output(output, force=force)
    if save_ecg:
        check_packages()
    with progress_bar("trials") as advance:
        evaluation = score_run(run, data, advance, allow_seen=allow_seen)
    with atomic_folder(output, force=force) as folder:
        present(evaluation, read_history(run), folder)
        if save_ecg:
            save_ecgs(evaluation, folder / "ecg")
    medians = {method: rows[0] for method, rows in summaries(evaluation).items()}
    table = Table("medians over trials")
    for method in medians:
        table.add_column(method, justify="right", max_width=20)
    for metric in (metric for metric in METRICS if metric.main):
        values = (metric.shown(float(row[metric.key])) for row in medians.values())
        table.add_row(f"{metric.heading} {metric.arrow}", *values)
    Console().print(table)
    if evaluation.seen:
        typer.echo(f"subjects seen in training are among them: {', '.join(evaluation.seen)}")
    typer.echo(f"report: {output / 'report.html'}")


def _noise_tables(
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
    from rich.console import Console

    from radarkit.cli.noise_table import noise_table
    from radarkit.cli.progress import progress_bar
    from radarkit.errors import UserError
    from radarkit.evaluation.noise_conditions import Domain
    from radarkit.evaluation.noise_protocol import Protocol
    from radarkit.evaluation.published_noise import WHERE
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
        write_robustness(folder, rows, protocol.domains, protocol.made_from())
    for name in found:
        for each in protocol.domains:
            Console().print(noise_table(networks(rows), name, each))
    typer.echo(f"* delta-m as printed for noise in the spectrogram ({WHERE})")
    typer.echo(f"report: {output / 'report.html'}, with the baselines and all printed figures")
