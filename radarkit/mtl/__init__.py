"""Multi-task strategies: from the losses and gradients of several tasks to one step."""

from radarkit.mtl.ega import EGAWeighting
from radarkit.mtl.registry import STRATEGIES, build_strategy, strategy_settings
from radarkit.mtl.strategy import (
    GramianStrategy,
    JacobianStrategy,
    LossStrategy,
    Strategy,
    TaskWeights,
)

__all__ = [
    "STRATEGIES",
    "EGAWeighting",
    "GramianStrategy",
    "JacobianStrategy",
    "LossStrategy",
    "Strategy",
    "TaskWeights",
    "build_strategy",
    "strategy_settings",
]
