"""Time-frequency pictures on an explicit frequency grid.

`radarkit.spectrogram.sst_torch` needs torch and is imported on its own.
"""

from radarkit.spectrogram.cone import cone_of_influence_s, inside_cone
from radarkit.spectrogram.cwt import cwt
from radarkit.spectrogram.grid import DEFAULT_GRID, FrequencyGrid
from radarkit.spectrogram.ridge import Ridges, ridges
from radarkit.spectrogram.spectrogram import Spectrogram, entropy, normalise
from radarkit.spectrogram.sst import sst
from radarkit.spectrogram.stft import stft
from radarkit.spectrogram.streaming import sst_blocks, sst_frames

__all__ = [
    "DEFAULT_GRID",
    "FrequencyGrid",
    "Ridges",
    "Spectrogram",
    "cone_of_influence_s",
    "cwt",
    "entropy",
    "inside_cone",
    "normalise",
    "ridges",
    "sst",
    "sst_blocks",
    "sst_frames",
    "stft",
]
