"""The printed comparison of strategies, of MMECG: to stand beside, not to beat.

Source: radarODE-MTL, Table II. There people of the test are in the training, too.
"""

from dataclasses import dataclass

WHERE = "MMECG data set, people shared with the training"
SINGLE_TASK = "single-task"

# by the name of an entry: RMSE in mV, PCC in %, PPI error in ms, R timing error in ms, MDR in %,
# delta-m in %
_PRINTED: dict[str, tuple[float, float, float, float, float, float]] = {
    SINGLE_TASK: (0.106, 86.6, 9.6, 7.5, 6.67, 0.0),
    "equal": (0.125, 79.7, 8.0, 9.7, 5.51, -0.73),
    "uw": (0.066, 88.5, 11.2, 5.5, 6.44, 5.95),
    "gls": (0.087, 87.3, 14.1, 6.7, 4.32, -4.65),
    "dwa": (0.133, 80.7, 8.3, 6.4, 5.33, 4.84),
    "stch": (0.070, 88.0, 13.9, 5.5, 3.28, 3.90),
    "graddrop": (0.126, 76.5, 8.3, 7.6, 5.71, 1.53),
    "gradvac": (0.115, 81.0, 9.4, 9.6, 5.89, -4.33),
    "cagrad": (0.107, 84.2, 10.2, 6.2, 3.98, 6.72),
    "imtl": (0.088, 89.4, 9.3, 6.0, 6.22, 8.90),
    "moco": (0.179, 61.0, 8.7, 6.8, 4.27, -5.72),
    "aligned-mtl": (0.092, 87.9, 10.0, 6.9, 3.52, 10.26),
    "ega:temperature=0.1": (0.119, 79.0, 10.6, 6.8, 3.34, 2.74),
    "ega:temperature=0.5": (0.082, 89.6, 9.9, 6.3, 4.19, 12.10),
    "ega": (0.085, 87.4, 8.5, 7.2, 4.31, 13.95),
    "ega:temperature=1.5": (0.105, 82.9, 8.1, 6.3, 5.13, 10.95),
    "ega:temperature=2": (0.091, 86.3, 9.2, 7.3, 4.01, 10.78),
}
PRINTED_STRATEGIES = tuple(_PRINTED)


@dataclass(frozen=True)
class PrintedStrategy:
    """A printed row, in the units of this project: shares instead of percentages.

    Attributes
    ----------
    rmse_mv, pcc, ppi_error_ms, r_timing_error_ms_offset_removed, missed_detection_rate : float
    delta_m_percent : float
        By task, against the printed single-task row.
    """

    rmse_mv: float
    pcc: float
    ppi_error_ms: float
    r_timing_error_ms_offset_removed: float
    missed_detection_rate: float
    delta_m_percent: float


def printed_strategy(name: str) -> PrintedStrategy | None:
    """Look up the printed row of an entry; None where there is none.

    Parameters
    ----------
    name : str
        A strategy, or EGA with its temperature: ``ega:temperature=0.5``. EGA alone has T = 1.
    """
    strategy, _, setting = name.partition(":")
    if setting.startswith("temperature=") and "," not in setting:
        name = f"{strategy}:temperature={float(setting.partition('=')[2]):g}"
    found = _PRINTED.get("ega" if name == "ega:temperature=1" else name)
    if found is None:
        return None
    rmse, pcc, ppi, timing, mdr, delta = found
    return PrintedStrategy(rmse, pcc / 100, ppi, timing, mdr / 100, delta)
