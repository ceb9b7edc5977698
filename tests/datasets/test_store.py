import pickle

import h5py
import numpy as np
import pytest

from radarkit.datasets.reader import Dataset
from radarkit.datasets.store import create
from radarkit.errors import UserError

from .conftest import FREQUENCIES_HZ, make_trial


def test_what_is_written_is_read(tmp_path):
    recording, spectrogram = make_trial("anna", "rest-2")
    with create(tmp_path / "a.h5", config={"a": 1}, seed=3) as writer:
        writer.add(recording, spectrogram)
    dataset = Dataset(tmp_path / "a.h5")
    (header,) = dataset.trials
    read = dataset.recording(header)
    for name in ("radar", "ecg", "r_peaks", "positions_m", "valid"):
        np.testing.assert_array_equal(getattr(read, name), getattr(recording, name))
    for name in ("subject", "trial", "status", "source", "quantity", "sample_rate_hz"):
        assert getattr(read, name) == getattr(recording, name)
    np.testing.assert_array_equal(dataset.frequencies_hz(header), FREQUENCIES_HZ)
    assert (header.rows, header.frames, header.method) == (5, 360, "sst")
    # stored min-max normalised per channel, to half precision
    low = spectrogram.values.min(axis=(1, 2), keepdims=True)
    high = spectrogram.values.max(axis=(1, 2), keepdims=True)
    expected = ((spectrogram.values - low) / (high - low))[:, :, 100:220]
    np.testing.assert_allclose(dataset.frames(header, 100, 220), expected, atol=5e-4)


def test_the_schema_is_as_documented(data):
    with h5py.File(data) as file:
        assert file.attrs["format"] == "radarkit" and file.attrs["schema_version"] == 1
        assert {"radarkit_version", "versions_json", "config_json", "seed"} <= set(file.attrs)
        assert "created_utc" not in file.attrs  # the same seed makes the same bytes at any time
        trial = file["trials/anna-1"]
        for name, array in trial.items():
            assert {"units", "axes"} <= set(array.attrs), name
        picture = trial["spectrogram"]
        assert (picture.dtype, picture.chunks) == (np.float16, (3, 5, 120))
        assert (picture.compression, picture.shuffle, picture.fletcher32) == ("lzf", True, True)


def test_what_does_not_come_from_a_seed_has_a_date(tmp_path):
    with create(tmp_path / "a.h5", config={}, seed=None) as writer:
        writer.add(*make_trial("anna"))
    with h5py.File(tmp_path / "a.h5") as file:
        assert "created_utc" in file.attrs and "seed" not in file.attrs


def test_a_folder_of_shards_reads_like_one_file(tmp_path):
    for index, subject in enumerate(("anna", "ben")):
        with create(tmp_path / f"{subject}.h5", config={}, seed=None) as writer:
            writer.add(*make_trial(subject, seed=index))
    dataset = Dataset(tmp_path)
    assert dataset.subjects == ("anna", "ben")
    assert dataset.recording(dataset.trials[1]).subject == "ben"


def test_a_data_set_travels_to_another_process_without_its_handles(data):
    dataset = Dataset(data)
    header = dataset.trials[2]
    copy = pickle.loads(pickle.dumps(dataset))
    np.testing.assert_array_equal(copy.frames(header, 0, 5), dataset.frames(header, 0, 5))


def test_an_unlabelled_trial_has_no_labels(tmp_path):
    with create(tmp_path / "a.h5", config={}, seed=None) as writer:
        writer.add(*make_trial("anna", labelled=False))
    dataset = Dataset(tmp_path / "a.h5")
    assert dataset.trials[0].beats is None
    assert dataset.recording(dataset.trials[0]).ecg is None
    with pytest.raises(UserError, match=r"anna-1 in a\.h5 has no ECG.*--label"):
        dataset.labels(dataset.trials[0])


def test_trials_of_one_name_are_refused_and_leave_no_file(tmp_path):
    with (
        pytest.raises(UserError, match="two trials named anna-1"),
        create(tmp_path / "a.h5", config={}, seed=None) as writer,
    ):
        writer.add(*make_trial("anna"))
        writer.add(*make_trial("anna"))
    assert list(tmp_path.iterdir()) == []


def truncated(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def emptied(path):
    path.write_bytes(b"")


def foreign(path):
    with h5py.File(path, "w") as file:
        file["x"] = 1


def of_the_future(path):
    with h5py.File(path, "r+") as file:
        file.attrs["schema_version"] = 2


def without_radar(path):
    with h5py.File(path, "r+") as file:
        del file["trials/ben-1/radar"]


def without_trials(path):
    with h5py.File(path, "r+") as file:
        for name in list(file["trials"]):
            del file["trials"][name]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (truncated, "not a whole HDF5 file"),
        (emptied, "not a whole HDF5 file"),
        (foreign, "is no radarkit data set"),
        (of_the_future, "schema version 2; expected radarkit schema version 1"),
        (without_radar, "damaged or incomplete"),
        (without_trials, "holds no trials"),
    ],
)
def test_a_bad_file_is_refused_in_one_line(data, spoil, message):
    spoil(data)
    with pytest.raises(UserError, match=message) as caught:
        Dataset(data)
    assert "\n" not in str(caught.value)


def test_a_flipped_bit_is_noticed(data):
    dataset = Dataset(data)
    header = dataset.trials[0]
    with h5py.File(data) as file:
        chunk = file["trials/anna-1/spectrogram"].id.get_chunk_info(0)
    dataset.close()
    content = bytearray(data.read_bytes())
    content[chunk.byte_offset + chunk.size // 2] ^= 1
    data.write_bytes(content)
    with pytest.raises(UserError, match="damaged"):
        dataset.frames(header, 0, 10)
