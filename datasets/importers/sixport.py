"""I and Q of a continuous-wave radar, as of a six-port, to the displacement of a chest.

    I, Q -> ellipse -> unit circle -> phase -> phase * wavelength / (4 pi)

An arc under 2.5 rad (2.5 mm of motion at 24 GHz) does not tell an ellipse: at 1 % noise the scale
of its phase is off by 3 % at 2.5 rad, by a tenth at 2 rad and by half at 1.5 rad. Such recordings,
as of held breath, take a circle, whose scale is within 20 % where one channel is 15 % stronger and
the phase between them off by 0.12 rad.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.constants import speed_of_light

from radarkit.datasets.importers.ellipse import fit_ellipse
from radarkit.datasets.importers.gaps import bridge_gaps, lost_remark
from radarkit.datasets.importers.labels import label_of_unknown_unit
from radarkit.datasets.importers.matlab import field, scalar, vector
from radarkit.datasets.importers.plausible import span_remark
from radarkit.datasets.importers.sampling import lengths_remark
from radarkit.datasets.importers.source import RATE_HZ, ImportedTrial
from radarkit.errors import UserError
from radarkit.extract.circle import choose_centre, fit_circle
from radarkit.extract.phase import arctangent_phase, phase_to_displacement, usable_samples
from radarkit.extract.resample import resample, resample_valid
from radarkit.recording import Float64, Quantity, Recording

WAVELENGTH_M = speed_of_light / 24.17e9  # of both data sets
_SHORTEST_ARC_RAD = 2.5
_LARGEST_IMBALANCE, _LARGEST_SKEW_RAD = 2.0, 0.6  # beyond it is no receiver's but a bad fit
_WIDEST = 0.3  # of the radius: the spread of an echo around its circle; noise alone has 0.5
_SHORTEST_S = 8.0  # two slow breaths


class Names(NamedTuple):
    """How a file calls its fields."""

    i: str
    q: str
    radar_rate_hz: str
    ecg: str
    ecg_rate_hz: str


def displacement_of_iq(
    i: Float64, q: Float64, wavelength_m: float
) -> tuple[Float64, NDArray[np.bool_], tuple[str, ...]]:
    """Displacement from the I and Q of one channel.

    Parameters
    ----------
    i, q : (samples,) float64
        In any unit; NaN where the radar lost samples.
    wavelength_m : float
        Of the carrier.

    Returns
    -------
    displacement_m : (samples,) float64
        Of mean 0; rising phase is positive, which is away from the radar where Q = sin of the
        phase.
    known : (samples,) bool
        False where samples were lost.
    remarks : tuple of str
        When no ellipse could be fitted.

    Raises
    ------
    UserError
        When more than half is lost or the echo does not change.
    """
    (i, q), known = bridge_gaps(np.stack([i, q]), "I and Q")
    for name, channel in (("I", i), ("Q", q)):
        if np.ptp(channel) == 0:
            raise UserError(
                f"{name} does not change", expected="an I and a Q that see a chest move"
            )
    raw = (i + 1j * q)[None]
    try:
        with np.errstate(invalid="ignore"):  # of points on one line
            circle = fit_circle(raw[:, known])
    except np.linalg.LinAlgError:
        circle = None
    if circle is None or not circle.radius[0] > 0:
        raise UserError("an I and Q that do not change", expected="the echo of a moving chest")
    echo, centre = raw, choose_centre(raw[:, known], circle)
    remarks: tuple[str, ...] = ()
    arc_rad = float(circle.arc_rad[0])
    ellipse = fit_ellipse(i[known], q[known]) if arc_rad >= _SHORTEST_ARC_RAD else None
    if ellipse is None:
        remarks = (f"an arc of {arc_rad:.1f} rad is too short for an ellipse: circle fitted",)
    elif ellipse.imbalance > _LARGEST_IMBALANCE or abs(ellipse.skew_rad) > _LARGEST_SKEW_RAD:
        remarks = (
            f"an ellipse of ratio {ellipse.imbalance:.1f} and skew {ellipse.skew_rad:.1f} rad is "
            "no receiver's: circle fitted",
        )
    else:
        echo, centre = ellipse.to_circle(i, q)[None], np.zeros(1, np.complex128)
    away = np.abs(echo - centre[:, None])[0, known]
    if away.std() > _WIDEST * away.mean():
        remarks += (
            f"I and Q lie on no circle: their distance from its centre varies by "
            f"{away.std() / away.mean():.0%}",
        )
    phase_rad = arctangent_phase(echo, centre, usable_samples(echo, centre, known))
    return phase_to_displacement(phase_rad, wavelength_m)[0], known, remarks


def read_iq_trial(
    variables: Mapping[str, Any],
    names: Names,
    path: Path,
    *,
    subject: str,
    trial: str,
    status: str,
    source: str,
) -> ImportedTrial:
    """Make a trial of the variables of a file with I, Q and an ECG.

    Raises
    ------
    UserError
        When fields are missing or do not fit each other.
    """
    there = dict(variables)
    i = vector(field(there, names.i, path), names.i, path)
    q = vector(field(there, names.q, path), names.q, path)
    if i.size != q.size:
        raise UserError(
            f"{path.name} has {i.size} samples of {names.i} and {q.size} of {names.q}",
            expected="as many of each",
        )
    rate_hz = _rate(there, names.radar_rate_hz, path)
    ecg = vector(field(there, names.ecg, path), names.ecg, path)
    ecg_rate_hz = _rate(there, names.ecg_rate_hz, path)
    if min(i.size / rate_hz, ecg.size / ecg_rate_hz) < _SHORTEST_S:
        raise UserError(
            f"{path.name} has {i.size / rate_hz:.3g} s of radar and {ecg.size / ecg_rate_hz:.3g} s "
            "of ECG",
            expected=f"at least {_SHORTEST_S:g} s",
        )
    motion_m, known, remarks = displacement_of_iq(i, q, WAVELENGTH_M)
    remarks += span_remark(motion_m[None])
    ecg, ecg_known = bridge_gaps(ecg, f"{names.ecg} of {path.name}")
    remarks += lost_remark(known, "radar", rate_hz) + lost_remark(ecg_known, "ECG", ecg_rate_hz)
    lasting_s = i.size / rate_hz, ecg.size / ecg_rate_hz
    remarks += lengths_remark(*lasting_s, min(lasting_s))
    radar = resample(motion_m[None], rate_hz, RATE_HZ)
    ecg = resample(ecg[None], ecg_rate_hz, RATE_HZ)[0]
    samples = min(radar.shape[1], ecg.size)
    valid = resample_valid(known, rate_hz, RATE_HZ)[:samples]
    valid &= resample_valid(ecg_known, ecg_rate_hz, RATE_HZ)[:samples]
    ecg_mv, r_peaks, odd = label_of_unknown_unit(ecg[:samples], RATE_HZ)
    recording = Recording(
        radar=radar[:, :samples].astype(np.float32),
        sample_rate_hz=RATE_HZ,
        subject=subject,
        trial=trial,
        quantity=Quantity.DISPLACEMENT,
        ecg=ecg_mv.astype(np.float32),
        r_peaks=r_peaks,
        valid=valid,
        status=status,
        source=source,
    )
    return ImportedTrial(recording, remarks + odd)


def _rate(variables: dict[str, Any], name: str, path: Path) -> float:
    rate_hz = scalar(field(variables, name, path), name, path)
    if not RATE_HZ <= rate_hz <= 1e6:
        raise UserError(
            f"{name} in {path.name} is {rate_hz:g} Hz", expected=f"a rate of {RATE_HZ:g} Hz or more"
        )
    return rate_hz
