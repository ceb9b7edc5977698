"""Time-frequency pictures on an explicit frequency grid."""

from radarkit.spectrogram.cwt import cwt
from radarkit.spectrogram.grid import DEFAULT_GRID, FrequencyGrid
from radarkit.spectrogram.spectrogram import Spectrogram, entropy, normalise
from radarkit.spectrogram.sst import sst
from radarkit.spectrogram.stft import stft

__all__ = [
    "DEFAULT_GRID",
    "FrequencyGrid",
    "Spectrogram",
    "cwt",
    "entropy",
    "normalise",
    "sst",
    "stft",
]
