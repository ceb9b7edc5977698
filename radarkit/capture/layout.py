"""How samples lie in a file: the orders of I and Q, and the axes of an array."""

from enum import StrEnum

# the axes of a NumPy capture, in any order; "chirp" holds loops and transmitters together, the
# transmitters of a loop next to each other
AXES = (("frame", "loop", "tx", "rx", "sample"), ("frame", "chirp", "rx", "sample"))


class IQOrder(StrEnum):
    """Which words of a DCA1000 stream are I and which are Q."""

    I_FIRST = "i-first"  # I I Q Q, mmWave Studio with iqSwapSel = 0; 4 lanes: I I I I Q Q Q Q
    Q_FIRST = "q-first"  # Q Q I I, SDK demo firmware with SampleSwap = 1
    IQ_PAIRS = "iq-pairs"  # I Q, reordered by the recording program; 2 lanes only
    QI_PAIRS = "qi-pairs"  # Q I, the DCA1000 command line with reorderEnable = 1; 2 lanes only

    @property
    def in_pairs(self) -> bool:
        """Whether I and Q of a sample stand next to each other."""
        return self in (IQOrder.IQ_PAIRS, IQOrder.QI_PAIRS)

    @property
    def i_comes_first(self) -> bool:
        """Whether I stands before Q."""
        return self in (IQOrder.I_FIRST, IQOrder.IQ_PAIRS)

    @property
    def swapped(self) -> "IQOrder":
        """The order with I and Q exchanged."""
        return {
            IQOrder.I_FIRST: IQOrder.Q_FIRST,
            IQOrder.Q_FIRST: IQOrder.I_FIRST,
            IQOrder.IQ_PAIRS: IQOrder.QI_PAIRS,
            IQOrder.QI_PAIRS: IQOrder.IQ_PAIRS,
        }[self]
