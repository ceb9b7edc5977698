"""Loaders at scale: what a worker reads is what anybody reads, and memory stays small."""

import os
import pickle

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, RandomSampler

from radarkit.datasets.build import spectrogram_of
from radarkit.datasets.live_noise import LiveNoise
from radarkit.datasets.loading import WindowDataset
from radarkit.datasets.reader import Dataset
from radarkit.datasets.store import create
from radarkit.datasets.windows import WindowConfig
from radarkit.errors import UserError
from radarkit.recording import Quantity
from radarkit.simulate.noise import EXTENSIVE_DB, AbruptNoise, ConstantNoise

from .chests import chest

CONFIG = WindowConfig()
BOTH = (ConstantNoise(snr_db=3.0), AbruptNoise(snr_db=EXTENSIVE_DB, length_s=2.0))


def batches(windows, workers, context=None, **options):
    # an order of its own: persistent loaders draw less from the generator they are given
    order = RandomSampler(windows, generator=torch.Generator().manual_seed(1))
    loader = DataLoader(
        windows,
        8,
        sampler=order,
        num_workers=workers,
        multiprocessing_context=context,
        **options,
    )
    made = []
    for epoch in range(2):
        windows.set_epoch(epoch)
        made += [torch.cat([part.flatten().double() for part in batch]) for batch in loader]
    return made


@pytest.mark.parametrize(
    ("context", "domain", "persistent"),
    [("fork", "signal", True), ("fork", "spectrogram", False), ("spawn", "signal", True)],
)
def test_workers_give_the_batches_of_the_main_process_bit_for_bit(
    dataset, context, domain, persistent
):
    config = WindowConfig(hop_s=2.0)
    ranged = {"snr_db": [-9, 0], "length_s": [1, 3]}
    noise = LiveNoise(noises=(*BOTH, ranged), domain=domain, clean_share=0.2, seed=6)
    windows = WindowDataset(dataset, ("s0", "s1"), config, seed=5, noise=noise)
    alone = batches(windows, 0)  # which leaves handles open for those who fork
    torch_threads = torch.get_num_threads()
    shared = batches(windows, 2, context, persistent_workers=persistent)
    torch.set_num_threads(torch_threads)
    assert len(alone) == len(shared) == 2 * -(-len(windows) // 8)
    assert all(torch.equal(one, other) for one, other in zip(alone, shared, strict=True))
    assert not torch.equal(alone[0], alone[len(alone) // 2])  # another epoch, another draw


def test_a_forked_process_opens_its_own_handles(dataset):
    header = dataset.trials[0]
    expected = dataset.frames(header, 0, 300)
    inherited = next(iter(dataset._handles.values())).id.id
    descriptor = dataset._file(header.path).id.get_vfd_handle()
    where = os.lseek(descriptor, 0, os.SEEK_CUR)
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        same = False
        try:
            same = np.array_equal(dataset.frames(header, 0, 300), expected)
            own = dataset._process == os.getpid() and len(dataset._handles) == 1
            os.write(theirs, bytes([same, own]))
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert os.read(ours, 2) == b"\x01\x01"
    assert os.lseek(descriptor, 0, os.SEEK_CUR) == where
    assert next(iter(dataset._handles.values())).id.id == inherited
    np.testing.assert_array_equal(
        dataset.frames(header, 300, 400), dataset.frames(header, 300, 400)
    )


def test_what_travels_to_a_worker_grows_with_the_labels_only(dataset):
    windows = WindowDataset(dataset, ("s0", "s1"), CONFIG)
    windows[0]
    labels = sum(4 * trial.samples + 8 * trial.beats for trial in dataset.trials)
    assert len(pickle.dumps(windows)) < labels + 16 * len(windows) + 20_000


def test_an_unknown_subject_is_refused(dataset):
    with pytest.raises(UserError, match=r"no trial of nobody, noone in .*data\.h5; expected"):
        WindowDataset(dataset, ("s0", "nobody", "noone"), CONFIG)


def test_a_folder_of_more_shards_than_may_be_open_reads_all_of_them(tmp_path, monkeypatch):
    monkeypatch.setattr("radarkit.datasets.reader._OPEN_FILES", 2)
    expected = {}
    for index in range(5):
        recording = chest(f"s{index}", index, Quantity.ACCELERATION, seconds=12.0)
        spectrogram = spectrogram_of(recording)
        with create(tmp_path / f"{index}.h5", config={}, seed=None) as writer:
            writer.add(recording, spectrogram)
        expected[recording.name] = recording.radar[:, 7:90]
    dataset = Dataset(tmp_path)
    for header in (*dataset.trials, *dataset.trials[::-1], *dataset.trials[::2]):
        np.testing.assert_array_equal(dataset.radar(header, 7, 90), expected[header.name])
        assert dataset.frames(header, 0, 30).shape == (3, 71, 30)
        assert len(dataset._handles) <= 2
