import base64
import io

import numpy as np
from matplotlib.colors import to_rgb
from PIL import Image

from radarkit.style import DPI, MODEL, PICKED, embed, new_figure


def test_an_embedded_picture_is_small_and_keeps_the_colours_of_its_lines():
    figure, (image, lines) = new_figure(2, 3.0, columns=2)
    shades = np.random.default_rng(0).uniform(size=(40, 60))
    image.pcolormesh(shades, cmap="magma", rasterized=True)
    image.axhline(20, color=PICKED, linestyle="--", linewidth=1)
    lines.plot(np.sin(np.linspace(0, 60, 2000)), color=MODEL, linewidth=1)
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", dpi=DPI, facecolor="white")
    exact = np.asarray(Image.open(drawn).convert("RGB")).astype(int)
    uri, width, height = embed(figure)
    kept = base64.b64decode(uri.removeprefix("data:image/png;base64,"))
    found = np.asarray(Image.open(io.BytesIO(kept)).convert("RGB")).astype(int)
    assert found.shape == exact.shape == (2 * height, 2 * width, 3)
    assert np.abs(found - exact).max() <= 32
    for colour in (MODEL, PICKED, "white", "black"):
        of_colour = (exact == np.round(255 * np.array(to_rgb(colour)))).all(axis=-1)
        assert of_colour.any() and np.abs(found - exact)[of_colour].max() <= 12, colour
    assert len(kept) < 0.5 * drawn.getbuffer().nbytes
