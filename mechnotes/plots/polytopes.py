"""What do the shapes look like in which features share dimensions?

Each panel is one shape with its centre at the origin: a corner is where the direction of a feature
ends. Neighbouring corners are joined. Shapes in three dimensions are seen from the side and a
little from above.
"""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mechnotes.plots import style
from mechnotes.plots._arrays import Array, numbers
from mechnotes.plots._sketch import draw_arrow

_NEIGHBOURS = 1.3  # corners at most this much further apart than the closest two are joined
_SIDEWAYS, _FROM_ABOVE = np.deg2rad(24), np.deg2rad(18)


@style.house()
def draw_polytope(ax: Axes, corners: Float[Array, "d_hidden features"]) -> None:
    """One shape: arrows to its corners, and lines between neighbouring corners.

    Args:
        ax: Where to draw; becomes a bare square panel.
        corners: Directions of one to three dimensions; column i is a corner.

    Raises:
        ValueError: If there are more than three dimensions.
    """
    points = numbers(corners, "corners", axes=("hidden", "features"))
    if points.shape[0] > 3:
        raise ValueError(
            f"corners: got {points.shape[0]} dimensions; expected 1 to 3. Draw a subspace."
        )
    flat = _seen(points)
    for start, end in _joined(points):
        ax.plot(*flat[:, [start, end]], color=style.color("control"), linewidth=1, zorder=1)
    for tip in flat.T:
        draw_arrow(ax, (0, 0), (tip[0], tip[1]), color=style.color("clean"))
    ax.set(xlim=(-1.25, 1.25), ylim=(-1.25, 1.25), aspect="equal")
    style.bare(ax)


def plot_polytopes(
    shapes: Mapping[str, Float[Array, "d_hidden features"]], *, columns: int = 3
) -> Figure:
    """Small multiples of shapes, in reading order.

    Args:
        shapes: Corners of each shape by its title.
        columns: Panels per row, 1 to 4.

    Raises:
        ValueError: If there is no shape, or the columns do not fit.
    """
    if not shapes or not 1 <= columns <= 4:
        raise ValueError(
            f"shapes: got {len(shapes)} in {columns} columns; expected at least one shape and 1 to "
            "4 columns. Panels must stay legible."
        )
    columns = min(columns, len(shapes))
    rows = -(-len(shapes) // columns)
    side = 5.4 / max(columns, 3)
    size = (side * columns, (side + 0.35) * rows)
    figure, axes = style.figure(*size, nrows=rows, ncols=columns, squeeze=False)
    for ax, (title, corners) in zip(axes.flat, shapes.items(), strict=False):
        draw_polytope(ax, corners)
        ax.set_title(title, fontsize=11, loc="center", pad=3)
    for ax in axes.flat[len(shapes) :]:
        ax.set_visible(False)
    style.settle(figure)
    return figure


def _seen(points: np.ndarray) -> np.ndarray:
    """Places on the page: one dimension lies flat, three are turned and tilted."""
    if len(points) == 1:
        return np.concatenate((points, 0 * points))
    if len(points) == 2:
        return points
    x, y, z = points
    across = np.cos(_SIDEWAYS) * x - np.sin(_SIDEWAYS) * y
    away = np.sin(_SIDEWAYS) * x + np.cos(_SIDEWAYS) * y
    return np.stack((across, np.cos(_FROM_ABOVE) * z + np.sin(_FROM_ABOVE) * away))


def _joined(points: np.ndarray) -> list[tuple[int, int]]:
    """Pairs of corners that are neighbours; none in one dimension."""
    if len(points) == 1:
        return []
    apart = np.linalg.norm(points[:, :, None] - points[:, None], axis=0)
    pairs = [(i, j) for i in range(len(apart)) for j in range(i)]
    closest = min((apart[pair] for pair in pairs), default=0.0)
    return [pair for pair in pairs if apart[pair] <= _NEIGHBOURS * closest]
