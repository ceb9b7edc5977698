"""Files in the layouts of public data sets, of chests that beat, at small size."""

from itertools import pairwise

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


def iq_of(motion_m, rng, wavelength_m=0.0124, radius=900.0, skew_rad=0.1, ratio=1.12):
    """I and Q of a six-port whose channels are not alike, with static clutter."""
    phase = 4 * np.pi / wavelength_m * motion_m + rng.uniform(0, 6)
    i = 350 + radius * np.cos(phase)
    q = -120 + ratio * radius * np.sin(phase + skew_rad)
    noise = rng.normal(0, 2, (2, motion_m.size))
    return i + noise[0], q + noise[1]


def sixport(number, seconds=12.0, rate_hz=2000):
    """Time, R peaks, motion, I, Q and ECG of one recording."""
    rng = np.random.default_rng(number)
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    r_s = beats(seconds, rng)
    motion = motion_of(r_s, time_s, rng)
    i, q = iq_of(motion, rng)
    return time_s, r_s, motion, i, q, ecg_of(r_s, time_s)


def schellenberger_fields(number, seconds=12.0, **changes):
    _, _, _, i, q, ecg = sixport(number, seconds)
    fields = {
        "radar_i": i[:, None],
        "radar_q": q[:, None],
        "fs_radar": np.uint16(2000),
        "tfm_ecg1": 0.3 * ecg[:, None],
        "tfm_ecg2": ecg[:, None],
        "fs_ecg": np.uint16(2000),
        "tfm_bp": np.zeros((round(seconds * 200), 1)),
        "fs_bp": np.uint8(200),
        "tfm_intervention": np.zeros((round(seconds * 2000), 1)),
        "fs_intervention": np.uint16(2000),
        "tfm_param": np.zeros((0, 0)),
        "tfm_z0": np.zeros((round(seconds * 100), 1)),
        "fs_z0": np.uint8(100),
        "measurement_info": np.array(["2019-01-01_10-00-00", "Resting", "GND01"], object)[:, None],
    }
    return {key: value for key, value in (fields | changes).items() if value is not None}


def write_schellenberger(folder, people=(1, 6), scenarios=("1_Resting", "3_Apnea")):
    """Scenarios, with numbers that mean another one with other people."""
    for person in people:
        inside = folder / "datasets_subject_01_to_10_scidata" / f"GDN{person:04d}"
        inside.mkdir(parents=True)
        for number, scenario in enumerate(scenarios):
            fields = schellenberger_fields(10 * person + number)
            savemat(inside / f"GDN{person:04d}_{scenario}.mat", fields)
    return folder


def shi_fields(number, seconds=12.0, rate_hz=2000, **changes):
    time_s, _, _, i, q, ecg = sixport(number, seconds, rate_hz)
    fields = {
        "radar_I": i[:, None],
        "radar_Q": q[:, None],
        "ecg_lead2": ecg[:, None],
        "ecg_lead3": 0.5 * ecg[:, None],
        "pcg_audio": np.zeros((time_s.size - 1, 1)),
        "respiration": np.zeros((time_s.size, 1)),
        "Fs": rate_hz,
        "measurement_info": np.array(["2017-02-16_10-56-05", "Person 11"], object)[:, None],
    }
    return {key: value for key, value in (fields | changes).items() if value is not None}


SHI_FOLDERS = (
    "PCG_front_radar_front/PCG_2L_radar_4L",
    "PCG_front_radar_front/radar_4L_PCG_2L/after_sport",
    "PCG_front_radar_front/PCG_2L_radar_4L/apnea/inhaled",
    "PCG_back_radar_back",
    "PCG_front_radar_back/apnea_after_sport",
)


def write_shi(folder, people=(3, 11)):
    """Recordings, the second of each person at 500 Hz, with R peaks beside them."""
    for person in people:
        for minute, inside in enumerate(SHI_FOLDERS):
            where = folder / f"datasets/measurement_data_person{person}" / inside
            where.mkdir(parents=True, exist_ok=True)
            time = f"2017-02-16_10-{minute:02d}-05"
            rate_hz = 500 if minute == 1 else 2000
            fields = shi_fields(10 * person + minute, rate_hz=rate_hz)
            savemat(where / f"DATASET_{time}_Person {person}.mat", fields)
            (where / f"Peak_{time}.csv").write_text("ECG_R;ECG_T\n1200;1500\n")
    return folder


