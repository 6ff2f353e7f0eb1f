"""How numbers become colours: one map for magnitudes, one for signed values.

Both start from the colour of the paper, so that "nothing" looks like nothing, and lightness is
linear in the value (OKLab), so that equal steps look equal. Signed values run from violet
(negative) through paper (zero) to teal (positive). Each has a light and a dark variant, which
`recolour` exchanges. Importing this module registers the four names with Matplotlib.

Source:
    OKLab: Ottosson 2020, "A perceptual color space for image processing".
"""

from itertools import pairwise

import matplotlib
import numpy as np
from matplotlib.colors import Colormap, ListedColormap, to_rgb

from mechnotes.plots.palette import color

_CONE = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_OPPONENT = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)

SEQUENTIAL_END = {"light": "#04393c", "dark": "#d3f5f1"}
"""Colour of the largest magnitude; the palette's teal lies on the way."""


def colormap(kind: str, *, theme: str = "light") -> Colormap:
    """The house colormap for magnitudes ("sequential") or signed values ("diverging").

    Raises:
        ValueError: If the kind or the theme is unknown.
    """
    paper, clean = color("paper", theme=theme), color("clean", theme=theme)
    if kind == "sequential":
        stops = [paper, clean, SEQUENTIAL_END[theme]]
        rows = _ramp(stops, 256)
    elif kind == "diverging":
        below = _ramp([color("negative", theme=theme), paper], 129)
        rows = np.concatenate([below, _ramp([paper, clean], 129)[1:]])
    else:
        raise ValueError(
            f"colormap kind: got {kind!r}; expected 'sequential' or 'diverging'. "
            "Use 'diverging' for signed values and 'sequential' for magnitudes."
        )
    found = ListedColormap(rows, name=f"mn_{kind}_{theme}")
    return found.with_extremes(bad=color("rule", theme=theme))


def _ramp(stops: list[str], count: int) -> np.ndarray:
    """`count` colours through the stops, with lightness linear along the way."""
    anchors = np.array([_to_oklab(stop) for stop in stops])
    travelled = np.cumsum([0.0, *(abs(b[0] - a[0]) for a, b in pairwise(anchors))])
    position = np.linspace(0, travelled[-1], count)
    lab = np.stack([np.interp(position, travelled, anchors[:, axis]) for axis in range(3)], axis=1)
    return _from_oklab(lab)


def _to_oklab(hex_color: str) -> np.ndarray:
    encoded = np.array(to_rgb(hex_color))
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    return _OPPONENT @ np.cbrt(_CONE @ linear)


def _from_oklab(lab: np.ndarray) -> np.ndarray:
    linear = (lab @ np.linalg.inv(_OPPONENT).T) ** 3 @ np.linalg.inv(_CONE).T
    linear = np.clip(linear, 0.0, 1.0)
    encoded = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.clip(encoded, 0.0, 1.0)


for _kind in ("sequential", "diverging"):
    for _theme in ("light", "dark"):
        matplotlib.colormaps.register(colormap(_kind, theme=_theme), force=True)
