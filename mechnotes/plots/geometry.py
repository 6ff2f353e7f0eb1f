"""Where do features point in a two-dimensional hidden layer?

Each panel is the hidden plane of one trained model, each arrow the direction `W[:, i]` that the
model gave feature i; the circle has radius 1. Feature i keeps its colour in all panels. The
picture follows figure 2 of Elhage et al. 2022, "Toy Models of Superposition".
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from mechnotes.plots import style
from mechnotes.plots._arrays import Array, numbers, same_length
from mechnotes.plots._sketch import draw_arrow

_DOT_BELOW = 0.12  # shorter than an arrow head: drawn as a dot


@style.house()
def draw_features(
    ax: Axes,
    W: Float[Array, "2 features"],
    *,
    colors: Sequence[str] | None = None,
    reach: float = 1.35,
    names: Sequence[str] = (),
) -> None:
    """The feature directions of one model as arrows in its hidden plane.

    Args:
        ax: Where to draw; becomes a bare square panel.
        W: Weights from features to the two hidden units; column i is the arrow of feature i.
        colors: Palette name per feature; series colours for up to five, else all `clean`.
        reach: Half width of the panel, in weight units.
        names: Written beyond the tips, one per feature; none by default.

    Raises:
        ValueError: If W is not 2 by features, or the number of colours or names differs.
    """
    weights = numbers(W, "W", axes=("hidden", "features"))
    if weights.shape[0] != 2:
        raise ValueError(
            f"W: got {weights.shape[0]} hidden dimensions; expected 2. "
            "Project it, or draw features(W).T @ features(W) as a matrix instead."
        )
    count = weights.shape[1]
    tints = feature_colors(count) if colors is None else list(colors)
    written = list(names) or [""] * count
    same_length("features", {"features": count, "colors": len(tints), "names": len(written)})
    style.bare(ax)
    ax.set(aspect="equal", xlim=(-reach, reach), ylim=(-reach, reach))
    ax.add_patch(Circle((0, 0), 1, fill=False, edgecolor=style.color("rule"), linewidth=1))
    for tip, tint, text in zip(weights.T, tints, written, strict=True):
        _draw_feature(ax, tip, color=style.color(tint), text=text)


def plot_features(
    W: Float[Array, "panels 2 features"],
    *,
    titles: Sequence[str],
    colors: Sequence[str] | None = None,
    columns: int = 5,
) -> Figure:
    """Small multiples: one hidden plane per model, in reading order.

    Args:
        W: Weights of each model.
        titles: One per panel, for example its density.
        colors: Palette name per feature, the same in every panel.
        columns: Panels per row, 1 to 6.

    Raises:
        ValueError: If shapes, titles or columns do not fit.
    """
    weights = numbers(W, "W", axes=("panels", "hidden", "features"))
    same_length("panels", {"panels": len(weights), "titles": len(titles)})
    if not 1 <= columns <= 6:
        raise ValueError(f"columns: got {columns}; expected 1 to 6. Panels must stay legible.")
    columns = min(columns, len(weights))
    rows = -(-len(weights) // columns)
    side = 6.0 / max(columns, 3)
    size = (side * columns, (side + 0.24) * rows)
    figure, axes = style.figure(*size, nrows=rows, ncols=columns, squeeze=False)
    reach = max(1.2, 1.08 * float(np.nanmax(np.linalg.norm(weights, axis=1))))
    for ax, panel, title in zip(axes.flat, weights, titles, strict=False):
        draw_features(ax, panel, colors=colors, reach=reach)
        ax.set_title(title, fontsize=10, loc="center", pad=3)
    for ax in axes.flat[len(weights) :]:
        ax.set_visible(False)
    style.settle(figure)
    return figure


def feature_colors(count: int) -> list[str]:
    """Palette names for `count` features: one each up to five, all `clean` beyond."""
    return [f"series-{k + 1}" for k in range(count)] if count <= 5 else ["clean"] * count


def _draw_feature(ax: Axes, tip: np.ndarray, *, color: str, text: str) -> None:
    length = float(np.hypot(*tip))
    if length < _DOT_BELOW:
        ax.plot(*tip, "o", color=color, markersize=4)
        return
    draw_arrow(ax, (0, 0), (tip[0], tip[1]), color=color)
    if text:
        beyond = tip * (1 + 0.17 / length)
        ax.text(beyond[0], beyond[1], text, color=color, ha="center", va="center")