class Released:
    """A trial, and the windows of radarODE-MTL that are cut from it by one of three schemes."""

    def __init__(self, seed, seconds=30.0, channels=2, early_s=0.0):
        rng = np.random.default_rng(seed)
        self.samples = round(seconds * RATE_HZ)
        time_s = np.arange(self.samples) / RATE_HZ
        self.r_peaks = np.round((beats(seconds, rng) - early_s) * RATE_HZ).astype(int)
        self.ecg = ecg_of(self.r_peaks / RATE_HZ, time_s)
        frames = self.samples * 3 // 20
        rough = rng.random((channels, 71, frames + 8))
        kernel = np.hanning(9)[1:-1]
        smooth = np.apply_along_axis(np.convolve, 2, rough, kernel, "valid")[:, :, :frames]
        self.sst = smooth * rng.uniform(0.5, 3, (channels, 1, 1))  # first row: highest frequency
        self.lead = 62  # samples of a cycle before its R peak

    def windows(self, scheme):
        """Start, first frame, and first and last sample of the cycle of each window."""
        cycles = [(r - self.lead, n - self.lead) for r, n in pairwise(self.r_peaks)]
        if scheme.startswith("step"):
            for start in range(0, self.samples - 800 + 1, 160):
                first = int(np.searchsorted(self.r_peaks, start))
                if start < 480:  # as released
                    first = int(np.abs(self.r_peaks - 400).argmin())
                if first < len(cycles) and cycles[first][0] >= 0:
                    yield start, start * 30 // 200, *cycles[first]
            return
        for number, (at, end) in enumerate(cycles):
            start = self.r_peaks[number] - 400
            if not scheme.startswith("sce_middle"):
                start = at - (800 - end + at) // 2
            if start + 800 <= self.samples:
                # windows that would begin before the trial begin at sample 1 and frame 1
                start = max(start, 1)
                yield start, max(start * 30 // 200, 1), max(at, 0), end

    def write(self, folder, scheme):
        folder.mkdir(parents=True)
        coarse = 4 if scheme in ("step", "sce_50hz") else 1
        for k, (start, frame, at, end) in enumerate(self.windows(scheme)):
            cut = self.sst[:, :, frame : frame + 120]
            low, high = cut.min(axis=(1, 2), keepdims=True), cut.max(axis=(1, 2), keepdims=True)
            np.save(folder / f"sst_seg_{k}.npy", (cut - low) / (high - low))
            np.save(folder / f"ecg_seg_{k}.npy", self.ecg[at:end])
            anchors = np.zeros(self.samples // coarse)
            anchors[self.r_peaks // coarse] = 1
            anchors = anchors[start // coarse :][: 800 // coarse]
            np.save(folder / f"anchor_seg_{k}.npy", anchors)
        return folder


MAPPING = """\
[files]
name = '(?P<subject>[a-z]+)_(?P<trial>[0-9]+)'

[radar]
array = "disp"
quantity = "displacement"
unit = "mm"
rate_hz = "fs"
axes = "samples, channels"

[ecg]
array = "ecg"
unit = "uV"
rate_hz = 500.0
"""


def generic_arrays(number, seconds=12.0, **changes):
    _, _, motion, _, _, ecg = sixport(number, seconds, rate_hz=500)
    disp = 1e3 * np.stack([motion, 2 * motion], axis=1)
    return {"disp": disp, "ecg": 1e3 * ecg, "fs": np.float64(500), **changes}


def write_generic(folder, names=("ann_1", "ann_2", "bob_1")):
    folder.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(names):
        np.savez(folder / f"{name}.npz", **generic_arrays(number))
    return folder


def write_vitalsense(folder, people=(1, 2), seconds=12.0):
    """Radar and monitor of each person in files of their own."""
    for person in people:
        name = f"VS{person:02d}"
        (folder / name).mkdir(parents=True)
        rng = np.random.default_rng(person)
        r_s = beats(seconds, rng)
        radar_s, ecg_s = np.arange(0.003, seconds, 0.003), np.arange(0.002, seconds, 0.002)
        radar = {
            "VitalSig": 1e3 * motion_of(r_s, radar_s, rng)[None],
            "T_frame": 0.003,
            "Radar": {"fs": 1 / 0.003, "t_frame": radar_s[None]},
        }
        savemat(folder / name / f"{name}_Resting.mat", radar)
        monitor = {"ecg_lead2": 1e3 * ecg_of(r_s, ecg_s)[:, None], "Fs_ecg": np.uint16(500)}
        savemat(folder / name / f"{name}_Resting_Mindray.mat", monitor)
    return folder
