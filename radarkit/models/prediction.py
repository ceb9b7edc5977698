"""What every model predicts for a batch of windows."""

from typing import NamedTuple

from torch import Tensor


class Prediction(NamedTuple):
    """Raw outputs of the three heads.

    Attributes
    ----------
    shape : (batch, 200)
        Cardiac cycle nearest the window's centre, in the normalised unit (its truth is in [0, 1]).
    length_logits : (batch, 260)
        Class c stands for a cycle of c + 1 samples at 200 Hz.
    anchors : (batch, 800)
        Height of the R-peak bumps at 200 Hz.
    """

    shape: Tensor
    length_logits: Tensor
    anchors: Tensor
