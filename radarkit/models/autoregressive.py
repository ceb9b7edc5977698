"""An autoregressive decoder: each sample of an ECG from those before it and from what radar saw.

Nine causal convolutions of two taps, 1 to 256 samples apart, see 512 samples (Chen et al.,
"Contactless Electrocardiogram Monitoring With Millimeter Wave Radar", IEEE TMC 2022). Each is gated
and has a way around it, as in van den Oord et al., "WaveNet", 2016; the published text does not say
what a block is.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

DILATIONS = tuple(2**power for power in range(9))
RECEPTIVE_FIELD = 1 + sum(DILATIONS)
_WIDTH = 32


class _Block(nn.Module):
    """``x(t) + W [tanh(a) * sigmoid(b)]``, (a, b) of x(t - d), x(t) and the condition."""

    def __init__(self, dilation: int, condition: int) -> None:
        super().__init__()
        self.dilation = dilation
        self.taps = nn.Conv1d(_WIDTH, 2 * _WIDTH, 2, dilation=dilation)
        self.condition = nn.Conv1d(condition, 2 * _WIDTH, 1)
        self.out = nn.Conv1d(_WIDTH, _WIDTH, 1)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        """Run over all samples at once, (batch, width, samples)."""
        gates = self.taps(F.pad(x, (self.dilation, 0))) + self.condition(condition)
        tanh, sigmoid = gates.chunk(2, 1)
        out: Tensor = x + self.out(tanh.tanh() * sigmoid.sigmoid())
        return out


class AutoregressiveDecoder(nn.Module):
    """Condition (batch, condition, samples) to an ECG in classes, sample by sample.

    Parameters
    ----------
    condition : int
        Features that radar gives each sample.
    classes : int
        Of a sample.
    """

    def __init__(self, condition: int, classes: int) -> None:
        super().__init__()
        self.start = classes // 2  # the class before the first sample
        self.embed = nn.Embedding(classes, _WIDTH)
        self.blocks = nn.ModuleList(_Block(dilation, condition) for dilation in DILATIONS)
        self.head = nn.Sequential(
            nn.ReLU(), nn.Conv1d(_WIDTH, 64, 1), nn.ReLU(), nn.Conv1d(64, classes, 1)
        )

    def forward(self, condition: Tensor, ecg: Tensor, last: int) -> Tensor:
        """Logits of samples whose past is given: teacher forcing.

        Parameters
        ----------
        condition : (batch, condition, samples)
        ecg : (batch, samples) int64
            Classes of the true ECG. A sample's logits depend on those before it.
        last : int
            How many samples from the end are wanted.

        Returns
        -------
        (batch, classes, last)
        """
        before = F.pad(ecg[:, :-1], (1, 0), value=self.start)
        x = self.embed(before).mT
        for block in self.blocks:
            x = block(x, condition)
        out: Tensor = self.head(x[:, :, -last:])
        return out

    @torch.no_grad()
    def generate(self, condition: Tensor) -> Tensor:
        """Draw an ECG from its own past alone: free-running, the likeliest class each time.

        Parameters
        ----------
        condition : (batch, condition, samples)

        Returns
        -------
        (batch, samples) int64
        """
        batch, _, samples = condition.shape
        steps = [_Step(block, condition) for block in self.blocks if isinstance(block, _Block)]
        to_hidden, to_logits = (
            (layer.weight.squeeze(2), layer.bias)
            for layer in self.head
            if isinstance(layer, nn.Conv1d)
        )
        drawn = torch.full((batch,), self.start, device=condition.device)
        classes = torch.empty((batch, samples), dtype=torch.int64, device=condition.device)
        for t in range(samples):
            x = self.embed.weight[drawn]
            for step in steps:
                x = step(x, t)
            hidden = F.linear(x.relu(), *to_hidden).relu()
            drawn = F.linear(hidden, *to_logits).argmax(1)
            classes[:, t] = drawn
        return classes


class _Step:
    """One block, sample by sample, with a memory of as many samples as its taps are apart."""

    def __init__(self, block: _Block, condition: Tensor) -> None:
        assert block.taps.bias is not None
        self._gates = (block.condition(condition) + block.taps.bias[:, None]).permute(2, 0, 1)
        self._taps = block.taps.weight.permute(0, 2, 1).flatten(1)  # (2 width, older then newer)
        self._out = block.out.weight.squeeze(2), block.out.bias
        self._past = condition.new_zeros((block.dilation, len(condition), _WIDTH))

    def __call__(self, x: Tensor, t: int) -> Tensor:
        place = t % len(self._past)
        older = self._past[place].clone()
        self._past[place] = x
        gates = torch.addmm(self._gates[t], torch.cat((older, x), 1), self._taps.T)
        tanh, sigmoid = gates.chunk(2, 1)
        return x + F.linear(tanh.tanh() * sigmoid.sigmoid(), *self._out)
