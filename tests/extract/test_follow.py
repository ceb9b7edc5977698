import numpy as np

from radarkit.extract.follow import follow_range
from radarkit.extract.phase import arctangent_phase, phase_to_displacement
from radarkit.extract.range import range_gate, range_profiles
from radarkit.simulate.fmcw import DEFAULT_RADAR
from radarkit.simulate.scene import FrontEndConfig, Reflector


def test_no_step_of_the_place_makes_a_step_of_the_phase(chest, capture_of_chest):
    radar = DEFAULT_RADAR
    motion_m, _ = chest(np.random.default_rng(0), seconds=40)
    lean_m = 0.12 * np.sin(2 * np.pi * np.arange(motion_m.size) / motion_m.size)
    truth_m = motion_m + lean_m
    # whole bins of 4.7 cm are crossed, past a reflector that is stronger than the chest
    scene = FrontEndConfig(
        chest_range_m=0.8, snr_db=20, clutter=(Reflector(range_m=0.82, level_db=10),)
    )
    capture = capture_of_chest(truth_m, radar, scene)
    profiles = range_profiles(capture, range_gate(radar, 0.4, 1.2))
    followed = follow_range(profiles, 0.8 + lean_m, 0.8, 0.15)
    assert followed.ranges_m[len(followed.ranges_m) // 2] == 0.8

    def motion_of(values):
        echo = values[None]
        return phase_to_displacement(arctangent_phase(echo, np.zeros(1)), radar.wavelength_m)[0]

    middle = len(followed.ranges_m) // 2
    error_m = motion_of(followed.values[:, 0, 0, middle]) - (truth_m - truth_m.mean())
    assert np.ptp(error_m) < 0.2 * radar.wavelength_m / 2  # never a turn lost
    assert error_m.std() < 20e-6
    nearest = int(np.abs(profiles.ranges_m - 0.8).argmin())
    stayed = profiles.values[:, 0, 0, nearest] - profiles.values[:, 0, 0, nearest].mean()
    assert (motion_of(stayed) - truth_m).std() > 1e-3  # one bin alone loses it
