"""What real chests look like to a radar: the figures that simulated ones are held against.

Measured on 38 recordings of 57.6 s of three seated people, one range bin of a radar at 130 Hz with
a synchronous ECG; those marked `best` on the twelve in which most of the motion is locked to R. The
acceleration is that of MMECG, of lying people in front of another radar, with more noise: no single
set of recordings can agree with both.
"""

from dataclasses import dataclass

_NEAR = 1.5  # where only a median is known, within this factor of it


@dataclass(frozen=True)
class Statistic:
    """One figure of real recordings.

    Attributes
    ----------
    key : str
        Name of the figure in `Likeness.values`.
    label : str
        What it is, with its unit.
    real : str
        What was measured.
    low, high : float
        Where the median of simulated recordings has to lie.
    best : bool
        Of the best recordings alone.
    """

    key: str
    label: str
    real: str
    low: float
    high: float
    best: bool = False

    def holds(self, median: float) -> bool:
        """Whether a median lies within the real range."""
        return self.low <= median <= self.high


def _range(key: str, label: str, low: float, high: float, best: bool = False) -> Statistic:
    return Statistic(key, label, f"{low:g} to {high:g}", low, high, best)


def _near(key: str, label: str, median: float, best: bool = False) -> Statistic:
    return Statistic(key, label, f"{median:g}", median / _NEAR, median * _NEAR, best)


def _chance(key: str, label: str) -> Statistic:
    """Allow for chance: 0.02 is little more than the 1/70 that 70 beats share without a heart."""
    return Statistic(key, label, "0.02", -0.03, 0.03, True)


STATISTICS = (
    _range("breathing_per_min", "breathing (/min)", 8.5, 16.1),
    _range("heart_per_min", "heart (/min)", 64, 87),
    _near("sdnn_ms", "SDNN (ms)", 60),
    _near("rmssd_ms", "RMSSD (ms)", 51),
    _range("phase_span_rad", "span of the phase (rad)", 6, 26),
    _range("cardiac_rad", "1.5-25 Hz (rad rms)", 0.08, 0.46),
    _range("cardiac_um", "1.5-25 Hz (µm rms)", 25, 140),
    _near("energy_0.8_2", "energy above 0.8 Hz in 0.8-2 Hz (%)", 73, True),
    _near("energy_2_5", "... in 2-5 Hz (%)", 16, True),
    _near("energy_5_10", "... in 5-10 Hz (%)", 2.2, True),
    _near("energy_10_20", "... in 10-20 Hz (%)", 0.7, True),
    _near("energy_20_40", "... in 20-40 Hz (%)", 0.2, True),
    _range("locked", "locked to R, 1.5-25 Hz", 0.01, 0.26),
    _near("waveform_1.5_5", "waveform locked, 1.5-5 Hz", 0.25, True),
    _near("waveform_5_10", "waveform locked, 5-10 Hz", 0.07, True),
    _chance("waveform_10_20", "waveform locked, 10-20 Hz"),
    _chance("waveform_20_40", "waveform locked, 20-40 Hz"),
    _near("envelope_1.5_5", "envelope locked, 1.5-5 Hz", 0.12, True),
    _near("envelope_5_10", "envelope locked, 5-10 Hz", 0.49, True),
    _near("envelope_10_20", "envelope locked, 10-20 Hz", 0.37, True),
    _near("envelope_20_40", "envelope locked, 20-40 Hz", 0.06, True),
    _range("v1_lag_s", "R to v1 (s; real: by clocks)", 0.11, 0.44, True),
    _range("v1_level", "10-20 Hz envelope at v1, over its mean", 2.3, 2.6, True),
    _near("v1_width_s", "... width of v1 (s)", 0.1, True),
    _range("v2_level", "... at v2, over its mean", 1.2, 1.5, True),
    _range("v2_delay_s", "... v1 to v2 (s)", 0.20, 0.25, True),
    _range("rest_level", "... in diastole, over its mean", 0.4, 0.5, True),
    _range("depth", "... highest over lowest", 4, 7, True),
    _near("broad_width_s", "5-10 Hz envelope: width (s)", 0.3, True),
    _range("broad_delay_s", "... v1 to its maximum (s)", 0.10, 0.15, True),
    _near("fast_over_slow", "acceleration (lying, 77 GHz): 25-100 Hz over 1-25 Hz", 4),
    _near("largest_over_smallest", "... largest over smallest std of 4 s", 9),
    _range("ecg_std_mv", "ECG (mV rms)", 0.04, 0.29),
)
