"""``radarkit eval``: runs on people they have not seen, clean and under noise."""

from pathlib import Path
from typing import Annotated

import typer

from radarkit.cli.train_options import (
    config_option,
    device_option,
    epochs_option,
    preset_option,
    settings_option,
    split_option,
)

# headings of the help
_NOISE = "With --robustness"
_STRATEGIES = "With --strategies"
_TRAINED = "With --strategies or --cross-validate"


def evaluate(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="[RUN...] DATA",
            help="Folder of the run, or of several with --robustness, or none where runs are "
            "trained ('shipped' is the run that ships with radarkit); then a labelled data set, "
            "an .h5 file or a folder of them.",
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
            help="Where the noise is added: signal, spectrogram (as published) or both.",
            show_default="signal",
            rich_help_panel=_NOISE,
        ),
    ] = None,
    noise_seed: Annotated[
        int | None,
        typer.Option(help="Seed of the noise.", min=0, show_default="0", rich_help_panel=_NOISE),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="One of those to compare, such as uw or ega:temperature=0.5; may be repeated.",
            show_default="those of the published table",
            rich_help_panel=_STRATEGIES,
        ),
    ] = None,
    seeds: Annotated[
        int | None,
        typer.Option(
            help="Trainings of each, from the seed of the configuration on.",
            min=1,
            show_default="1",
            rich_help_panel=_STRATEGIES,
        ),
    ] = None,
    leading: Annotated[
        int | None,
        typer.Option(
            help="How many get more than one seed: the best after the first. EGA and the single "
            "tasks always do.",
            min=1,
            show_default="all",
            rich_help_panel=_STRATEGIES,
        ),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help="Go on with the output that is there: more seeds, other strategies.",
            rich_help_panel=_STRATEGIES,
        ),
    ] = False,
    who: Annotated[str | None, split_option(rich_help_panel=_STRATEGIES)] = None,
    preset: Annotated[str | None, preset_option(rich_help_panel=_TRAINED)] = None,
    config: Annotated[Path | None, config_option(rich_help_panel=_TRAINED)] = None,
    settings: Annotated[list[str] | None, settings_option(rich_help_panel=_TRAINED)] = None,
    epochs: Annotated[int | None, epochs_option(rich_help_panel=_TRAINED)] = None,
    device: Annotated[
        str | None, device_option(show_default="auto", rich_help_panel=_TRAINED)
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(help="Processes, but for the plain report.", min=1, show_default="1"),
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
    from radarkit.cli.eval_modes import check_fit, one_of
    from radarkit.errors import UserError
    from radarkit.pretrained import run_folder

    asked = {
        "--robustness": robustness,
        "--strategies": strategies,
        "--cross-validate": cross_validate is not None,
    }
    mode = one_of([name for name, wanted in asked.items() if wanted])
    if mode == "--cross-validate" and who is not None:
        raise UserError(
            f"--split {who} with --cross-validate, which tests everybody in turn",
            do="leave one of them out",
        )
    check_fit(
        mode,
        {
            "--domain": domain,
            "--noise-seed": noise_seed,
            "--only": only,
            "--seeds": seeds,
            "--leading": leading,
            "--split": who,
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
                who=who,
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
        from radarkit.cli.eval_noise import noise_tables

        noise_tables(
            [run_folder(run) for run in runs],
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


def _report(
    run: Path, data: Path, output: Path, *, save_ecg: bool, allow_seen: bool, force: bool
) -> None:
    from radarkit.cli.progress import progress_bar
    from radarkit.cli.report_table import report_table
    from radarkit.datasets.splits import left_out_in_words, seen_in_words
    from radarkit.evaluation.ecg_files import check_packages, save_ecgs
    from radarkit.evaluation.evaluate import evaluate as score_run
    from radarkit.evaluation.present import present
    from radarkit.files import atomic_folder, check_output
    from radarkit.pretrained import run_folder
    from radarkit.training.metrics_log import read_history

    folder_of_run = run_folder(run)
    check_output(output, force=force)
    if save_ecg:
        check_packages()
    with progress_bar("trials") as advance:
        evaluation = score_run(folder_of_run, data, advance, allow_seen=allow_seen)
    with atomic_folder(output, force=force) as folder:
        present(evaluation, read_history(folder_of_run), folder, run=str(run), output=str(output))
        if save_ecg:
            save_ecgs(evaluation, folder / "ecg")
    report_table(evaluation)
    if evaluation.lost_s >= 1:
        typer.echo(
            f"{evaluation.lost_s:.0f} s of what is scored were lost by radar or ECG: beats there "
            "count as missed or invented"
        )
    if evaluation.left_out:
        typer.echo(left_out_in_words(evaluation.left_out))
    if evaluation.seen:
        typer.echo(f"subjects seen in training are among them: {seen_in_words(evaluation.seen)}")
    typer.echo(f"report: {output / 'report.html'}")
