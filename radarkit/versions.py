"""Versions of what numbers depend on, kept in every output."""

import platform
from importlib.metadata import version

from radarkit import __version__


def versions_of(*libraries: str) -> dict[str, str]:
    """Versions of radarkit, Python and some libraries."""
    found = {"radarkit": __version__, "python": platform.python_version()}
    return found | {name: version(name) for name in libraries}
