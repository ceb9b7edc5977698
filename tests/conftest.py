import os
from pathlib import Path

import hypothesis
import pytest

hypothesis.settings.register_profile("radarkit", deadline=None)  # nothing is timed in the suite
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
