"""The HDF5 data set, its windows, splits and loading.

`radarkit.datasets.loading` needs torch and is imported on its own.
"""

from radarkit.datasets.folds import folds, leave_one_out
from radarkit.datasets.live_noise import LiveNoise
from radarkit.datasets.reader import Dataset
from radarkit.datasets.splits import Split, check_no_leak, split_by_subject
from radarkit.datasets.store import DatasetWriter, create
from radarkit.datasets.trial_header import TrialHeader
from radarkit.datasets.windows import WindowConfig

__all__ = [
    "Dataset",
    "DatasetWriter",
    "LiveNoise",
    "Split",
    "TrialHeader",
    "WindowConfig",
    "check_no_leak",
    "create",
    "folds",
    "leave_one_out",
    "split_by_subject",
]
