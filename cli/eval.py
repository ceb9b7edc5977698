"""``radarkit eval``: runs on people they have not seen, clean and under noise."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from radarkit.cli.train_options import ConfigOption, EpochsOption, PresetOption, SettingsOption

_TRAINED = "With --strategies or --cross-validate: "


def evaluate(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="[RUN...] DATA",
            help="Folder of the run, or of several with --robustness, or none where runs are "
            "trained; then a labelled data set, an .h5 file or a folder of them.",
            show_default=False,
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the report.")],
    robustness: Annotated[
        bool, typer.Option("--robustness", help="The noise tables instead of the report.")
    ] = False,
    strategies: Annotated[
        bool,
        typer.Option("--strategies", help="Train with every strategy and compare: no RUN then."),
    ] = False,
    cross_validate: Annotated[
        str | None,
        typer.Option(
            metavar="K|loso",
            help="Train K times, or once for each person, and score everybody: no RUN then.",
        ),
    ] = None,
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
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="With --strategies: one of those to compare, such as uw or "
            "ega:temperature=0.5; without it those of the published table.",
        ),
    ] = None,
    seeds: Annotated[
        int | None,
        typer.Option(
            help="With --strategies: trainings of each, from the seed of the configuration on.",
            min=1,
            show_default="1",
        ),
    ] = None,
    leading: Annotated[
        int | None,
        typer.Option(
            help="With --strategies: how many get more than one seed, the best after the first; "
            "EGA and the single tasks always do.",
            min=1,
            show_default="all",
        ),
    ] = None,
    preset: PresetOption = None,
    config: ConfigOption = None,
    settings: SettingsOption = None,
    epochs: EpochsOption = None,
    device: Annotated[
        str | None,
        typer.Option(help=f"{_TRAINED}auto, cpu or cuda.", show_default="auto"),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(help="Processes, where many things are done.", min=1, show_default="1"),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option("--resume", help="With --strategies: more of them for the output there."),
    ] = False,
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

    asked = {
        "--robustness": robustness,
        "--strategies": strategies,
        "--cross-validate": cross_validate is not None,
    }
    mode = _one_of([name for name, wanted in asked.items() if wanted])
    _check_fit(
        mode,
        {
            "--domain": domain,
            "--noise-seed": noise_seed,
            "--only": only,
            "--seeds": seeds,
            "--leading": leading,
            "--preset": preset,
            "--config": config,
            "--set": settings,
            "--epochs": epochs,
            "--device": device,
            "--jobs": jobs,
            "--resume": resume,
            "--save-ecg": save_ecg,
            "--allow-seen": allow_seen,
        },
    )
    *runs, data = paths
    if mode in ("--strategies", "--cross-validate"):
        from radarkit.cli.train_options import train_config

        if runs:
            raise UserError(
                f"{len(paths)} paths with {mode}", expected="DATA alone: the runs are trained"
            )
        resolved = train_config(preset, config, settings, {"epochs": epochs})
        if mode == "--strategies":
            from radarkit.cli.eval_trainings import strategy_table

            strategy_table(
                data,
                output,
                resolved,
                only=only,
                seeds=seeds or 1,
                leading=leading,
                device=device or "auto",
                jobs=jobs or 1,
                force=force,
                resume=resume,
            )
            return
        from radarkit.cli.eval_trainings import cross_validation

        cross_validation(
            data,
            output,
            resolved,
            folds=cross_validate or "",
            device=device or "auto",
            jobs=jobs or 1,
            save_ecg=save_ecg,
            force=force,
        )
        return
    if not runs:
        raise UserError(f"one path, {data}", expected="RUN DATA: a run, then a data set")
    if mode == "--robustness":
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
    if len(runs) > 1:
        raise UserError(
            f"{len(runs)} runs for one report",
            expected="one run, or --robustness",
            do="call it once a run",
        )
    _report(runs[0], data, output, save_ecg=save_ecg, allow_seen=allow_seen, force=force)


_TRAINING = ("--strategies", "--cross-validate")
# what options are for; "" is the plain report
_MODES = {
    "--domain": ("--robustness",),
    "--noise-seed": ("--robustness",),
    "--jobs": ("--robustness", *_TRAINING),
    "--only": ("--strategies",),
    "--seeds": ("--strategies",),
    "--leading": ("--strategies",),
    "--resume": ("--strategies",),
    "--preset": _TRAINING,
    "--config": _TRAINING,
    "--set": _TRAINING,
    "--epochs": _TRAINING,
    "--device": _TRAINING,
    "--save-ecg": ("", "--cross-validate"),
    "--allow-seen": ("", "--robustness"),
}


def _one_of(modes: Sequence[str]) -> str:
    """Name what is to be done; nothing for the plain report."""
    from radarkit.errors import UserError

    if len(modes) > 1:
        raise UserError(" with ".join(modes), expected="one of the two", do="call it twice")
    return "".join(modes)


def _check_fit(mode: str, options: dict[str, object]) -> None:
    """Refuse options that are for something else."""
    from radarkit.errors import UserError

    for option, value in options.items():
        if value is None or value is False or mode in _MODES[option]:
            continue
        what = option if value is True else f"{option} {_shown(value)}"
        if "" in _MODES[option]:
            raise UserError(f"{what} with {mode}", do="leave one of them out")
        raise UserError(f"{what} without {' or '.join(_MODES[option])}", do="give both or neither")


def _shown(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _report(
    run: Path, data: Path, output: Path, *, save_ecg: bool, allow_seen: bool, force: bool
) -> None:
    from rich.console import Console
    from rich.table import Table

    from radarkit.cli.progress import progress_bar
    from radarkit.evaluation.columns import METRICS
    from radarkit.evaluation.ecg_files import check_wfdb, save_ecgs
    from radarkit.evaluation.evaluate import evaluate as score_run
    from radarkit.evaluation.present import present, summaries
    from radarkit.files import atomic_folder, check_output
    from radarkit.training.metrics_log import read_history

    check_output(output, force=force)
    if save_ecg:
        check_wfdb()
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
