"""What a training run is made of."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from radarkit.datasets.live_noise import LiveNoise
from radarkit.datasets.windows import WindowConfig

Preset = Literal["compact", "paper"]


class TrainConfig(BaseModel):
    """Configuration of a run, saved in it.

    Attributes
    ----------
    preset : str
        Network: ``compact`` or ``paper``.
    strategy : str
        How the three gradients become one; see `radarkit.mtl.strategies`.
    epochs, batch_size, seed : int
        As usual.
    optimiser : str
        ``adamw`` with a one-cycle schedule, or ``sgd`` with cosine decay over all epochs.
    learning_rate, weight_decay : float
        Of the optimiser; for ``adamw`` the peak rate.
    temperature, warmup_epochs : float, int
        EGA's T and t_warm.
    gradient_space : str
        ``parameters``: the Gramian of the exact gradients of the shared parameters, one backward
        pass through the trunk a task; ``features``: of the gradients of the trunk's output, one
        backward pass in all.
    length_spread : float
        Standard deviation of the length target, in classes.
    window : WindowConfig
        How windows are cut.
    noise : LiveNoise, optional
        Noise added while windows are read, to train on and to choose the model by.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    preset: Preset = "compact"
    strategy: str = "ega"
    epochs: int = Field(default=30, ge=1)
    batch_size: int = Field(default=16, ge=1)
    seed: int = Field(default=0, ge=0)
    optimiser: Literal["adamw", "sgd"] = "adamw"
    learning_rate: float = Field(default=3e-3, gt=0)
    weight_decay: float = Field(default=1e-2, ge=0)
    temperature: float = Field(default=1.0, gt=0)
    warmup_epochs: int = Field(default=4, ge=0)
    gradient_space: Literal["parameters", "features"] = "parameters"
    length_spread: float = Field(default=2.0, ge=0)
    window: WindowConfig = WindowConfig()
    noise: LiveNoise | None = None

    @classmethod
    def for_preset(cls, preset: Preset, **overrides: object) -> Self:
        """Give the defaults of a preset, with some of them replaced.

        ``paper`` trains as published: SGD at 5e-3, batches of 22, one-hot lengths and impulses.
        """
        published = {
            "epochs": 200,
            "batch_size": 22,
            "optimiser": "sgd",
            "learning_rate": 5e-3,
            "weight_decay": 5e-4,
            "length_spread": 0.0,
            "window": WindowConfig(anchor_sigma_s=0.0),
        }
        defaults = published if preset == "paper" else {}
        return cls.model_validate({"preset": preset, **defaults, **overrides})
