"""NumPy arrays as captures."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radarkit.capture.array_file import open_array
from radarkit.capture.config import RadarConfig
from radarkit.errors import UserError


def configuration(axes, kind="complex", *, loops=2, tx_order=(0, 2), rx=3, samples=5):
    """A radar whose capture is an array; 5 samples are no obstacle there."""
    return RadarConfig.model_validate(
        {
            "chirp": {
                "start_frequency_hz": 60e9,
                "slope_hz_per_s": 60e12,
                "samples": samples,
                "sample_rate_hz": 4e6,
            },
            "frame": {"loops": loops, "tx_order": tx_order, "period_s": 0.05},
            "array": {"rx": rx},
            "adc": {"format": kind, "bits": 12, "axes": axes},
        }
    )


def counts(shape, kind="complex"):
    """Samples that tell their place: every one is different, and exact in any type."""
    values = np.arange(np.prod(shape)).reshape(shape) % 2000 - 1000
    return values - 1j * values[::-1] if kind == "complex" else values


def save(path, array):
    np.save(path, array)
    return path


@given(
    order=st.permutations(["frame", "loop", "tx", "rx", "sample"])
    | st.permutations(["frame", "chirp", "rx", "sample"]),
    kind=st.sampled_from(["<c8", ">c8", "<c16", ">c16", "<i2", ">i2", "i4", "<f4", ">f8", "f2"]),
    fortran=st.booleans(),
    start=st.integers(0, 4),
    length=st.integers(1, 4),
)
def test_axes_types_and_byte_orders_do_not_matter(
    tmp_path_factory, order, kind, fortran, start, length
):
    config = configuration(order, "complex" if "c" in kind else "real")
    cube = counts((4, *config.frame_shape), config.adc.format)
    named = ["frame", "loop", "tx", "rx", "sample"]
    array = cube
    if "chirp" in order:
        array, named = cube.reshape(4, 4, 3, 5), ["frame", "chirp", "rx", "sample"]
    array = array.transpose([named.index(axis) for axis in order]).astype(kind)
    array = np.asfortranarray(array) if fortran else np.ascontiguousarray(array)
    path = save(tmp_path_factory.mktemp("array") / "radar.npy", array)

    capture = open_array(path, config)
    assert capture.frames == 4
    block = capture.read(start, start + length)
    assert block.dtype == (np.complex64 if config.adc.format == "complex" else np.float32)
    assert block.flags.c_contiguous and block.shape[1:] == config.frame_shape
    assert np.array_equal(block, cube[start : start + length])
    block[...] = 0  # a block is the reader's own: neither the file nor later blocks change
    assert np.array_equal(np.concatenate(list(capture.blocks(3))), cube)


def test_whole_numbers_have_the_limits_of_the_adc(tmp_path):
    config = configuration(["frame", "chirp", "rx", "sample"], "real")
    array = counts((2, 4, 3, 5), "real")
    limits = {"i2": (-2048, 2047), "u2": (0, 4095), "f4": None}
    for kind, expected in limits.items():
        path = save(tmp_path / f"{kind}.npy", np.abs(array).astype(kind))
        assert open_array(path, config).limits == expected


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (counts((2, 4, 3, 6)), "shape (2, 4, 3, 6); expected (frame, chirp 4, rx 3, sample 5)"),
        (counts((2, 3, 4, 5)), "shape (2, 3, 4, 5); expected (frame, chirp 4, rx 3, sample 5)"),
        (counts((2, 2, 2, 3, 5)), "shape (2, 2, 2, 3, 5)"),
        (counts((0, 4, 3, 5)), "no frames"),
        (counts((2, 4, 3, 5), "real"), "holds real numbers (int64)"),
        (np.zeros((2, 4, 3, 5), "?"), "holds bool"),
        (np.zeros((2, 4, 3, 5), [("i", "<i2"), ("q", "<i2")]), "expected real or complex numbers"),
    ],
)
def test_an_array_that_does_not_fit_is_refused(tmp_path, array, words):
    path = save(tmp_path / "radar.npy", array)
    with pytest.raises(UserError) as error:
        open_array(path, configuration(["frame", "chirp", "rx", "sample"]))
    assert words in str(error.value) and "\n" not in str(error.value)


def test_complex_numbers_are_refused_where_the_radar_has_real_samples(tmp_path):
    path = save(tmp_path / "radar.npy", counts((2, 4, 3, 5)))
    with pytest.raises(UserError, match=r'complex numbers .*; expected format = "real"'):
        open_array(path, configuration(["frame", "chirp", "rx", "sample"], "real"))


def test_a_configuration_without_axes_says_how_to_write_them(tmp_path):
    path = save(tmp_path / "radar.npy", counts((2, 4, 3, 6)))
    with pytest.raises(UserError, match=r'write axes = \["frame", "chirp", "rx", "sample"\]'):
        open_array(path, configuration(None, samples=6))


def test_pickled_objects_are_refused_unopened(tmp_path):
    path = tmp_path / "radar.npy"
    np.save(path, np.array([{}, None], dtype=object), allow_pickle=True)
    with pytest.raises(UserError, match="pickled objects"):
        open_array(path, configuration(["frame", "chirp", "rx", "sample"]))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"\x93NUMPY",
        b"\x93NUMPY\x01\x00\x06\x00{}   ",
        b"\x93NUMPY\x01\x00\x06\x00{((   ",
    ],
)
def test_a_file_that_is_no_array_is_refused(tmp_path, content):
    path = tmp_path / "radar.npy"
    path.write_bytes(content)
    with pytest.raises(UserError, match="cannot be read as a NumPy array") as error:
        open_array(path, configuration(["frame", "chirp", "rx", "sample"]))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("frames", [-2, 10**20])
def test_an_array_of_an_impossible_size_is_refused(tmp_path, frames):
    header = f"{{'descr': '<c8', 'fortran_order': False, 'shape': ({frames}, 4, 3, 5)}}\n".encode()
    path = tmp_path / "radar.npy"
    path.write_bytes(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
    with pytest.raises(UserError, match="cannot be read as a NumPy array"):
        open_array(path, configuration(["frame", "chirp", "rx", "sample"]))


def test_a_truncated_array_is_refused(tmp_path):
    path = save(tmp_path / "radar.npy", counts((2, 4, 3, 5)))
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(UserError, match="cannot be read as a NumPy array"):
        open_array(path, configuration(["frame", "chirp", "rx", "sample"]))


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e300])
def test_a_sample_that_is_not_finite_names_its_frame(tmp_path, value):
    array = counts((9, 4, 3, 5)).astype(complex)
    array[7, 1, 2, 3] = value
    capture = open_array(
        save(tmp_path / "radar.npy", array), configuration(["frame", "chirp", "rx", "sample"])
    )
    assert len(capture.read(0, 7)) == 7
    with pytest.raises(UserError, match="infinite samples in frame 7;"):
        capture.read(5, 9)
