"""Networks."""

from radarkit.models.prediction import Prediction
from radarkit.models.radarode_mtl import RadarOdeMtl
from radarkit.models.registry import ModelConfig, build_model

__all__ = ["ModelConfig", "Prediction", "RadarOdeMtl", "build_model"]
