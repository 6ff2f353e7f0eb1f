"""Into which pieces does a network cut a square of inputs?

Each polygon is a piece on which the network is one affine function; the more neurons are on, the
darker it is.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from mechnotes.plots import style
from mechnotes.plots._arrays import Array, numbers, same_length


@style.house()
def draw_regions(
    ax: Axes, polygons: Sequence[Float[Array, "vertices 2"]], *, shade: Float[Array, " polygons"]
) -> None:
    """Polygons with their edges, filled by a number from 0 to 1.

    Args:
        ax: Where to draw; becomes a bare square panel.
        polygons: Corners of each polygon.
        shade: How dark each one is: 0 is paper, 1 the full colour.

    Raises:
        ValueError: If the numbers of polygons and shades differ.
    """
    corners = [numbers(one, "polygons", axes=("vertices", "axes")) for one in polygons]
    depth = numbers(shade, "shade", axes=("polygons",))
    same_length("polygons", {"polygons": len(corners), "shade": len(depth)})
    for level in np.unique(depth):
        chosen = [one for one, at in zip(corners, depth, strict=True) if at == level]
        fill = style.color("clean")
        ax.add_collection(PolyCollection(chosen, facecolor=fill, alpha=0.75 * float(level)))
    edge = style.color("ink")
    ax.add_collection(PolyCollection(corners, facecolor="none", edgecolor=edge, linewidth=0.5))
    points = np.concatenate(corners)
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    ax.set(xlim=(x0, x1), ylim=(y0, y1), aspect="equal")
    style.bare(ax)


def plot_regions(
    panels: Mapping[str, tuple[Sequence[Float[Array, "vertices 2"]], Float[Array, " polygons"]]],
) -> Figure:
    """The pieces of several networks side by side.

    Args:
        panels: Polygons and shades by the title of the panel; at most three panels.

    Raises:
        ValueError: If there is no panel or more than three.
    """
    if not 1 <= len(panels) <= 3:
        raise ValueError(f"panels: got {len(panels)}; expected 1 to 3. Draw two figures.")
    figure, axes = style.figure(6.4, 6.4 / 3 + 0.5, ncols=len(panels), squeeze=False)
    for ax, (title, (polygons, shade)) in zip(axes.flat, panels.items(), strict=True):
        draw_regions(ax, polygons, shade=shade)
        ax.set_title(title, fontsize=11, loc="center", pad=4)
    style.settle(figure)
    return figure
