"""What is left of a chest's motion when the radar looks at it a few times a second only.

Many demonstrations record 10 to 50 frames a second. Between two frames nothing is known: what moves
faster than half the frame rate is not lost but folded below it, and an extraction that brings the
frames back to 200 Hz leaves nothing above. A network that has only seen 200 frames a second takes
that for a chest without a heart.
"""

from dataclasses import replace

from radarkit.extract.resample import resample
from radarkit.recording import Recording


def seen_in_frames(recording: Recording, frame_rate_hz: float) -> Recording:
    """Keep of a displacement what an extraction makes of so many frames a second.

    Parameters
    ----------
    recording : Recording
        Displacement at its sample rate.
    frame_rate_hz : float
        Of the radar. A frame is every n-th sample, with the n that comes nearest; there are no
        more frames than samples.

    Returns
    -------
    Recording
        At the same rate and as long; the same one where every sample is a frame.
    """
    every = max(1, round(recording.sample_rate_hz / frame_rate_hz))
    if every == 1:
        return recording
    frames_m = recording.radar[:, ::every].astype(float)
    motion_m = resample(frames_m, recording.sample_rate_hz / every, recording.sample_rate_hz)
    radar = motion_m[:, : recording.samples].astype(recording.radar.dtype)
    return replace(recording, radar=radar)
