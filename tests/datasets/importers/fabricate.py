"""Files in the layouts of public data sets, of chests that beat, at small size."""

import h5py
import numpy as np
from scipy.io import savemat

from radarkit.datasets.published_splits import TRIALS

RATE_HZ = 200


def beats(seconds, rng):
    """Times of R peaks, none near an end."""
    times = 0.6 + np.cumsum(rng.uniform(0.7, 0.95, round(seconds)))
    return times[times < seconds - 0.6]


def ecg_of(r_s, time_s):
    """R waves of 1 mV, T waves, and a slow baseline."""
    ecg = 0.05 * np.sin(2 * np.pi * 0.3 * time_s)
    for r in r_s:
        ecg += np.exp(-(((time_s - r) / 0.012) ** 2))
        ecg += 0.25 * np.exp(-(((time_s - r - 0.28) / 0.05) ** 2))
    return ecg


def motion_of(r_s, time_s, rng, breathing_m=4e-3):
    """Displacement with two vibrations after each R peak, in m."""
    motion = breathing_m * np.sin(2 * np.pi * 0.25 * time_s + rng.uniform(0, 6))
    for lag_s, height_m, f_hz in ((0.08, 4e-5, 9), (0.38, 2e-5, 14)):
        for r in r_s:
            after = time_s - r - lag_s
            motion += height_m * np.exp(-((after / 0.06) ** 2)) * np.cos(2 * np.pi * f_hz * after)
    return motion


def person_of(trial):
    return next(who for who, (first, last) in TRIALS.items() if first <= trial <= last)


def mmecg_struct(trial, seconds=12.0, places=3, **changes):
    rng = np.random.default_rng(trial)
    time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    r_s = beats(seconds, rng)
    shaking = np.diff(motion_of(r_s, time_s, rng, 0.0), n=2, prepend=0, append=0) * 1e5
    rcg = np.stack([shaking * (1 + i) for i in range(places)], axis=1)
    rcg += 0.01 * rng.standard_normal(rcg.shape)
    data = {
        "RCG": rcg,
        "ECG": ecg_of(r_s, time_s)[:, None],
        "posXYZ": rng.uniform(-0.2, 0.5, (places, 3)),
        "id": person_of(trial),
        "gender": "girl",
        "age": 30,
        "physistatus": ("NB", "IB", "SP", "PE")[trial % 4],
    }
    return {key: value for key, value in (data | changes).items() if value is not None}


def save_v73(path, struct, name="data"):
    """Write a struct as MATLAB 7.3 does: HDF5, columns first, text as UTF-16 codes."""
    with h5py.File(path, "w", userblock_size=512) as file:
        group = file.create_group(name)
        group.attrs["MATLAB_class"] = np.bytes_("struct")
        for key, value in struct.items():
            if isinstance(value, str):
                codes = np.array([[ord(letter)] for letter in value], np.uint16)
                stored = group.create_dataset(key, data=codes)
                stored.attrs["MATLAB_class"] = np.bytes_("char")
            else:
                stored = group.create_dataset(key, data=np.atleast_2d(np.asarray(value, float)).T)
                stored.attrs["MATLAB_class"] = np.bytes_("double")
    with path.open("r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM")


def write_mmecg(folder, trials, seconds=12.0, places=3):
    folder.mkdir(exist_ok=True)
    for trial in trials:
        struct = mmecg_struct(trial, seconds, places)
        if trial % 2:
            savemat(folder / f"{trial}.mat", {"data": struct}, do_compression=True)
        else:
            save_v73(folder / f"{trial}.mat", struct)
    return folder
