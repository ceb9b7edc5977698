r"""
Noise in the signal, and what it does to the spectrogram
========================================================

The chest moves by the heart and by everything else,

.. math:: x(t) = x_c(t) + n_\mathrm{abr}(t) + n_\mathrm{con}(t).

Constant noise is there all the time (distance, direction, the receiver); abrupt noise comes with
the movements of the body. Both are added to the signal, before anything is computed from it.
"""

# %%
# The same chest three times
# --------------------------

import matplotlib.pyplot as plt
import numpy as np

from radarkit.datasets.recipes import load_recipe
from radarkit.datasets.simulation import SimulationConfig, simulate_person
from radarkit.extract import vibration
from radarkit.simulate import AbruptNoise, ConstantNoise
from radarkit.spectrogram import normalise, sst
from radarkit.style import plain_axes

RATE_HZ = 200.0
NOISES = {
    "clean": (),
    "constant noise of 0 dB": (ConstantNoise(snr_db=0),),
    "an extensive movement of 2 s (-9 dB)": (AbruptNoise(snr_db=-9, length_s=2, share=0.35),),
}
recipe = load_recipe("lying", subjects=1, duration_s=12, channels=1)
chests = {}
for name, noises in NOISES.items():
    config = SimulationConfig(recipe=recipe, seed=11, noises=noises)  # the seed: the same heart
    chests[name] = simulate_person(config, 0, 0)

# %%
# An SNR is met exactly
# ---------------------
# It relates the power of the heart's vibrations to that of the noise, channel by channel, over the
# samples that the noise covers.

clean_m = chests["clean"].recording.radar[0].astype(np.float64)
cardiac_m = chests["clean"].cardiac_m[0]
snrs_db = {}
for name, chest in chests.items():
    noise_m = chest.recording.radar[0] - clean_m
    covered = np.abs(noise_m) > 0
    if covered.any():
        ratio = np.mean(cardiac_m[covered] ** 2) / np.mean(noise_m[covered] ** 2)
        snrs_db[name] = float(10 * np.log10(ratio))
        print(f"{name}: {snrs_db[name]:.2f} dB over {covered.sum() / RATE_HZ:.1f} s")

# %%
# The spectrograms
# ----------------
# The network reads the synchrosqueezed transform of the chest's acceleration. White displacement
# is twice differentiated on the way, so that noise is strongest in the upper rows. A movement
# drowns the beats beneath it, and normalisation, which is by the largest cell, pales the others.

figure, panels = plt.subplots(3, figsize=(8, 6), sharex=True, layout="constrained")
for axes, (name, chest) in zip(panels, chests.items(), strict=True):
    picture = sst(vibration(chest.recording.radar, RATE_HZ), RATE_HZ)
    values = normalise(picture.values)[0]
    axes.pcolormesh(picture.times_s, picture.frequencies_hz, np.sqrt(values), cmap="magma")
    axes.set(
        ylabel="frequency (Hz)", yscale="log", yticks=(2, 5, 10, 20), yticklabels=(2, 5, 10, 20)
    )
    axes.set_title(name, fontsize=9, loc="left")
    plain_axes(axes)
panels[-1].set_xlabel("time (s)")
plt.show()
