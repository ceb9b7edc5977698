import subprocess
import sys

HEAVY = ("torch", "numba", "matplotlib", "scipy", "h5py", "neurokit2", "ssqueezepy", "pandas")


def loaded(code):
    script = f"{code}\nimport sys\nprint([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


def test_importing_radarkit_loads_nothing_heavy():
    assert loaded("import radarkit") == "[]"


def test_help_loads_nothing_heavy_and_names_every_command():
    code = """
import contextlib, io
from radarkit.cli.main import main
import sys
sys.argv = ["radarkit", "--help"]
text = io.StringIO()
with contextlib.suppress(SystemExit), contextlib.redirect_stdout(text):
    main()
for command in ("extract", "simulate", "train", "eval", "info"):
    assert command in text.getvalue(), text.getvalue()
"""
    assert loaded(code) == "[]"
