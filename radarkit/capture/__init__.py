"""Raw radar captures: configuration, layouts, readers and writers."""

from radarkit.capture.capture import Capture
from radarkit.capture.config import AdcConfig, ArrayConfig, ChirpConfig, FrameConfig, RadarConfig
from radarkit.capture.dca1000 import write_dca1000
from radarkit.capture.health import HealthMeter
from radarkit.capture.layout import IQOrder
from radarkit.capture.open import open_capture

__all__ = [
    "AdcConfig",
    "ArrayConfig",
    "Capture",
    "ChirpConfig",
    "FrameConfig",
    "HealthMeter",
    "IQOrder",
    "RadarConfig",
    "open_capture",
    "write_dca1000",
]
