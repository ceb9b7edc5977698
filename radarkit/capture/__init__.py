"""Raw radar captures: configuration, layouts, readers and writers."""

from radarkit.capture.array import BOARDS, ArrayConfig
from radarkit.capture.capture import Capture, Samples
from radarkit.capture.config import AdcConfig, ChirpConfig, FrameConfig, RadarConfig
from radarkit.capture.config_file import read_config
from radarkit.capture.config_toml import write_toml
from radarkit.capture.dca1000 import Container, write_dca1000
from radarkit.capture.health import HealthMeter
from radarkit.capture.layout import IQOrder
from radarkit.capture.open import open_capture

__all__ = [
    "BOARDS",
    "AdcConfig",
    "ArrayConfig",
    "Capture",
    "ChirpConfig",
    "Container",
    "FrameConfig",
    "HealthMeter",
    "IQOrder",
    "RadarConfig",
    "Samples",
    "open_capture",
    "read_config",
    "write_dca1000",
    "write_toml",
]
