"""Time-division MIMO: transmitters fire one after the other, and the chest moves meanwhile.

The echo of the transmitter that fires ``dt`` later has turned by ``4 pi v dt / wavelength`` more,
which a beamformer would take for a direction. Each transmitter's series is therefore read at the
mean time of all, between its own frames. The delays are a small part of a frame, so that linear
interpolation of the complex echo is enough: over a step of the phase by p and a fraction a its
error is below ``a (1 - a) p^2 / 2``.
"""

import numpy as np
from numpy.typing import NDArray

from radarkit.capture import RadarConfig


def tdm_delays_s(config: RadarConfig) -> NDArray[np.float64]:
    """Mean firing time of each transmitter after the mean of all.

    Returns
    -------
    (tx,) float64
        tx as in `RadarConfig.transmitters`.
    """
    times_s = config.chirp_times_s.mean(axis=0)
    fired = np.asarray(config.frame.tx_order)
    per_tx = np.array([times_s[fired == tx].mean() for tx in config.transmitters])
    return np.asarray(per_tx - per_tx.mean())


def compensate_tdm(
    values: NDArray[np.complex64], delays_s: NDArray[np.float64], frame_period_s: float
) -> NDArray[np.complex64]:
    """Read the echoes of all transmitters at one time.

    Parameters
    ----------
    values : (frame, tx, ...) complex64
        Range profiles.
    delays_s : (tx,) float64
        From `tdm_delays_s`.
    frame_period_s : float
        Time between frames.

    Returns
    -------
    (frame, tx, ...) complex64
        A copy; the outermost frame, which has no neighbour to interpolate with, is left alone.
    """
    aligned = values.copy()
    for tx, delay_s in enumerate(delays_s):
        share = np.float32(abs(delay_s) / frame_period_s)
        if delay_s > 0:  # fired late: the wanted time lies before its own
            aligned[1:, tx] += share * (values[:-1, tx] - values[1:, tx])
        elif delay_s < 0:
            aligned[:-1, tx] += share * (values[1:, tx] - values[:-1, tx])
    return aligned
