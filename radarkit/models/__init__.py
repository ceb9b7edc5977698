"""Networks."""

from radarkit.models.mmecg import Mmecg
from radarkit.models.network import Network
from radarkit.models.prediction import Prediction
from radarkit.models.radarode import RadarOde
from radarkit.models.radarode_mtl import RadarOdeMtl
from radarkit.models.registry import (
    PRESETS,
    Framework,
    ModelConfig,
    Preset,
    build_model,
    framework_of,
)

__all__ = [
    "PRESETS",
    "Framework",
    "Mmecg",
    "ModelConfig",
    "Network",
    "Prediction",
    "Preset",
    "RadarOde",
    "RadarOdeMtl",
    "build_model",
    "framework_of",
]
