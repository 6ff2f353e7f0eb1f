"""A small map as one picture, of which the page's style decides the colour."""

import base64
import io

import numpy as np
from jaxtyping import Float
from matplotlib.image import imsave


def mask(shares: Float[np.ndarray, "rows columns"]) -> str:
    """Address of a picture whose opacity is the share from 0 to 1, in 33 steps."""
    alpha = ((shares.clip(0, 1) * 32).round() * 255 / 32).astype(np.uint8)
    black = np.zeros_like(alpha)
    written = io.BytesIO()
    imsave(written, np.stack([black, black, black, alpha], axis=-1), format="png")
    return "data:image/png;base64," + base64.b64encode(written.getvalue()).decode()


def pixels(shares: Float[np.ndarray, "rows columns"], *, told: str) -> str:
    """The picture as an element that keeps the proportions of the map.

    Args:
        shares: From 0 (paper) to 1 (full colour).
        told: What it shows, in words; already escaped.
    """
    rows, columns = shares.shape
    return (
        f'<div class="mn-pixels" role="img" aria-label="{told}" '
        f'style="--mn-mask:url({mask(shares)});aspect-ratio:{columns}/{rows}"></div>'
    )
