"""
A heart of two vibrations in three spectrograms
===============================================

The signal model of radarODE-MTL in a dozen lines, and what the short-time Fourier transform, the
wavelet transform and the synchrosqueezed transform make of it on the same rows and frames.
"""

# %%
# Two vibrations a beat
# ---------------------
# Each beat shakes the chest twice: when the aortic valve opens (:math:`T_1`) and when it closes
# (:math:`T_2`),
#
# .. math::
#
#    x_c(t) = \sum_k \sum_{i=1,2} a_i \cos(2\pi f_i (t - T_i^k))
#    \exp\!\left(-\left(\frac{t - T_i^k}{b_i}\right)^{\!2}\right).

import matplotlib.pyplot as plt
import numpy as np

from radarkit.spectrogram import cwt, entropy, sst, stft
from radarkit.style import PICKED, plain_axes

RATE_HZ, SECONDS = 200.0, 12.0
time_s = np.arange(round(RATE_HZ * SECONDS)) / RATE_HZ
intervals_s = 0.82 + 0.04 * np.sin(2 * np.pi * np.arange(14) / 5)  # they follow the breath
t1_s = 0.3 + np.cumsum(intervals_s)
heart = np.zeros_like(time_s)
for after_s, height, pitch_hz, width_s in ((0.0, 1.0, 18.0, 0.07), (0.25, 0.6, 14.0, 0.06)):
    for middle_s in t1_s + after_s:
        away_s = time_s - middle_s
        heart += height * np.cos(2 * np.pi * pitch_hz * away_s) * np.exp(-((away_s / width_s) ** 2))

# %%
# Three pictures of it
# --------------------
# All three have 71 rows from 1 to 25 Hz and 30 frames a second. The entropy of their energy (0 for
# all in one cell, 1 for an even spread) says how sharp they are.

pictures = [make(heart, RATE_HZ) for make in (stft, cwt, sst)]
entropies = [float(entropy(picture)[0]) for picture in pictures]
figure, panels = plt.subplots(
    4, figsize=(8, 7), sharex=True, layout="constrained", height_ratios=(1, 2, 2, 2)
)
panels[0].plot(time_s, heart, color="black", linewidth=0.8)
panels[0].set_ylabel("motion (a.u.)")
for axes, picture, spread in zip(panels[1:], pictures, entropies, strict=True):
    axes.pcolormesh(picture.times_s, picture.frequencies_hz, picture.values[0], cmap="magma")
    axes.set(
        ylabel="frequency (Hz)", yscale="log", yticks=(2, 5, 10, 20), yticklabels=(2, 5, 10, 20)
    )
    axes.set_title(f"{picture.method.upper()}, entropy {spread:.2f}", fontsize=9, loc="left")
    print(f"{picture.method:5s} entropy {spread:.2f}")
for beat_s in t1_s:
    panels[0].axvline(beat_s, color=PICKED, linestyle=":", linewidth=1)
panels[-1].set(xlabel="time (s)", xlim=(4, 8))
for axes in panels:
    plain_axes(axes)
plt.show()

# %%
# The window of the STFT lasts as long as a beat and joins the two. The CWT keeps them apart and is
# broad in frequency; the SST puts the same energy where its frequency is.
