"""How does one figure serve light and dark pages?

`recolour` walks every artist of a finished figure and exchanges palette colours and house
colormaps for those of the other theme, in place. Nothing else changes, so both versions have
the same layout, and going there and back gives the first figure again.
"""

from typing import Any, Literal

import matplotlib
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axis import Axis
from matplotlib.colors import to_hex, to_rgba, to_rgba_array
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.text import Annotation, Text

from mechnotes.plots.palette import PALETTE, theme_index

_PROPERTIES = (
    "color",
    "facecolor",
    "edgecolor",
    "hatchcolor",
    "markerfacecolor",
    "markeredgecolor",
    "markerfacecoloralt",
    "gapcolor",
)
_TICK_COLORS = ("color", "labelcolor", "grid_color")


def recolour(figure: Figure, to: Literal["light", "dark"]) -> None:
    """Turn a figure into its light or dark version, in place.

    A figure that is in that theme already stays as it is; colours outside the palette stay too.

    Raises:
        ValueError: If `to` is neither "light" nor "dark", or `figure` is not a Figure.
    """
    if not isinstance(figure, Figure):
        raise ValueError(
            f"figure: got {type(figure).__name__}; expected a matplotlib Figure. "
            "Pass what a plot_ function returned."
        )
    target = theme_index(to)
    exchange = {pair[1 - target]: pair[target] for pair in PALETTE.values()}
    settle(figure)
    for artist in figure.findobj():
        for part in (artist, *_parts_of_text(artist)):
            _recolour_artist(part, exchange, to)


def settle(figure: Figure) -> None:
    """Lay a figure out once and keep that layout.

    Ticks exist only after a layout, and Matplotlib's constrained layout moves things a little
    each time it runs, which would make the light and the dark version differ; where the aspect
    is fixed it needs three runs to come to rest.
    """
    unsettled = isinstance(figure.get_layout_engine(), ConstrainedLayoutEngine)
    for _ in range(3 if unsettled else 1):
        figure.draw_without_rendering()
    figure.set_layout_engine("none")


def _parts_of_text(artist: Artist) -> list[Artist]:
    """Boxes and arrows of a text, which `findobj` does not reach."""
    parts: list[Artist | None] = [artist.get_bbox_patch()] if isinstance(artist, Text) else []
    parts += [artist.arrow_patch] if isinstance(artist, Annotation) else []
    return [part for part in parts if part is not None]


def _recolour_artist(artist: Artist, exchange: dict[str, str], to: str) -> None:
    if isinstance(artist, Axis):
        _recolour_ticks(artist, exchange)
    mapped = getattr(artist, "get_array", lambda: None)() is not None
    if mapped or type(artist).__name__ == "AxesImage":
        _recolour_map(artist, to)
    for name in _PROPERTIES:
        reads, writes = getattr(artist, f"get_{name}", None), getattr(artist, f"set_{name}", None)
        if reads is None or writes is None or (mapped and name == "facecolor"):
            continue  # faces of a mapped artist follow its colormap
        new = _exchanged(reads(), exchange)
        if new is not None:
            writes(new)


def _recolour_map(artist: Any, to: str) -> None:
    stem, _, theme = artist.get_cmap().name.rpartition("_")
    if stem in ("mn_sequential", "mn_diverging") and theme != to:
        artist.set_cmap(matplotlib.colormaps[f"{stem}_{to}"])


def _recolour_ticks(axis: Axis, exchange: dict[str, str]) -> None:
    for which in ("major", "minor"):
        now = axis.get_tick_params(which=which)
        new = {name: _exchanged(now.get(name), exchange) for name in _TICK_COLORS}
        axis.set_tick_params(which=which, **{k: v for k, v in new.items() if v is not None})


def _exchanged(value: Any, exchange: dict[str, str]) -> Any:
    """The same colour or colours in the other theme, alpha kept; None if nothing changes."""
    if value is None or (isinstance(value, str) and value in ("none", "auto", "face")):
        return None
    if isinstance(value, np.ndarray) and value.ndim == 2:
        rows = [_exchanged(tuple(row), exchange) for row in value]
        if all(row is None for row in rows):
            return None
        both = zip(value, rows, strict=True)
        return to_rgba_array([old if new is None else new for old, new in both])
    new = exchange.get(to_hex(value))
    return None if new is None else to_rgba(new, to_rgba(value)[3])
