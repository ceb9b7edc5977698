"""The run that ships with the package, so that a capture becomes an ECG without a training.

It is a folder as `radarkit train` makes it, without the checkpoint to go on from: ``run.json``,
``best.pt``, ``metrics.jsonl`` and a ``MODEL_CARD.md``, which says what it must not be used for.
``shipped.toml`` is the configuration of its training. Everybody in it is simulated.
"""

from importlib.resources import files
from pathlib import Path

SHIPPED = "shipped"
READER = "the model that ships with radarkit, trained on simulated people only"


def shipped_run() -> Path:
    """Return the folder of the run that ships with radarkit."""
    return Path(str(files(__name__) / SHIPPED))


def is_shipped(run: Path) -> bool:
    """Say whether a run is the one that ships with radarkit."""
    return run.resolve() == shipped_run().resolve()


def run_folder(run: Path) -> Path:
    """Return the folder of a run that is given by its path or, if it is the shipped one, its name.

    Parameters
    ----------
    run : Path
        A folder, or ``shipped``. A folder of the user that is called so goes first.

    Returns
    -------
    Path
        The folder.
    """
    return shipped_run() if run == Path(SHIPPED) and not run.exists() else run
