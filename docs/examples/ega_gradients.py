"""
EGA on two gradients
====================

What eccentric gradient alignment does to two gradients that disagree, drawn in the plane, and
where the vector that says who gets how much comes from.
"""

# %%
# One step
# --------
# The rows of G are the gradients of two tasks, a long and a short one at an angle of more than 90
# degrees. Their sum follows the long one and goes against the short one. EGA makes them orthogonal
# and equally long; its vector v says how much of the step each task gets.

import matplotlib.pyplot as plt
import numpy as np
import torch

from radarkit.mtl import EGAWeighting
from radarkit.style import PALE, SERIES, plain_axes

G = torch.tensor([[3.0, 0.5], [-0.8, 0.6]], dtype=torch.float64)
steps = {"sum of the gradients": G.sum(0)}
for v in ((1.0, 1.0), (0.4, 1.6)):
    ega = EGAWeighting()
    ega.v = torch.tensor(v, dtype=torch.float64)  # as if losses had set it
    steps[f"EGA, v = {v}"] = ega(G @ G.T) @ G
for name, step in steps.items():
    gains = (G @ step).tolist()
    print(f"{name:22s} first-order gain of the tasks: {gains[0]:6.2f} {gains[1]:6.2f}")

figure, axes = plt.subplots(figsize=(8, 3.4), layout="constrained")
for row, label in zip(G, ("task 1", "task 2"), strict=True):
    axes.annotate("", row.tolist(), (0, 0), arrowprops={"arrowstyle": "->", "color": PALE})
    axes.annotate(f"  {label}", row.tolist(), fontsize=8, color=PALE)
for (name, step), color in zip(steps.items(), SERIES, strict=False):
    axes.plot(*zip((0, 0), step.tolist(), strict=True), color=color, label=name)
axes.set(xlabel="first parameter", ylabel="second parameter", aspect="equal")
axes.set(xlim=(-1.2, 3.8), ylim=(-0.3, 1.6))
axes.set_title("two gradients that disagree, and steps made of them", fontsize=9, loc="left")
axes.legend(fontsize=8, frameon=False, loc="upper center")
plain_axes(axes)
plt.show()

# %%
# Where v comes from
# ------------------
# From the mean losses of each epoch over those of the warm-up epoch. Of three tasks that learn at
# different speeds the slowest gets the most; a small temperature T sharpens that, a large one
# levels it.

EPOCHS, WARMUP = 24, 4
speeds = np.array([0.30, 0.10, 0.02])  # of the three losses
figure, panels = plt.subplots(1, 3, figsize=(8, 2.8), sharey=True, layout="constrained")
last = {}
for axes, temperature in zip(panels, (0.3, 1.0, 3.0), strict=True):
    ega = EGAWeighting(temperature=temperature, warmup_epochs=WARMUP)
    course = []
    for epoch in range(EPOCHS):
        ega.update(epoch, ((1 - speeds) ** epoch).tolist())
        course.append(ega.v.tolist() or [1.0] * len(speeds))  # empty until the warm-up
    last[temperature] = course[-1]
    for line, speed, color in zip(np.array(course).T, speeds, SERIES, strict=False):
        axes.plot(line, color=color, label=f"falls by {100 * speed:.0f} % an epoch")
    axes.axvline(WARMUP, color=PALE, linestyle=":", linewidth=1)
    axes.set(xlabel="epoch", title=f"v, T = {temperature:g}")
    plain_axes(axes)
    print(f"T = {temperature:g}: v ends at " + ", ".join(f"{each:.2f}" for each in course[-1]))
panels[0].set_ylabel("v")
panels[0].legend(fontsize=7, frameon=False)
plt.show()
