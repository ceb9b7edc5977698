"""
One point of a chest by hand
============================

From a raw capture to the motion of the heart, step by step. The cells (``# %%``) run one by one in
an editor or a notebook. A simulated capture stands in for a recorded one, so that every step can
be held against the truth.
"""

# %%
# A chest and a capture of it
# ---------------------------
# It breathes by 4 mm and beats by 0.2 mm, before the radar of the MMECG data set.

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from radarkit.capture import open_capture, write_dca1000
from radarkit.extract import (
    arctangent_phase,
    band_limit,
    beams,
    compensate_tdm,
    fit_circle,
    phase_to_displacement,
    range_gate,
    range_profiles,
    survey,
    tdm_delays_s,
    voxels,
)
from radarkit.simulate.fmcw import MMECG_RADAR, simulate_capture
from radarkit.simulate.scene import FrontEndConfig
from radarkit.style import MODEL, PALE, TRUE_LINE, plain_axes

RADAR, RATE_HZ, SECONDS = MMECG_RADAR, MMECG_RADAR.frame_rate_hz, 10.0
time_s = np.arange(round(SECONDS * RATE_HZ)) / RATE_HZ
truth_m = 2e-3 * np.sin(2 * np.pi * 0.25 * time_s)
truth_m += 1e-4 * np.exp(-(((time_s % 0.8 - 0.2) / 0.05) ** 2)) * np.sin(2 * np.pi * 8 * time_s)
chest = np.tile(truth_m, (5, 1))  # five scatterers that move as one
folder = tempfile.TemporaryDirectory()
path = Path(folder.name) / "adc_data.bin"
front_end = FrontEndConfig(chest_range_m=0.7)
write_dca1000(
    path, simulate_capture(chest, RATE_HZ, RADAR, front_end, np.random.default_rng(0)), RADAR
)
capture = open_capture(path, RADAR)

# %%
# Where is the chest? Strength does not tell, motion does
# -------------------------------------------------------
found = survey(capture, range_gate(RADAR, 0.2, 2.5))
print(f"chest at {found.chest_range_m:.3f} m")

# %%
# Range profiles around it, all transmitters read at one time
# -----------------------------------------------------------
near = range_gate(RADAR, found.chest_range_m - 0.2, found.chest_range_m + 0.2)
profiles = range_profiles(capture, near)
values = compensate_tdm(profiles.values, tdm_delays_s(RADAR), RADAR.frame.period_s)
print(f"profiles of {values.shape} (frame, transmitter, receiver, range bin)")

# %%
# All antennas turned towards each voxel around the chest; the one whose echo moves most
# --------------------------------------------------------------------------------------
places = voxels(profiles, RADAR, found.chest_range_m, half_depth_m=0.1)
echoes = beams(values, places.weights, places.bin_weights)
best = int(echoes.var(axis=1).argmax())
echo = echoes[best : best + 1]
x_m, y_m, z_m = places.positions_m[best]
print(f"best of {len(places)} voxels: {100 * x_m:.0f} cm right, {100 * y_m:.0f} cm up, {z_m:.2f} m")

# %%
# The circle that it draws around the static clutter, the angle, and metres
# -------------------------------------------------------------------------
circle = fit_circle(echo)
phase_rad = arctangent_phase(echo, circle.centre)
motion_m = phase_to_displacement(phase_rad, RADAR.wavelength_m)[0]
print(f"circle of {circle.radius[0]:.0f} counts, {circle.arc_rad[0] / 2 / np.pi:.1f} turns")

# %%
# The heart: what moves faster than breathing, in micrometres
# -----------------------------------------------------------
heart_um = 1e6 * band_limit(motion_m, RATE_HZ, 0.8, 25.0)
wanted_um = 1e6 * band_limit(truth_m, RATE_HZ, 0.8, 25.0)
error_um = float(np.std((heart_um - wanted_um)[200:-200]))  # filters ring at the ends
print(f"heart of {np.ptp(heart_um):.0f} um, {error_um:.1f} um rms from the truth")
folder.cleanup()

figure, (left, right) = plt.subplots(
    1, 2, figsize=(8, 3), width_ratios=(1, 2), layout="constrained"
)
left.plot(echo[0].real, echo[0].imag, color=MODEL, linewidth=0.6)
left.plot(0, 0, "+", color=PALE)
left.plot(circle.centre[0].real, circle.centre[0].imag, "o", color=PALE)
left.set(xlabel="I (counts)", ylabel="Q (counts)", aspect="equal", title="echo and its circle")
right.plot(time_s, wanted_um, **TRUE_LINE)
right.plot(time_s, heart_um, color=MODEL, linewidth=1, label="read from the capture")
right.set(xlabel="time (s)", ylabel="displacement (µm)", xlim=(3, 6), title="the heart")
right.legend(fontsize=8, frameon=False, loc="lower left")
for axes in (left, right):
    axes.title.set_fontsize(9)
    plain_axes(axes)
plt.show()
