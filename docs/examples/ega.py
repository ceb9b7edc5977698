"""
EGA outside radarkit: handwritten digits
========================================

Three tasks on small pictures, with torchjd's own API and none of radarkit's but the weighting.
Eight by eight pixels that come with scikit-learn (UCI, "Optical Recognition of Handwritten
Digits"). The tasks: which digit it is (cross-entropy), whether it is odd (binary cross-entropy),
and where its ink is centred, in pixels from the middle (mean squared error). One trunk, three
heads. EGA is compared with equal weighting and with Aligned-MTL, with the same seeds and settings.
"""

# %%
# The problem: a third of the pictures to learn from, two thirds to test on
# -------------------------------------------------------------------------
import statistics
from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, Subset, TensorDataset, random_split
from torchjd.aggregation import Aggregator, AlignedMTL, GramianWeightedAggregator, Sum
from torchjd.autojac import jac_to_grad, mtl_backward

from radarkit.mtl import EGAWeighting
from radarkit.style import SERIES, plain_axes

EPOCHS, SEEDS = 15, 3
TASKS = ("digit", "odd", "centre")
Batches = DataLoader[tuple[torch.Tensor, ...]]

pictures, digits = load_digits(return_X_y=True)
ink = pictures.reshape(-1, 8, 8) / pictures.sum(axis=1)[:, None, None]
place = np.arange(8) - 3.5
centres = np.stack([ink.sum(axis=1) @ place, ink.sum(axis=2) @ place], axis=1)
data = TensorDataset(
    torch.tensor(pictures / 16, dtype=torch.float32),
    torch.tensor(digits),
    torch.tensor(centres, dtype=torch.float32),
)


class Network(nn.Module):
    """A trunk that the tasks share, and a head for each."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU())
        self.heads = nn.ModuleList(nn.Linear(32, outputs) for outputs in (10, 1, 2))


def task_losses(
    outputs: list[torch.Tensor], digit: torch.Tensor, centre: torch.Tensor
) -> list[torch.Tensor]:
    """Loss of each task."""
    return [
        F.cross_entropy(outputs[0], digit),
        F.binary_cross_entropy_with_logits(outputs[1][:, 0], (digit % 2).float()),
        F.mse_loss(outputs[2], centre),
    ]


# %%
# Training
# --------
# What EGA needs beyond other aggregators of torchjd is `update` after each epoch.
def train(network: Network, aggregator: Aggregator, loader: Batches) -> list[list[float]]:
    """Train a network; return EGA's eccentric vector after each epoch."""
    optimiser = torch.optim.Adam(network.parameters(), lr=3e-3)
    eccentric = []
    for epoch in range(EPOCHS):
        seen = []
        for picture, digit, centre in loader:
            features = network.trunk(picture)
            losses = task_losses([head(features) for head in network.heads], digit, centre)
            optimiser.zero_grad()
            mtl_backward(losses, features=features)  # heads get their own gradients
            jac_to_grad(network.trunk.parameters(), aggregator)
            optimiser.step()
            seen.append([loss.item() for loss in losses])
        weighting = getattr(aggregator, "gramian_weighting", None)
        if isinstance(weighting, EGAWeighting):
            weighting.update(epoch, np.mean(seen, axis=0).tolist())
            eccentric.append(weighting.v.tolist() or [1.0] * len(TASKS))  # empty until the warm-up
    return eccentric


@torch.no_grad()
def test_scores(network: Network, part: Subset[tuple[torch.Tensor, ...]]) -> list[float]:
    """Errors on unseen pictures: wrong digits and parities in %, distance of centres in pixels."""
    picture, digit, centre = part[:]
    features = network.trunk(picture)
    which, odd, where = (head(features) for head in network.heads)
    return [
        100 * (which.argmax(dim=1) != digit).float().mean().item(),
        100 * ((odd[:, 0] > 0) != (digit % 2).bool()).float().mean().item(),
        (where - centre).norm(dim=1).mean().item(),
    ]


# %%
# The same seeds for all: the split, the first weights and the order of the pictures
# ----------------------------------------------------------------------------------
AGGREGATORS: dict[str, Callable[[], Aggregator]] = {
    "equal weighting": Sum,
    "Aligned-MTL": AlignedMTL,
    "EGA": lambda: GramianWeightedAggregator(EGAWeighting(temperature=1.0, warmup_epochs=4)),
}
scores: dict[str, list[list[float]]] = {name: [] for name in AGGREGATORS}
vectors: list[list[float]] = []
for seed in range(SEEDS):
    for name, make in AGGREGATORS.items():
        torch.manual_seed(seed)
        known, unknown = random_split(data, [1 / 3, 2 / 3])
        network = Network()
        found = train(network, make(), DataLoader(known, batch_size=64, shuffle=True))
        scores[name].append(test_scores(network, unknown))
        vectors = vectors or found

print("v of EGA, first seed")
print(f"{'epoch':8}" + "".join(f"{task:>8}" for task in TASKS))
for epoch, v in enumerate(vectors):
    print(f"{epoch:<8}" + "".join(f"{value:8.2f}" for value in v))

print(f"\ntest errors, mean and standard deviation of {SEEDS} seeds")
print(f"{'':18}{'digit (%)':>14}{'odd (%)':>14}{'centre (px)':>16}")
for name, rows in scores.items():
    columns = list(zip(*rows, strict=True))
    shown = [f"{statistics.mean(each):.2f} ± {statistics.stdev(each):.2f}" for each in columns]
    print(f"{name:18}{shown[0]:>14}{shown[1]:>14}{shown[2]:>16}")

figure, panels = plt.subplots(1, 4, figsize=(8, 2.6), layout="constrained")
for line, task, color in zip(np.array(vectors).T, TASKS, SERIES, strict=False):
    panels[0].plot(line, color=color, label=task)
panels[0].set(xlabel="epoch", title="v of EGA", ylim=(None, 1.25))
panels[0].legend(fontsize=7, frameon=False, loc="upper left")
for at, (axes, unit) in enumerate(
    zip(panels[1:], ("digit (%)", "odd (%)", "centre (px)"), strict=True)
):
    for place, rows in enumerate(scores.values()):
        values = [row[at] for row in rows]
        axes.plot([place] * len(values), values, "o", color=SERIES[place], alpha=0.7)
    largest = max(row[at] for rows in scores.values() for row in rows)
    axes.set(title=f"error: {unit}", xlim=(-0.5, 2.5), ylim=(0, 1.1 * largest))
    axes.set_xticks(range(3), ["equal", "Aligned", "EGA"])
for axes in panels:
    axes.title.set_fontsize(9)
    plain_axes(axes)
plt.show()
