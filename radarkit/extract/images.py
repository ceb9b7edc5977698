"""Images: one echo seen at four ranges, the trace of words put together the wrong way.

I and Q of a DCA1000 stream come in groups of two samples or in pairs, or a stream is real. Taken
for another of these, every second or fourth word is somebody else's: the chirp is multiplied by a
pattern of four words, and each echo at bin k of M (M the samples of a chirp, half of them if they
are real) appears at M - k and M/2 +- k as well, where a scene has nothing that moves. One such
image may have another reason (I and Q that are not balanced make one at M - k, 25 dB below the echo
or weaker); two have none.
"""

import numpy as np

from radarkit.capture import Capture
from radarkit.extract.survey import survey

_RUNS = 60
_LEAST_ABOVE_NOISE_DB = 10.0
_LEAST_BESIDE_ECHO_DB = -32.0


def has_images(capture: Capture, bin_of_chest: int) -> bool:
    """Whether the chest moves at two ranges of its images too.

    Parameters
    ----------
    capture : Capture
        From `radarkit.capture.open_capture`.
    bin_of_chest : int
        Number of its range bin, counted from distance 0.
    """
    samples = capture.config.chirp.samples
    half = samples // 2 if capture.config.adc.format == "complex" else samples // 4
    images = np.array([2 * half - bin_of_chest, half + bin_of_chest, half - bin_of_chest])
    found = survey(capture, np.array([bin_of_chest, *(images % (2 * half))]), _RUNS)
    moving = found.moving.sum(axis=(0, 1))
    alive = found.motion_db.max(axis=(0, 1)) >= _LEAST_ABOVE_NOISE_DB
    strong = moving >= moving[0] * 10 ** (_LEAST_BESIDE_ECHO_DB / 10)
    return int((alive & strong)[1:].sum()) >= 2
