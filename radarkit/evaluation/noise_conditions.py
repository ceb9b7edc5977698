"""The noises of the published robustness tables, and a name for each.

Constant noise of six levels on every window, and body movements on a fifth of them: mild (0 dB) and
extensive (-9 dB), of 1, 2 and 3 s. Source: radarODE-MTL, "Noise Robustness", the tables
on different SNR and on abrupt noises.
"""

from dataclasses import dataclass
from typing import Literal

from radarkit.datasets.live_noise import LiveNoise
from radarkit.simulate.noise import (
    CONSTANT_LEVELS_DB,
    EXTENSIVE_DB,
    MILD_DB,
    AbruptNoise,
    ConstantNoise,
    Noise,
)

Domain = Literal["signal", "spectrogram"]
Group = Literal["clean", "constant", "mild", "extensive"]
MOVEMENTS_DB: dict[Group, float] = {"mild": MILD_DB, "extensive": EXTENSIVE_DB}
MOVEMENT_LENGTHS_S = (1.0, 2.0, 3.0)


@dataclass(frozen=True)
class Condition:
    """One row of a table.

    Attributes
    ----------
    group : str
        ``clean``, ``constant``, ``mild`` or ``extensive``.
    level : float
        SNR in dB of constant noise, length in s of movements; 0 for clean.
    domain : str, optional
        Where the noise is added; None for clean.
    """

    group: Group
    level: float = 0.0
    domain: Domain | None = None

    @property
    def key(self) -> str:
        """Its name in files, such as ``signal-constant-3`` or ``clean``."""
        return "clean" if self.domain is None else f"{self.domain}-{self.group}-{self.level:g}"

    @property
    def label(self) -> str:
        """Its name in a table of its domain."""
        if self.group == "clean":
            return "clean"
        unit = "dB" if self.group == "constant" else "s"
        return f"{self.group} {self.level:g} {unit}"

    @property
    def noise(self) -> Noise | None:
        """The noise itself."""
        if self.group == "clean":
            return None
        if self.group == "constant":
            return ConstantNoise(snr_db=self.level)
        return AbruptNoise(snr_db=MOVEMENTS_DB[self.group], length_s=self.level)

    def live(self, seed: int) -> LiveNoise | None:
        """Noise as `radarkit.evaluation.evaluate.evaluate` takes it."""
        if self.noise is None or self.domain is None:
            return None
        return LiveNoise(noises=(self.noise,), domain=self.domain, seed=seed)


CLEAN = Condition("clean")


def conditions_of(domain: Domain) -> tuple[Condition, ...]:
    """List the rows of a domain in the order of the tables, the clean one first."""
    constant = (Condition("constant", level, domain) for level in CONSTANT_LEVELS_DB)
    movements = (
        Condition(group, length_s, domain)
        for group in MOVEMENTS_DB
        for length_s in MOVEMENT_LENGTHS_S
    )
    return (CLEAN, *constant, *movements)
