"""The sum of the beats of many echoes, at every antenna pair and every sample.

A beat is a tone: sample ``16 a + b`` is the head of run a times the b-th power of the turn from one
sample to the next. The 16 powers and the heads come from a recurrence in double precision, so that
rounding never adds up over more than the runs of a chirp (1e-13), and what is left for each sample
is one complex multiplication and addition in single precision.
"""

import numba
import numpy as np
from numpy.typing import NDArray

from radarkit.recording import Float64

_RUN = 16  # samples; four vector registers hold a run's sum


@numba.njit(nogil=True, cache=True, fastmath={"contract"})
def sum_beats(
    out_m: Float64,
    back_m: Float64,
    out_sight: Float64,
    back_sight: Float64,
    amplitudes: Float64,
    points: NDArray[np.int64],
    moved_m: Float64,
    tx_m: Float64,
    rx_m: Float64,
    start_turns_per_m: float,
    slope_turns_per_m2: float,
    sample_turns_per_m: float,
    beats: NDArray[np.complex64],
) -> None:
    """Sum ``a exp(j 2 pi (f0 tau - S tau^2 / 2 + S tau t))`` over echoes, tau = path / c.

    The path leads from a transmitter to the place where the wave seems to turn as the transmitter
    sees it, and from that place as the receiver sees it to the receiver; see
    `radarkit.simulate.multipath.Echoes`.

    Parameters
    ----------
    out_m, back_m : (echo, 3)
        Where the place rests, on the way out and on the way back.
    out_sight, back_sight : (echo, 3)
        Unit vector along which it moves.
    amplitudes : (echo,)
        Amplitude a of each beat.
    points : (echo,)
        Which motion it has.
    moved_m : (frame, loop, tx, point)
        How far each point is from its rest at each chirp.
    tx_m, rx_m : (tx, 3), (rx, 3)
        Antennas; tx in firing order.
    start_turns_per_m : float
        f0 / c.
    slope_turns_per_m2 : float
        S / (2 c^2).
    sample_turns_per_m : float
        S / (c fs): what a metre of path turns the beat from one sample to the next.
    beats : (frame, loop, tx, rx, sample) complex64
        Written.
    """
    frames, loops, txs, rxs, samples = beats.shape
    echoes = out_m.shape[0]
    runs = (samples + _RUN - 1) // _RUN
    seen_m, place_m = np.empty(3), np.empty((echoes, 3))
    way_m = np.empty(echoes)
    real, imag = np.empty((runs, _RUN), np.float32), np.empty((runs, _RUN), np.float32)
    power_real, power_imag = np.empty(_RUN, np.float32), np.empty(_RUN, np.float32)
    for chirp in range(frames * loops * txs):
        frame, loop, tx = chirp // (loops * txs), chirp // txs % loops, chirp % txs
        for echo in range(echoes):
            moved = moved_m[frame, loop, tx, points[echo]]
            for axis in range(3):
                seen_m[axis] = out_m[echo, axis] + moved * out_sight[echo, axis]
                place_m[echo, axis] = back_m[echo, axis] + moved * back_sight[echo, axis]
            way_m[echo] = _distance(seen_m, tx_m[tx])
        for rx in range(rxs):
            real[:] = 0
            imag[:] = 0
            for echo in range(echoes):
                path_m = way_m[echo] + _distance(place_m[echo], rx_m[rx])
                start = start_turns_per_m * path_m - slope_turns_per_m2 * path_m * path_m
                head = amplitudes[echo] * _turned(start)
                turn = _turned(sample_turns_per_m * path_m)
                power = complex(1.0, 0.0)
                for index in range(_RUN):
                    power_real[index] = np.float32(power.real)
                    power_imag[index] = np.float32(power.imag)
                    power *= turn
                for run in range(runs):
                    head_real, head_imag = np.float32(head.real), np.float32(head.imag)
                    for index in range(_RUN):
                        real[run, index] += (
                            head_real * power_real[index] - head_imag * power_imag[index]
                        )
                        imag[run, index] += (
                            head_real * power_imag[index] + head_imag * power_real[index]
                        )
                    head *= power
            for sample in range(samples):
                run, index = sample // _RUN, sample % _RUN
                beats[frame, loop, tx, rx, sample] = complex(real[run, index], imag[run, index])


@numba.njit(nogil=True, cache=True, inline="always")
def _turned(turns: float) -> complex:
    angle = 2 * np.pi * (turns - np.floor(turns))
    return complex(np.cos(angle), np.sin(angle))


@numba.njit(nogil=True, cache=True, inline="always")
def _distance(one_m: Float64, other_m: Float64) -> float:
    x, y, z = one_m[0] - other_m[0], one_m[1] - other_m[1], one_m[2] - other_m[2]
    return float(np.sqrt(x * x + y * y + z * z))
