"""Networks."""

from radarkit.models.prediction import Prediction
from radarkit.models.radarode_mtl import RadarOdeMtl
from radarkit.models.registry import PRESETS, ModelConfig, Preset, build_model

__all__ = ["PRESETS", "ModelConfig", "Prediction", "Preset", "RadarOdeMtl", "build_model"]
