from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radarkit.errors import UserError
from radarkit.training.batches import Batches


def read(size, epoch=0, step=0, **settings):
    """What all processes together read of an epoch: a list of steps, each a list of windows."""
    known = {"windows": 50, "batch_size": 8, "accumulate": 1, "seed": 3} | settings
    steps = []
    for rank in range(size):
        batches = Batches(**known, rank=rank, size=size)
        batches.start(epoch, step)
        parts = list(batches)
        assert len(parts) == len(batches)
        assert all(parts)
        of_step = [
            list(chain(*parts[at : at + batches.accumulate]))
            for at in range(0, len(parts), batches.accumulate)
        ]
        steps.append(of_step)
    return [list(chain(*shares)) for shares in zip(*steps, strict=True)]


@given(
    windows=st.integers(1, 60),
    batch_size=st.integers(1, 20),
    size=st.integers(1, 4),
    accumulate=st.integers(1, 3),
)
def test_processes_and_parts_share_out_the_batches_of_one_process(
    windows, batch_size, size, accumulate
):
    sizes = {"windows": windows, "batch_size": batch_size}
    whole = read(1, **sizes)
    if min(windows, batch_size) < size * accumulate:
        with pytest.raises(UserError, match="at least one window"):
            read(size, accumulate=accumulate, **sizes)
        return
    assert read(size, accumulate=accumulate, **sizes) == whole
    seen = list(chain(*whole))
    assert len(seen) == len(set(seen)) == windows - windows % min(batch_size, windows)


def test_an_epoch_taken_up_in_its_middle_goes_on_as_it_would_have():
    assert read(2, epoch=5, step=4, accumulate=2) == read(2, epoch=5, accumulate=2)[4:]


def test_every_epoch_has_an_order_of_its_own_and_the_seed_decides_it():
    assert read(1, epoch=1) != read(1, epoch=2)
    assert read(1, epoch=1) == read(1, epoch=1)
    assert read(1, epoch=1) != read(1, epoch=1, seed=4)
