"""The HDF5 data set, its windows, splits and loading.

`radarkit.datasets.loading` needs torch and is imported on its own.
"""

from radarkit.datasets.reader import Dataset, TrialHeader
from radarkit.datasets.splits import Split, split_by_subject
from radarkit.datasets.store import DatasetWriter, create
from radarkit.datasets.windows import WindowConfig

__all__ = [
    "Dataset",
    "DatasetWriter",
    "Split",
    "TrialHeader",
    "WindowConfig",
    "create",
    "split_by_subject",
]
