"""A whole training step beside the same step written from its definition, within one run.

Run with ``pytest -m slow -s tests/benchmarks/test_step_speed.py``. A step is forward, backward for
each of the three tasks, EGA and the optimiser's update, for a batch of 8 windows of 50 channels.

The reference gathers the corners of every tap, passes backward through the whole network once a
task, and copies the shared gradients out in between, as the released code of radarODE-MTL does; its
shape head is the temporal one alone, as released. Ours draws the ODE as well, and keeps freed
memory for the next step, as `radarkit train` does.
"""

import pytest
import torch

from radarkit.allocation import keep_freed_memory
from radarkit.datasets.loading import Window
from radarkit.models import ModelConfig, build_model
from radarkit.models.deformable import DeformableConv2d
from radarkit.mtl import build_strategy
from radarkit.training.config import AdamW
from radarkit.training.losses import TASKS, task_losses
from radarkit.training.objectives import ThreeTasks
from radarkit.training.optimiser import build_optimiser
from radarkit.training.step import MultiTaskStep

from .gather import gathered
from .timing import seconds

pytestmark = pytest.mark.slow

CHANNELS, BATCH = 50, 8
REPEATS = 3


def windows(batch, device="cpu"):
    torch.manual_seed(0)
    window = Window(
        torch.rand(batch, CHANNELS, 71, 120),
        torch.rand(batch, 200),
        torch.randint(100, 200, (batch,)),
        torch.rand(batch, 800),
    )
    return Window(*(field.to(device) for field in window))


def model_of(preset, device="cpu"):
    torch.manual_seed(0)
    return build_model(ModelConfig(preset=preset, channels=CHANNELS)).to(device)


def reference_step(monkeypatch):
    model, window = model_of("paper-temporal"), windows(BATCH)
    shared = list(model.shared_parameters())
    sizes = [parameter.numel() for parameter in shared]
    strategy = build_strategy("ega", TASKS)
    optimiser = torch.optim.AdamW(model.parameters())

    def step():
        with monkeypatch.context() as patch:
            patch.setattr(DeformableConv2d, "forward", gathered)
            losses = task_losses(model(window.spectrogram), window, 0.0)
        optimiser.zero_grad()
        jacobian = torch.zeros(len(losses), sum(sizes))
        for row, loss in zip(jacobian, losses, strict=True):
            loss.backward(retain_graph=True)
            row.copy_(torch.cat([parameter.grad.flatten() for parameter in shared]))
            for parameter in shared:
                parameter.grad.zero_()
        weights = strategy.weigh(losses.detach(), (jacobian @ jacobian.T).double()).shared
        joint = weights.to(jacobian.dtype) @ jacobian
        for parameter, gradient in zip(shared, joint.split(sizes), strict=True):
            parameter.grad.copy_(gradient.view_as(parameter))
        optimiser.step()

    return step


def our_step(preset, space="parameters", *, batch=BATCH, device="cpu", precision="float32"):
    model, window = model_of(preset, device), windows(batch, device)
    strategy = build_strategy("ega", TASKS).to(device)
    multi_task = MultiTaskStep(
        model, strategy, ThreeTasks(0.0), gradient_space=space, precision=precision
    )
    optimiser, _ = build_optimiser(AdamW(), model.parameters(), steps=1000)

    def step():
        multi_task([window], batch)
        optimiser.step()

    return step


def seconds_a_step(step, threads, repeats=REPEATS):
    """Time a step on so many threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        return seconds(step, repeats)
    finally:
        torch.set_num_threads(before)


def test_a_step_on_two_cores_beside_its_definition(capsys, monkeypatch):
    reference_s = seconds_a_step(reference_step(monkeypatch), 2, repeats=2)
    keep_freed_memory()
    ours = {
        "paper, exact EGA, 2 threads": seconds_a_step(our_step("paper"), 2),
        "paper, EGA of features, 2 threads": seconds_a_step(our_step("paper", "features"), 2),
        "compact, 2 threads": seconds_a_step(our_step("compact"), 2, 10),
        "compact, 1 thread": seconds_a_step(our_step("compact"), 1, 10),
    }
    with capsys.disabled():
        print(f"\nreference, 2 threads: {reference_s:.2f} s")
        for name, ours_s in ours.items():
            print(f"{name}: {ours_s:.3f} s, ratio {reference_s / ours_s:.1f}")
    assert max(ours.values()) < reference_s


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("preset", ["paper", "compact"])
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_samples_a_second_on_a_gpu(capsys, preset, precision):
    batch = 64
    step = our_step(preset, batch=batch, device="cuda", precision=precision)
    step_s = seconds_a_step(lambda: (step(), torch.cuda.synchronize()), 2, 20)
    ega_s = seconds_a_step(_ega_alone(preset), 2, 20)
    with capsys.disabled():
        print(
            f"\n{preset}, {precision}: {batch / step_s:.0f} windows/s, "
            f"EGA {ega_s / step_s:.1%} of a step"
        )
    assert ega_s < step_s


def _ega_alone(preset):
    """Gramian, weights and weighted sum, of gradients that are there."""
    size = sum(parameter.numel() for parameter in model_of(preset).shared_parameters())
    strategy = build_strategy("ega", TASKS).to("cuda")
    jacobian, losses = torch.randn(3, size, device="cuda"), torch.ones(3, device="cuda")

    def step():
        weights = strategy.weigh(losses, (jacobian @ jacobian.T).double()).shared
        weights.to(jacobian.dtype) @ jacobian
        torch.cuda.synchronize()

    return step
