"""Mu-law companding: an ECG in 256 classes, finest around its middle (ITU-T G.711, mu = 255).

    F(x) = sign(x) ln(1 + mu |x|) / ln(1 + mu),    x in [-1, 1]

The ECG comes with the foot of its cycles at 0 and their top at 1; the range that classes cover
reaches a quarter beyond both.
"""

import math

import torch
from torch import Tensor

CLASSES = 256
_MU = CLASSES - 1.0
_MIDDLE, _REACH = 0.5, 0.75


def encode(ecg: Tensor) -> Tensor:
    """Class of each sample, int64 of the same shape; what lies beyond the range is at its end."""
    x = ((ecg - _MIDDLE) / _REACH).clamp(-1, 1)
    companded = x.sign() * torch.log1p(_MU * x.abs()) / math.log1p(_MU)
    return ((companded + 1) / 2 * _MU).round().long()


def decode(classes: Tensor) -> Tensor:
    """Middle of each class, float32 of the same shape."""
    companded = classes.float() / _MU * 2 - 1
    x = companded.sign() * torch.expm1(companded.abs() * math.log1p(_MU)) / _MU
    return x * _REACH + _MIDDLE
