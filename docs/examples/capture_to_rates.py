"""
From a raw capture to breathing and heart rate
==============================================

A simulated person sits before a simulated radar, whose raw samples are written as a capture card
would write them. The capture is read back, and the motion of the chest, its breathing and its
heart rate are held against what was simulated.
"""

# %%
# A person and a capture
# ----------------------
# ``radarkit simulate lying --raw captures`` does the same for many people at once.

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from radarkit.capture import open_capture, write_dca1000
from radarkit.datasets.recipes import load_recipe
from radarkit.datasets.simulation import SimulationConfig, simulate_person
from radarkit.extract import ExtractConfig, extract, vibration
from radarkit.simulate import DEFAULT_RADAR, FrontEndConfig, simulate_capture
from radarkit.style import MODEL, PICKED, TRUE_LINE, plain_axes

RADAR, RATE_HZ = DEFAULT_RADAR, 200.0
recipe = load_recipe("lying", subjects=1, duration_s=30, channels=5)
person = simulate_person(SimulationConfig(recipe=recipe, seed=4), 0, 0, recorded=False)
chest = person.recording
folder = tempfile.TemporaryDirectory()
path = Path(folder.name) / "adc_data.bin"
scene = FrontEndConfig(chest_range_m=0.8, snr_db=20.0)
blocks = simulate_capture(chest.radar, RATE_HZ, RADAR, scene, np.random.default_rng(4))
write_dca1000(path, blocks, RADAR)
print(f"{path.stat().st_size / 1e6:.1f} MB of int16 samples, and nothing that says what they are")

# %%
# The way back
# ------------
# What a capture does not say, the radar's configuration does. Everything else is found: the range
# of the chest, the points on it, the circles that their echoes draw, and the angle around them.

found = extract(open_capture(path, RADAR), ExtractConfig(channels=5))
report = found.report
r_s = person.heart.r_times_s
true_heart_per_min = 60 / np.median(np.diff(r_s))
print(f"chest at {report.range_m:.2f} m, simulated at {scene.chest_range_m:.2f} m")
print(f"{report.breathing_rate_per_min:.1f} breaths per minute")
print(f"{report.heart_rate_per_min:.1f} heart beats per minute, {true_heart_per_min:.1f} simulated")
folder.cleanup()

# %%
# Breath is millimetres, the heart is a ripple on it. The second derivative turns that round: slow
# motion hardly shows in it, and each beat shakes the chest after its R peak (dotted).

truth_mm = 1e3 * chest.radar.mean(axis=0)
motion_mm = 1e3 * found.displacement_m[0]
acceleration = vibration(found.displacement_m[0], RATE_HZ)
time_s = np.arange(motion_mm.size) / RATE_HZ
figure, (above, below) = plt.subplots(2, figsize=(8, 4.5), sharex=True, layout="constrained")
above.plot(time_s, truth_mm - truth_mm.mean(), **TRUE_LINE)
above.plot(time_s, motion_mm - motion_mm.mean(), color=MODEL, linewidth=1.2, label="extracted")
above.set_ylabel("displacement (mm)")
above.legend(loc="upper right", fontsize=8, frameon=False)
below.plot(time_s, acceleration, color=MODEL, linewidth=0.8)
for beat_s in r_s[(r_s > 5) & (r_s < 15)]:
    below.axvline(beat_s, color=PICKED, linestyle=":", linewidth=1)
below.set(xlabel="time (s)", ylabel="acceleration (m/s²)", xlim=(5, 15), ylim=(-1.2, 1.2))
above.set_title("breath, true and extracted", fontsize=9, loc="left")
below.set_title("the heart's vibration, and the R peaks", fontsize=9, loc="left")
for axes in (above, below):
    plain_axes(axes)
plt.show()
