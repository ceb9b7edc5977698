"""What a training run is made of."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from radarkit.datasets.live_noise import LiveNoise
from radarkit.datasets.windows import WindowConfig
from radarkit.errors import UserError
from radarkit.models import Preset, framework_of
from radarkit.mtl import JacobianStrategy, LossStrategy, Strategy, build_strategy, strategy_settings
from radarkit.training.losses import TASKS


class AdamW(BaseModel):
    """AdamW under a one-cycle schedule: the rate rises to its peak and falls to nothing.

    Attributes
    ----------
    learning_rate : float
        At the peak.
    weight_decay : float
        Share of a weight that a step takes away, times the rate.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Literal["adamw"] = "adamw"
    learning_rate: float = Field(default=3e-3, gt=0, allow_inf_nan=False)
    weight_decay: float = Field(default=1e-2, ge=0, allow_inf_nan=False)


class Sgd(BaseModel):
    """SGD with momentum; the rate falls as half a cosine over all steps to a hundredth.

    Attributes
    ----------
    learning_rate : float
        At the start.
    momentum, weight_decay : float
        As published.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Literal["sgd"] = "sgd"
    learning_rate: float = Field(default=5e-3, gt=0, allow_inf_nan=False)
    momentum: float = Field(default=0.937, ge=0, lt=1)
    weight_decay: float = Field(default=5e-4, ge=0, allow_inf_nan=False)


class StrategyConfig(BaseModel):
    """A strategy by name, and its settings beside it; see `radarkit.mtl.STRATEGIES`."""

    model_config = ConfigDict(frozen=True, extra="allow")

    name: str = "ega"

    @model_validator(mode="before")
    @classmethod
    def _resolve(cls, given: Any) -> Any:
        """Write down the settings that were left at their defaults."""
        if not isinstance(given, dict):
            return given
        name = given.get("name", "ega")
        defaults = strategy_settings(name)
        if name == "single-task" and "task" not in given:
            raise UserError("a single task without its name", expected=f"one of {', '.join(TASKS)}")
        return {"name": name, **defaults, **given}

    @model_validator(mode="after")
    def _check(self) -> Self:
        self.build()
        return self

    @property
    def settings(self) -> dict[str, Any]:
        """Settings of the strategy."""
        return dict(self.model_extra or {})

    def build(self, tasks: Sequence[str] = TASKS) -> Strategy:
        """Build it for some tasks, those of radarODE-MTL if none are given."""
        return build_strategy(self.name, tasks, **self.settings)


class TrainConfig(BaseModel):
    """Configuration of a run, saved in it.

    Attributes
    ----------
    preset : str
        Network; see `radarkit.models.ModelConfig`.
    strategy : StrategyConfig
        How the tasks become one step; those of other frameworks than radarODE-MTL share no
        parameters, so only ``equal`` makes sense for them.
    gradient_space : str
        ``parameters``: strategies weigh the exact gradients of the shared parameters, one backward
        pass through the trunk a task; ``features``: those of the trunk's output, one backward pass
        in all.
    optimiser : AdamW or Sgd
        With its schedule.
    epochs, seed : int
        As usual.
    batch_size : int
        Windows of a step, over all processes.
    accumulate : int
        Parts that a process computes its share of a batch in, one after the other.
    precision : str
        ``bfloat16`` computes the network under autocast; losses and weights stay in float32.
    clip_norm : float
        Longest gradient of a step, over all parameters; 0 leaves it as long as it is.
    patience : int, optional
        Stop after so many epochs that did not improve on the validation subjects.
    length_spread : float
        Standard deviation of the length target, in classes.
    window : WindowConfig
        How windows are cut.
    noise : LiveNoise, optional
        Noise added while windows are read, to train on and to choose the model by.

    Raises
    ------
    UserError
        When settings contradict each other, or the strategy does not know one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    preset: Preset = "compact"
    strategy: StrategyConfig = StrategyConfig()
    gradient_space: Literal["parameters", "features"] = "parameters"
    optimiser: Annotated[AdamW | Sgd, Field(discriminator="name")] = AdamW()
    epochs: int = Field(default=30, ge=1)
    batch_size: int = Field(default=16, ge=1)
    accumulate: int = Field(default=1, ge=1)
    precision: Literal["float32", "bfloat16"] = "float32"
    clip_norm: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    patience: int | None = Field(default=None, ge=1)
    length_spread: float = Field(default=2.0, ge=0, allow_inf_nan=False)
    seed: int = Field(default=0, ge=0)
    window: WindowConfig = WindowConfig()
    noise: LiveNoise | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        framework = framework_of(self.preset)
        if framework != "radarODE-MTL":
            self._check_alone(framework)
            return self
        strategy = self.strategy.build()
        if self.gradient_space == "features" and not isinstance(strategy, LossStrategy):
            if self.accumulate > 1:
                raise UserError(
                    f"batches in {self.accumulate} parts with gradients of the features",
                    expected="one part: the weights must be known before the trunk's backward pass",
                    do='use gradient_space = "parameters" or accumulate = 1',
                )
            if isinstance(strategy, JacobianStrategy) and "features" not in strategy.spaces:
                raise UserError(
                    f"{self.strategy.name} with gradients of the features",
                    expected="gradients of the parameters, which it follows from step to step",
                    do='use gradient_space = "parameters"',
                )
        return self

    def _check_alone(self, framework: str) -> None:
        """Refuse what needs tasks with shared parameters."""
        if self.strategy.name != "equal":
            raise UserError(
                f"the strategy {self.strategy.name} for {framework}, whose parts share no "
                "parameters",
                expected="equal",
            )
        if self.accumulate > 1:
            raise UserError(
                f"batches in {self.accumulate} parts for {framework}", expected="accumulate = 1"
            )
