import os
import sys
from pathlib import Path

import hypothesis
import pytest

# Nothing is timed in the suite; and one commit has one verdict: new examples are looked for by
# `make test-all`, which names the other profile.
hypothesis.settings.register_profile("explore", deadline=None)
hypothesis.settings.register_profile("radarkit", deadline=None, derandomize=True)
hypothesis.settings.load_profile("radarkit")

# small networks gain nothing from threads, and lose a lot where other jobs share the cores
os.environ.setdefault("OMP_NUM_THREADS", "1")

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture
def shared_data():
    """The folder of real recordings beside the repository; a test skips where it is not there."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"real recordings are not at {SHARED_DATA}")
    return SHARED_DATA


def _start_over():
    """Put torch's global generator, which fresh weights come from, to one state."""
    if "torch" in sys.modules:  # not for the many tests that do without
        sys.modules["torch"].manual_seed(0)


# A verdict must not depend on which tests ran before in the same process.
@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup():
    _start_over()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call():
    _start_over()
    return (yield)
