"""The page on the data set file lists what is in a file, no more and no less."""

import re

import h5py
import pytest
from typer.testing import CliRunner

from radarkit.capture import open_capture, read_config, write_toml
from radarkit.cli.main import app
from radarkit.datasets.recipes import load_recipe
from radarkit.datasets.simulation import SimulationConfig, simulate_dataset
from radarkit.datasets.store import SCHEMA_VERSION
from radarkit.simulate import DEFAULT_RADAR

from .docs_files import write_capture
from .docs_pages import text_of

PAGE = text_of("docs/dataset.md")


def simulated(folder):
    recipe = load_recipe(subjects=1, duration_s=12, channels=2)
    simulate_dataset(folder / "simulated.h5", SimulationConfig(recipe=recipe))
    return folder / "simulated.h5"


def extracted(folder):
    """Of a radar whose antennas are known, with the most that `radarkit extract` can write."""
    array = DEFAULT_RADAR.array.model_copy(
        update={
            "tx_half_wavelengths": ((0, 0),),
            "rx_half_wavelengths": ((0, 0), (1, 0), (2, 0), (3, 0)),
        }
    )
    radar = DEFAULT_RADAR.model_copy(update={"array": array})
    write_toml(radar, folder / "radar.toml")
    assert read_config(folder / "radar.toml").array.known
    write_capture(folder / "ann-1.bin", radar, points=2)
    assert open_capture(folder / "ann-1.bin", radar).frames == 2000
    words = ["extract", folder / "ann-1.bin", "-c", folder / "radar.toml", "--channels", 2]
    done = CliRunner().invoke(app, [*map(str, words), "-o", str(folder / "extracted.h5")])
    assert done.exit_code == 0, done.output
    return folder / "extracted.h5"


@pytest.fixture(scope="module", params=[simulated, extracted])
def file(request, tmp_path_factory):
    with h5py.File(request.param(tmp_path_factory.mktemp("page")), "r") as opened:
        yield opened


def rows(heading):
    """Cells of the rows of the table whose first column has that heading."""
    (table,) = re.findall(rf"^\| {heading} \|.*\n\|---.*\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    return [
        [cell.strip().strip("`") for cell in row.split("|")[1:-1]] for row in table.splitlines()
    ]


def test_every_array_of_a_file_is_on_the_page_with_its_type_unit_and_axes(file):
    listed = {path: cells for path, *cells in rows("path")}
    (name,) = file["trials"]
    found = []
    file.visititems(lambda path, item: found.append((path, item)))
    arrays = [(path, item) for path, item in found if isinstance(item, h5py.Dataset)]
    assert len(arrays) > 8
    for path, item in arrays:
        path = "/" + path.replace(f"trials/{name}/", "trials/NAME/")
        if path.startswith("/pictures/"):
            assert "/pictures/…" in listed
            continue
        kind, unit, axes = listed[path]
        assert kind == ("string" if item.dtype == object else item.dtype.name), path
        if "units" in item.attrs:
            assert item.attrs["units"] in unit.split(", or "), path
            assert item.attrs["axes"] == axes, path
        else:
            assert path == "/report_json" or "/truth/" in path


def test_every_attribute_of_a_file_is_on_the_page(file):
    listed = {(name, of) for name, of, _ in rows("attribute")}
    (trial,) = file["trials"].values()
    here = {"/": file, "/trials/NAME": trial, "spectrogram": trial["spectrogram"]}
    for of, item in here.items():
        own = {(name, of) for name in item.attrs if name not in ("units", "axes")}
        assert own <= listed
        missing = {name for name, where in listed if where == of} - set(item.attrs)
        assert missing <= {"seed", "created_utc"}
    assert file.attrs["schema_version"] == SCHEMA_VERSION
    assert f"| `schema_version` | `/` | {SCHEMA_VERSION} |" in PAGE


def test_everything_on_the_page_is_in_one_file_or_the_other(tmp_path):
    there = set()
    for make in (simulated, extracted):
        with h5py.File(make(tmp_path), "r") as file:
            (name,) = file["trials"]
            names = []
            file.visit(names.append)
        there |= {"/" + each.replace(f"trials/{name}", "trials/NAME") for each in names}
    listed = {path for path, *_ in rows("path")} - {"/pictures/…"}
    assert listed <= there
