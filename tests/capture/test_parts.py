"""Captures that were cut into files."""

import numpy as np
import pytest

from radarkit.capture import Container, open_capture, write_dca1000
from radarkit.capture.parts import part_group
from radarkit.errors import UserError

from .cases import counts, radar


@pytest.fixture
def parts(tmp_path):
    """A capture of 12 parts whose cuts lie within frames and words."""
    config = radar(loops=2, rx=2, samples=8)
    cube = counts(np.random.default_rng(2), 9, config)
    path = tmp_path / "adc.bin"
    size = -(-9 * config.bytes_per_frame // 12) | 1
    write_dca1000(path, [cube], config, container=Container.SPLIT, part_bytes=size)
    return tmp_path, config, cube


def test_parts_are_joined_by_their_numbers_whichever_is_opened(parts):
    folder, config, cube = parts
    assert len(list(folder.iterdir())) == 12  # "_Raw_10" sorts before "_Raw_2"
    for number in (0, 2, 11):
        capture = open_capture(folder / f"adc_Raw_{number}.bin", config)
        np.testing.assert_array_equal(capture.read(), cube)
        assert capture.path == folder / "adc_Raw_0.bin"
        assert capture.notes == ("12 parts joined, adc_Raw_0.bin to adc_Raw_11.bin",)


@pytest.mark.parametrize(("missing", "folder_instead"), [(0, False), (3, False), (3, True)])
def test_a_part_that_is_missing_is_named(parts, missing, folder_instead):
    folder, config, _ = parts
    (folder / f"adc_Raw_{missing}.bin").unlink()
    if folder_instead:
        (folder / f"adc_Raw_{missing}.bin").mkdir()
    for opened in (0, 1):
        with pytest.raises(UserError, match=f"no adc_Raw_{missing}.bin"):
            open_capture(folder / f"adc_Raw_{opened}.bin", config, allow_partial=True)


def test_a_longer_part_behind_a_shorter_one_is_noted(parts):
    folder, config, _ = parts
    last = folder / "adc_Raw_11.bin"
    last.write_bytes(last.read_bytes() + bytes(config.bytes_per_frame))
    assert "look whether they belong" in open_capture(last, config).notes[1]


def test_parts_of_a_capture_count_once(tmp_path):
    listed = [tmp_path / name for name in ("b.bin", "a_Raw_1.bin", "a_Raw_0.bin", "c_Raw_0.bin")]
    assert part_group(listed) == [
        tmp_path / name for name in ("b.bin", "a_Raw_0.bin", "c_Raw_0.bin")
    ]


def test_parts_are_written_all_or_none_and_replace_all(parts):
    folder, config, cube = parts
    before = {path: path.read_bytes() for path in folder.iterdir()}
    split = {"container": Container.SPLIT, "part_bytes": 300}
    with pytest.raises(UserError, match="exists already"):
        write_dca1000(folder / "adc.bin", [cube], config, **split)
    with pytest.raises(UserError, match="parts of 0 bytes"):
        write_dca1000(folder / "new.bin", [cube], config, container=Container.SPLIT, part_bytes=0)
    with pytest.raises(UserError, match="block of shape"):
        write_dca1000(folder / "adc.bin", [cube, cube[..., :2]], config, **split, force=True)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    write_dca1000(folder / "adc.bin", [cube[:4]], config, **split, force=True)
    assert sorted(path.name for path in folder.iterdir()) == ["adc_Raw_0.bin", "adc_Raw_1.bin"]
    np.testing.assert_array_equal(open_capture(folder / "adc_Raw_0.bin", config).read(), cube[:4])
