"""A small map as one picture, of which the page's style decides the colour."""

import base64
import io

import numpy as np
from jaxtyping import Float
from PIL import Image


def mask(shares: Float[np.ndarray, "rows columns"], *, levels: int = 33) -> str:
    """Address of a picture whose opacity is the share from 0 to 1, in so many levels."""
    level = (shares.clip(0, 1) * (levels - 1)).round().astype(np.uint8)
    picture = Image.fromarray(level, mode="P")
    picture.putpalette([0] * (3 * levels))
    opacity = bytes(round(255 * step / (levels - 1)) for step in range(levels))
    written = io.BytesIO()
    bits = 4 if levels <= 16 else 8
    picture.save(written, "png", transparency=opacity, bits=bits, optimize=True)
    return "data:image/png;base64," + base64.b64encode(written.getvalue()).decode()


def pixels(shares: Float[np.ndarray, "rows columns"], *, told: str, levels: int = 33) -> str:
    """The picture as an element that keeps the proportions of the map.

    Args:
        shares: From 0 (paper) to 1 (full colour).
        told: What it shows, in words; already escaped.
        levels: How many levels of colour; fewer make a smaller page.
    """
    rows, columns = shares.shape
    return (
        f'<div class="mn-pixels" role="img" aria-label="{told}" '
        f'style="--mn-mask:url({mask(shares, levels=levels)});aspect-ratio:{columns}/{rows}"></div>'
    )
