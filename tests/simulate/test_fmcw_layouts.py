"""What is simulated, written and read back, in every layout that captures have."""

import itertools

import numpy as np
import pytest

from radarkit.capture import (
    AdcConfig,
    ArrayConfig,
    ChirpConfig,
    Container,
    FrameConfig,
    RadarConfig,
    open_capture,
    write_dca1000,
)
from radarkit.simulate.fmcw import simulate_capture
from radarkit.simulate.scene import REALISTIC

BOARD = RadarConfig(
    chirp=ChirpConfig(
        start_frequency_hz=77e9, slope_hz_per_s=65e12, samples=100, sample_rate_hz=5e6
    ),
    frame=FrameConfig(loops=2, tx_order=(2, 0, 1), period_s=0.005, chirp_period_s=70e-6),
    array=ArrayConfig(rx=3, receivers=(0, 3, 1), board="awr1843boost"),
)
KINDS = ("complex", "real")
LAYOUTS = [
    *({"iq_order": order} for order in ("i-first", "q-first", "iq-pairs", "qi-pairs")),
    *({"lanes": 4, "iq_order": order} for order in ("i-first", "q-first")),
    {"format": "real"},
    {"format": "real", "lanes": 4},
]


@pytest.fixture(scope="module")
def of_a_person():
    """Ten frames of three transmitters in a front end with all its flaws, by kind of sample."""
    motion_m = np.tile(1e-3 * np.sin(np.arange(10) / 5), (4, 1))
    configs = {kind: BOARD.model_copy(update={"adc": AdcConfig(format=kind)}) for kind in KINDS}
    return {
        kind: np.concatenate(
            list(simulate_capture(motion_m, 200.0, config, REALISTIC, np.random.default_rng(0)))
        )
        for kind, config in configs.items()
    }


@pytest.mark.parametrize("bits", [12, 14, 16])
@pytest.mark.parametrize("container", Container)
@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: " ".join(map(str, layout.values())))
def test_what_was_simulated_is_read_back_to_half_a_count_from_every_layout(
    tmp_path, of_a_person, layout, container, bits
):
    config = BOARD.model_copy(update={"adc": AdcConfig(bits=bits, **layout)})
    cube = of_a_person[config.adc.format]
    path = tmp_path / "capture.bin"
    write_dca1000(path, [cube[:3], cube[3:]], config, container=container, part_bytes=5001)
    recorded = open_capture(container.path(path), config)
    found = recorded.read()
    assert found.shape == cube.shape and found.dtype == cube.dtype and recorded.valid.all()
    deviation = np.ascontiguousarray(found - cube).view(np.float32)
    assert 0.45 < np.abs(deviation).max() <= 0.5


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_simulated_is_read_back_from_arrays_with_any_order_of_axes(
    tmp_path, of_a_person, kind
):
    cube = of_a_person[kind]
    by_chirp = cube.reshape(10, 6, *cube.shape[3:])
    axes_of = {("frame", "loop", "tx", "rx", "sample"): cube}
    axes_of[("frame", "chirp", "rx", "sample")] = by_chirp
    for names, array in axes_of.items():
        for order in itertools.permutations(range(len(names))):
            axes = tuple(names[axis] for axis in order)
            config = BOARD.model_copy(update={"adc": AdcConfig(format=kind, axes=axes)})
            np.save(tmp_path / "capture.npy", array.transpose(order))
            found = open_capture(tmp_path / "capture.npy", config).read()
            np.testing.assert_array_equal(found, cube, err_msg=str(axes))
