"""ECG records as files, for whatever reads them."""

import edfio
import numpy as np
import wfdb


def write_wfdb(folder, channels, rate_hz, name="r", units=None):
    """Write (label, values) channels; return the path without an extension."""
    labels, values = zip(*channels, strict=True)
    wfdb.wrsamp(
        name,
        rate_hz,
        units or ["mV"] * len(labels),
        list(labels),
        np.stack(values, axis=1),
        fmt=["16"] * len(labels),
        write_dir=str(folder),
    )
    return folder / name


def write_edf(folder, channels, name="r.edf"):
    """Write (label, unit, rate, values) channels; return the path."""
    signals = [
        edfio.EdfSignal(values, rate_hz, label=label, physical_dimension=unit)
        for label, unit, rate_hz, values in channels
    ]
    edfio.Edf(signals).write(folder / name)
    return folder / name
