"""What others printed for these noises, on MMECG: to stand beside, not to beat.

Source: radarODE-MTL, the tables "Comparison of the frameworks under different SNR" and "under
abrupt noises", as printed, in the published spectrogram domain on MMECG recordings. There people of
the test are in the training, too, and anchors are scored after the truth took an offset away.
"""

from dataclasses import dataclass

from radarkit.evaluation.noise_conditions import Condition

WHERE = "MMECG data set, other people"

# (group, level): RMSE in mV, PCC in %, R peak error in ms, MDR in %, delta-m in %
_Printed = dict[tuple[str, float], tuple[float, float, float, float, float] | None]
_PRINTED: dict[str, _Printed] = {
    "radarODE-MTL": {
        ("clean", 0): (0.089, 85.03, 8.22, 4.08, 0.0),
        ("constant", 6): (0.088, 85.31, 8.18, 4.20, -0.31),
        ("constant", 3): (0.089, 84.29, 8.31, 4.27, -1.87),
        ("constant", 0): (0.091, 83.77, 8.03, 4.76, -4.58),
        ("constant", -1): (0.093, 84.01, 8.10, 5.10, -7.33),
        ("constant", -2): (0.093, 84.51, 8.02, 5.45, -9.18),
        ("constant", -3): (0.094, 84.96, 8.19, 6.02, -13.3),
        ("mild", 1): (0.090, 84.62, 7.87, 4.42, -1.52),
        ("mild", 2): (0.090, 84.78, 8.29, 4.44, -2.56),
        ("mild", 3): (0.091, 84.44, 8.34, 5.12, -7.39),
        ("extensive", 1): (0.090, 84.31, 8.28, 4.08, -0.82),
        ("extensive", 2): (0.091, 84.21, 8.32, 4.41, -3.15),
        ("extensive", 3): (0.095, 84.17, 8.43, 5.10, -8.74),
    },
    "radarODE": {
        ("clean", 0): (0.091, 83.53, 9.08, 4.03, 0.0),
        ("constant", 6): (0.093, 83.30, 9.12, 4.36, -2.83),
        ("constant", 3): (0.095, 83.01, 9.01, 4.70, -5.23),
        ("constant", 0): (0.101, 82.21, 9.89, 5.86, -16.86),
        ("constant", -1): (0.116, 79.66, 11.90, 5.36, -24.17),
        ("constant", -2): (0.157, 70.87, 13.95, 6.19, -48.74),
        ("constant", -3): None,
        ("mild", 1): (0.091, 83.49, 9.12, 4.36, -2.31),
        ("mild", 2): (0.092, 83.39, 9.82, 4.64, -6.23),
        ("mild", 3): (0.095, 83.01, 10.01, 5.7, -14.19),
        ("extensive", 1): (0.095, 82.96, 9.15, 4.33, -3.19),
        ("extensive", 2): (0.098, 82.16, 9.31, 4.97, -8.86),
        ("extensive", 3): (0.102, 81.87, 9.66, 7.39, -25.46),
    },
    "MMECG": {
        ("clean", 0): (0.107, 83.75, 9.45, 4.52, 0.0),
        ("constant", 6): (0.107, 82.60, 9.76, 4.37, -0.44),
        ("constant", 3): (0.107, 82.64, 9.85, 4.84, -3.20),
        ("constant", 0): (0.109, 80.00, 11.80, 4.92, -10.14),
        ("constant", -1): (0.114, 78.55, 12.20, 5.32, -15.02),
        ("constant", -2): (0.120, 74.32, 14.64, 5.59, -25.42),
        ("constant", -3): (0.127, 62.45, 21.28, 6.40, -52.82),
        ("mild", 1): (0.107, 85.53, 10.84, 4.82, -4.94),
        ("mild", 2): (0.110, 82.64, 11.31, 5.02, -8.76),
        ("mild", 3): (0.114, 76.87, 15.56, 5.92, -27.71),
        ("extensive", 1): (0.107, 84.05, 10.93, 4.82, -5.62),
        ("extensive", 2): (0.108, 79.01, 12.31, 5.23, -13.10),
        ("extensive", 3): (0.116, 75.09, 12.50, 9.56, -40.66),
    },
}
FRAMEWORKS = tuple(_PRINTED)


@dataclass(frozen=True)
class PublishedRow:
    """A printed row, in the units of this project: shares instead of percentages.

    Attributes
    ----------
    rmse_mv, pcc, r_timing_error_ms_offset_removed, missed_detection_rate : float
    delta_m_percent : float
        Against the clean row of the same framework.
    """

    rmse_mv: float
    pcc: float
    r_timing_error_ms_offset_removed: float
    missed_detection_rate: float
    delta_m_percent: float


def published(framework: str, condition: Condition) -> PublishedRow | None:
    """Look up the printed row of a framework; None where it is printed as failed.

    Parameters
    ----------
    framework : str
        One of `FRAMEWORKS`.
    condition : Condition
        Of any domain; all was printed for noise in the spectrogram.
    """
    found = _PRINTED[framework][condition.group, condition.level]
    if found is None:
        return None
    rmse, pcc, timing, mdr, delta = found
    return PublishedRow(rmse, pcc / 100, timing, mdr / 100, delta)
