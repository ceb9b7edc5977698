"""Who is in the table of strategies: names with settings, as ``ega:temperature=0.5``."""

from collections.abc import Sequence
from dataclasses import dataclass

from radarkit.errors import UserError
from radarkit.training.config import TrainConfig
from radarkit.training.losses import TASKS
from radarkit.training.presets import load_config, parse_settings

SINGLE = "single-task"
EGA = "ega"
# those of the published table, in its order
PUBLISHED = (
    "equal",
    "uw",
    "gls",
    "dwa",
    "stch",
    "graddrop",
    "gradvac",
    "cagrad",
    "imtl",
    "moco",
    "aligned-mtl",
    EGA,
)


@dataclass(frozen=True)
class Entry:
    """A line of the table.

    Attributes
    ----------
    name : str
        As it was asked for: a strategy, and settings of it behind a colon.
    configs : tuple of TrainConfig
        Of its trainings but for the seed: one, or one a task of the single-task baseline.
    """

    name: str
    configs: tuple[TrainConfig, ...]

    def runs(self, seed: int) -> dict[str, TrainConfig]:
        """Trainings of a seed, by the name of the folder of the run."""
        names = [self.slug] if len(self.configs) == 1 else [f"{self.slug}-{task}" for task in TASKS]
        return {
            f"{name}-{seed}": config.model_copy(update={"seed": seed})
            for name, config in zip(names, self.configs, strict=True)
        }

    @property
    def slug(self) -> str:
        """Its name in files."""
        return self.name.translate(str.maketrans(":=, ", "----"))


def entries(names: Sequence[str], base: TrainConfig) -> tuple[Entry, ...]:
    """Resolve the lines of a table, the single-task baseline first.

    Parameters
    ----------
    names : sequence of str
        Such as ``uw`` or ``ega:temperature=0.5``; several settings have commas between them.
    base : TrainConfig
        All but the strategy. An entry with the strategy of `base` keeps its settings, too.

    Raises
    ------
    UserError
        When there is no such strategy or setting, something cannot be trained so, or two entries
        are the same.
    """
    single = [
        load_config(base=base, changes={"strategy.name": SINGLE, "strategy.task": task})
        for task in TASKS
    ]
    found = [Entry(SINGLE, tuple(single))]
    for name in names:
        entry = _entry(name, base)
        same = [other.name for other in found if other.configs == entry.configs]
        if same:
            raise UserError(f"--only {name} and {same[0]} are the same", do="leave one out")
        found.append(entry)
    return tuple(found)


def _entry(text: str, base: TrainConfig) -> Entry:
    name, colon, rest = (part.strip() for part in text.partition(":"))
    if name == SINGLE:
        raise UserError(f"--only {text}", expected="a strategy; the single tasks are always there")
    settings = rest.split(",") if colon else []
    if not all("=" in setting for setting in settings):
        raise UserError(f"--only {text}", expected="NAME or NAME:KEY=VALUE, as ega:temperature=0.5")
    changes = {f"strategy.{key}": value for key, value in parse_settings(settings).items()}
    config = load_config(base=base, changes={"strategy.name": name, **changes})
    return Entry(":".join([name, *([rest] if colon else [])]), (config,))
