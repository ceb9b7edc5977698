"""Memory that a step frees is there for the next one."""

import platform
import subprocess
import sys

import pytest

# steps of four arrays of 40 MB, as activations; the first ones fetch the memory
STEPS = """
import resource
import numpy as np
from radarkit.allocation import keep_freed_memory

def step():
    return sum(float(array[0]) for array in [np.ones(5_000_000) for _ in range(4)])

def faults(steps=5):
    step()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(steps):
        step()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

usual = faults()
keep_freed_memory()
print(usual, faults())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be told")
def test_what_is_freed_is_not_fetched_again():
    done = subprocess.run([sys.executable, "-c", STEPS], capture_output=True, text=True, check=True)
    usual, kept = map(int, done.stdout.split())
    assert kept < usual / 10
