"""From a recording to what the networks read: the SST of its cardiac vibration."""

import numpy as np

from radarkit.extract.vibration import vibration
from radarkit.recording import Float32, Quantity, Recording
from radarkit.spectrogram import Spectrogram, sst


def cardiac_vibration(recording: Recording) -> Float32:
    """Acceleration of the chest, (channels, samples) in m/s^2.

    Displacement is differentiated twice: its energy falls so steeply with frequency that breathing
    would drown the heart.
    """
    if recording.quantity is Quantity.DISPLACEMENT:
        return vibration(recording.radar, recording.sample_rate_hz).astype(np.float32)
    return recording.radar


def spectrogram_of(recording: Recording) -> Spectrogram:
    """Synchrosqueezed spectrogram of a whole trial, 71 rows of 1 to 25 Hz at 30 frames a second.

    The transform runs over the whole trial and is cut into windows afterwards, since a window alone
    has no low frequencies.
    """
    return sst(cardiac_vibration(recording), recording.sample_rate_hz)
