"""radarkit: mmWave FMCW radar, from raw captures of a chest to a long-term ECG."""

from importlib.metadata import version

__version__ = version("radarkit-mmwave")
