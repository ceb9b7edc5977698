"""Phase: from the angle of an echo around its circle's centre to metres.

Two ways to the same angle: the arctangent, unwrapped, and DACM, the differentiate and
cross-multiply of Wang et al., "Noncontact distance and amplitude-independent vibration measurement
based on an extended DACM algorithm", IEEE Transactions on Instrumentation and Measurement 63
(2014), which sums

    dphi[n] = arcsin((I[n-1] Q[n] - Q[n-1] I[n]) / (|z[n-1]| |z[n]|))

and needs no unwrapping, at the price of steps that must stay below a quarter turn. Where an echo
fades its angle is
noise: such samples are left out, and the angle is interpolated over them.

Sign: the beat of an echo is ``exp(j 2 pi (f0 + S t) 2 R / c)``, so a chest that recedes raises the
phase; displacement towards the radar is negative.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radarkit.recording import Float64

Echo = NDArray[np.complexfloating]

_FADED = 0.25  # of the median strength: a phase error of 4 times the usual


def usable_samples(
    echo: Echo, centre: NDArray[np.complexfloating], valid: NDArray[np.bool_] | None = None
) -> NDArray[np.bool_]:
    """Tell the samples whose angle means something.

    Parameters
    ----------
    echo : (channels, samples) complex
        Echoes over time.
    centre : (channels,) complex
        Static clutter of each channel.
    valid : (samples,) bool, optional
        False where frames were lost.

    Returns
    -------
    (channels, samples) bool
        False where the moving echo is below a quarter of its median strength, or the frame lost.
    """
    strength = np.abs(echo - centre[:, None])
    known = strength if valid is None else strength[:, valid]
    usable = strength >= _FADED * np.median(known, axis=1, keepdims=True)
    return usable if valid is None else usable & valid


def arctangent_phase(
    echo: Echo, centre: NDArray[np.complexfloating], usable: NDArray[np.bool_] | None = None
) -> Float64:
    """Angle around the centre, unwrapped.

    Parameters
    ----------
    echo, centre, usable
        As in `usable_samples`; all samples are used when `usable` is not given.

    Returns
    -------
    (channels, samples) float64
        In rad.
    """
    angle = np.angle(echo - centre[:, None]).astype(np.float64)
    if usable is None or usable.all():
        return np.unwrap(angle, axis=1)
    return _over_usable(angle, usable, np.unwrap)


def dacm_phase(
    echo: Echo, centre: NDArray[np.complexfloating], usable: NDArray[np.bool_] | None = None
) -> Float64:
    """Angle around the centre by differentiate and cross-multiply.

    Parameters
    ----------
    echo, centre, usable
        As in `usable_samples`; all samples are used when `usable` is not given.

    Returns
    -------
    (channels, samples) float64
        In rad, from 0. The frames must be so fast that a step stays below a quarter turn.
    """
    moving = echo - centre[:, None]
    unit = moving / np.maximum(np.abs(moving), np.finfo(np.float32).tiny)
    if usable is None or usable.all():
        return _summed_steps(unit)
    return _over_usable(unit, usable, _summed_steps)


def _summed_steps(unit: NDArray[Any]) -> Float64:
    steps = np.arcsin(np.clip((unit[..., 1:] * unit[..., :-1].conj()).imag, -1, 1))
    return np.concatenate(
        [np.zeros((*unit.shape[:-1], 1)), np.cumsum(steps, axis=-1, dtype=np.float64)], axis=-1
    )


def _over_usable(
    values: NDArray[Any], usable: NDArray[np.bool_], to_phase: Callable[[NDArray[Any]], Float64]
) -> Float64:
    """Apply `to_phase` to the usable samples of each channel; interpolate over the others."""
    everywhere = np.arange(values.shape[1])
    phase = np.zeros(values.shape)
    for channel, (row, good) in enumerate(zip(values, usable, strict=True)):
        if good.any():
            phase[channel] = np.interp(everywhere, everywhere[good], to_phase(row[good]))
    return phase


def phase_to_displacement(phase_rad: Float64, wavelength_m: float) -> Float64:
    """Displacement of mean 0 from the phase of the echo.

    Parameters
    ----------
    phase_rad : (channels, samples) float64
        From `arctangent_phase` or `dacm_phase`.
    wavelength_m : float
        `RadarConfig.wavelength_m`.

    Returns
    -------
    (channels, samples) float64
        In metres, ``phase * wavelength / (4 pi)``; away from the radar is positive.
    """
    centred = phase_rad - phase_rad.mean(axis=1, keepdims=True)
    return np.asarray(centred * wavelength_m / (4 * np.pi))


def ambiguous_steps(displacement_m: Float64, wavelength_m: float) -> Float64:
    """Share of the steps between frames that unwrapping may have taken the wrong way round.

    Parameters
    ----------
    displacement_m : (channels, samples) float64
        From `phase_to_displacement`, at the rate of the frames.
    wavelength_m : float
        `RadarConfig.wavelength_m`.

    Returns
    -------
    (channels,) float64
        Share of steps beyond three quarters of the half turn, a quarter wavelength, that
        unwrapping can follow.
    """
    steps = np.abs(np.diff(displacement_m, axis=1))
    return np.asarray((steps > 0.75 * wavelength_m / 4).mean(axis=1))


def phase_noise_m(displacement_m: Float64) -> Float64:
    """Noise of displacement, rms, from what changes between neighbouring frames alone.

    Parameters
    ----------
    displacement_m : (channels, samples) float64
        At the rate of the frames.

    Returns
    -------
    (channels,) float64
        In metres: the median of the fourth difference, whose response to motion below a tenth of
        the frame rate is under 1 %.
    """
    fourth = np.abs(np.diff(displacement_m, n=4, axis=1))
    if fourth.shape[1] == 0:
        return np.zeros(len(displacement_m))
    return np.asarray(np.median(fourth, axis=1) / (0.6745 * np.sqrt(70)))
