"""Importers of public data sets, by name; see docs/importing.md."""

from radarkit.datasets.importers.generic import GENERIC
from radarkit.datasets.importers.mmecg import MMECG
from radarkit.datasets.importers.radarode_mtl import RADARODE_MTL
from radarkit.datasets.importers.schellenberger import SCHELLENBERGER
from radarkit.datasets.importers.shi import SHI
from radarkit.datasets.importers.source import Importer

IMPORTERS: dict[str, Importer] = {
    "mmecg": MMECG,
    "schellenberger": SCHELLENBERGER,
    "shi": SHI,
    "radarode-mtl": RADARODE_MTL,
    "generic": GENERIC,
}
