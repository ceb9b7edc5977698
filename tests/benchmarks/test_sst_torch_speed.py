"""The SST in torch beside the one in numba, on whole trials and on windows: `pytest -m slow -s`."""

import numpy as np
import pytest
import torch

from radarkit.spectrogram import sst
from radarkit.spectrogram.sst_torch import sst_torch

from .timing import seconds

pytestmark = pytest.mark.slow

RATE_HZ = 200.0
DEVICES = ["cpu"] + ["cuda"] * torch.cuda.is_available()


# a trial of 50 channels; a batch of 22 windows of 4 s with 4 s of context on either side
@pytest.mark.parametrize("shape", [(50, 36_000), (22 * 50, 2_400)])
@pytest.mark.parametrize("device", DEVICES)
def test_torch_beside_numba(shape, device, capsys):
    signal = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    x = torch.as_tensor(signal, device=device)
    results = {}

    def in_numba():
        results["numba"] = sst(signal, RATE_HZ).values

    def in_torch():
        results["torch"] = sst_torch(x, RATE_HZ).cpu().numpy()

    def with_gradient():
        y = x[:110].clone().requires_grad_()
        sst_torch(y, RATE_HZ).square().sum().backward()
        float(y.grad.sum())

    sst(signal[:1], RATE_HZ)  # compiles
    sst_torch(x[:1], RATE_HZ)  # makes the tables
    numba_s, torch_s = seconds(in_numba, 3), seconds(in_torch, 3)
    gradient_s = seconds(with_gradient, 1) * len(x) / len(x[:110])
    difference = np.abs(results["torch"] - results["numba"]).sum() / results["numba"].sum()
    with capsys.disabled():
        print(
            f"\n{shape[0]} channels x {shape[1]} samples, {device}: numba {numba_s:.2f} s, torch "
            f"{torch_s:.2f} s ({len(x) / torch_s:.0f} channels/s), ratio {numba_s / torch_s:.2f}, "
            f"with gradient {gradient_s:.2f} s, difference {difference:.1e}"
        )
    assert difference < 1e-4
