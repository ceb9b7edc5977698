"""
What the flaws of a radar do to the motion
==========================================

A chest that breathes and beats stands in front of the radar of the MMECG data set. The scene of
`radarkit.simulate.scene.REALISTIC` is simulated without flaws, with each of them alone, with all,
and with some of them far worse than on a real board.
"""

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from radarkit.capture import open_capture, write_dca1000
from radarkit.extract import band_limit, extract
from radarkit.simulate.fmcw import MMECG_RADAR, simulate_capture
from radarkit.simulate.impairments import Leakage, Mixers
from radarkit.simulate.multipath import Mirror
from radarkit.simulate.scene import REALISTIC
from radarkit.style import MODEL, plain_axes

RATE_HZ, SECONDS, POINTS = 200.0, 20.0, 20
CLEAN = {"mirrors": (), "leakage": None, "phase_noise_dbc_hz": None, "mixers": Mixers()}
FLAWS = {name: getattr(REALISTIC, name) for name in CLEAN}
NAMES = {
    "mirrors": "echoes by way of a wall and a floor",
    "leakage": "leakage between the antennas",
    "phase_noise_dbc_hz": "phase noise",
    "mixers": "I and Q not alike",
}
WORSE = {
    "desk 0.15 m below, 6 dB a way": {
        "mirrors": (Mirror(distance_m=0.15, loss_db=6, elevation_deg=-90),)
    },
    "leakage 30 dB over the chest": {"leakage": Leakage(level_db=30)},
    "leakage 40 dB over it, clipped": {"leakage": Leakage(level_db=40)},
    "phase noise -70 dBc/Hz": {"phase_noise_dbc_hz": -70.0},
    "I and Q 1 dB and 2 degrees apart": {"mixers": Mixers(gain_db=1, phase_deg=2)},
}

time_s = np.arange(round(SECONDS * RATE_HZ)) / RATE_HZ
truth_m = 2e-3 * np.sin(2 * np.pi * 0.25 * time_s)
truth_m += 1e-4 * np.exp(-(((time_s % 0.8 - 0.2) / 0.05) ** 2)) * np.sin(2 * np.pi * 8 * time_s)
wanted_um = 1e6 * band_limit(truth_m, RATE_HZ, 0.8, 25.0)


def heart_error_um(flaws: dict[str, object]) -> tuple[float, float]:
    """Simulate and extract; where the chest is found, and the median rms error of its points."""
    front_end = REALISTIC.model_copy(update=CLEAN | flaws)
    chest = np.tile(truth_m, (POINTS, 1))
    blocks = simulate_capture(chest, RATE_HZ, MMECG_RADAR, front_end, np.random.default_rng(0))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "adc_data.bin"
        write_dca1000(path, blocks, MMECG_RADAR)
        found = extract(open_capture(path, MMECG_RADAR))
    heart_um = 1e6 * band_limit(found.displacement_m, RATE_HZ, 0.8, 25.0)
    error_um = np.std((heart_um - wanted_um)[:, 200:-200], axis=1)  # filters ring at the ends
    return found.report.range_m, float(np.median(error_um))


cases = {"none": {}} | {NAMES[name]: {name: flaw} for name, flaw in FLAWS.items()}
cases |= {"all": FLAWS} | WORSE
errors_um = {}
print("flaw                                 range    heart, rms error")
for name, flaws in cases.items():
    range_m, errors_um[name] = heart_error_um(flaws)
    print(f"{name:35s}  {range_m:.2f} m  {errors_um[name]:5.2f} um")

# %%
# Most of it is kept apart by range. What harms is what falls into the range bin of the chest, and
# clipping, which mixes all ranges.

figure, axes = plt.subplots(figsize=(8, 3.4), layout="constrained")
axes.barh(list(errors_um), list(errors_um.values()), color=MODEL)
axes.invert_yaxis()
axes.set_xlabel("rms error of the heart's motion (µm)")
axes.set_title("error of the heart's motion with each flaw", fontsize=9, loc="left")
plain_axes(axes)
plt.show()
