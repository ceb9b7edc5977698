"""Multi-task weightings."""

from radarkit.mtl.ega import EGAWeighting
from radarkit.mtl.strategies import STRATEGIES, build_weighting

__all__ = ["STRATEGIES", "EGAWeighting", "build_weighting"]
