"""What is in this matrix?

Signed values use the diverging map with limits symmetric about zero, so that zero is the colour
of the paper and strength compares across signs; magnitudes use the sequential map from zero.
Cells that were not computed (NaN) are grey. The key stands over the matrix with its quantity
and unit; several panels share one key and one pair of limits.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from mechnotes.plots import style
from mechnotes.plots._arrays import Array, numbers, same_length

_VECTOR_CELLS = 900  # more cells than this make a heavy SVG: drawn as an image instead


@style.house()
def draw_matrix(
    ax: Axes,
    matrix: Float[Array, "rows columns"],
    *,
    limit: float | None = None,
    signed: bool = True,
) -> None:
    """One matrix, first row on top, square cells.

    Args:
        ax: Where to draw.
        matrix: Values in any unit; NaN for "not computed".
        limit: Value of the strongest colour, above 0; the largest magnitude by default.
        signed: Whether negative values mean something; False uses the sequential map from 0.

    Raises:
        ValueError: If the shape is wrong, the limit is not positive, or unsigned values are
            negative.
    """
    values = numbers(matrix, "matrix", axes=("rows", "columns"))
    top = _limit(values, limit, signed)
    rows, columns = values.shape
    small = values.size <= _VECTOR_CELLS
    ax.pcolormesh(
        np.arange(columns + 1) - 0.5,
        np.arange(rows + 1) - 0.5,
        values,
        cmap="mn_diverging_light" if signed else "mn_sequential_light",
        vmin=-top if signed else 0.0,
        vmax=top,
        edgecolors=style.color("rule") if small else "none",
        linewidth=0.5 if small else 0.0,
        rasterized=not small,
    )
    ax.set(aspect="equal", xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5))
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)


def plot_matrix(
    matrix: Float[Array, "rows columns"],
    *,
    label: str,
    x_label: str = "",
    y_label: str = "",
    limit: float | None = None,
    signed: bool = True,
) -> Figure:
    """One matrix with its key.

    Args:
        matrix: Values; NaN for "not computed".
        label: Quantity, unit and meaning of 0 (and 1), written over the key.
        x_label: What a column is.
        y_label: What a row is.
        limit: See `draw_matrix`.
        signed: See `draw_matrix`.

    Raises:
        ValueError: As `draw_matrix`.
    """
    values = numbers(matrix, "matrix", axes=("rows", "columns"))
    figure, ax = style.figure(4.4, 3.9)
    draw_matrix(ax, values, limit=limit, signed=signed)
    ax.set(xlabel=x_label, ylabel=y_label)
    _whole_ticks(ax, values.shape)
    _draw_key(figure, [ax], label)
    style.settle(figure)
    return figure


def plot_matrices(
    matrices: Float[Array, "panels rows columns"],
    *,
    titles: Sequence[str],
    label: str,
    columns: int = 5,
    signed: bool = True,
) -> Figure:
    """Small multiples of equal matrices under one key.

    Raises:
        ValueError: If titles and panels differ in number, or as `draw_matrix`.
    """
    values = numbers(matrices, "matrices", axes=("panels", "rows", "columns"))
    same_length("panels", {"panels": len(values), "titles": len(titles)})
    if not 1 <= columns <= 6:
        raise ValueError(f"columns: got {columns}; expected 1 to 6. Panels must stay legible.")
    columns = min(columns, len(values))
    rows = -(-len(values) // columns)
    figure, axes = style.figure(6.4, 0.9 + 1.35 * rows, nrows=rows, ncols=columns, squeeze=False)
    top = _limit(values, None, signed)
    for ax, panel, title in zip(axes.flat, values, titles, strict=False):
        draw_matrix(ax, panel, limit=top, signed=signed)
        ax.set(xticks=[], yticks=[])
        ax.set_title(title, fontsize=10, loc="center", pad=4)
    for ax in axes.flat[len(values) :]:
        ax.set_visible(False)
    _draw_key(figure, list(axes.flat), label)
    style.settle(figure)
    return figure


def _limit(values: np.ndarray, limit: float | None, signed: bool) -> float:
    largest = float(np.nanmax(np.abs(values))) if np.isfinite(values).any() else 0.0
    top = (largest or 1.0) if limit is None else limit
    if not (np.isfinite(top) and top > 0):
        raise ValueError(f"limit: got {limit}; expected a number above 0. Leave it out for max.")
    if not signed and np.nanmin(values, initial=0.0) < 0:
        raise ValueError(
            f"matrix: got {np.nanmin(values):.3g}; expected no negative value with signed=False. "
            "Use signed=True."
        )
    return top


@style.house()
def _draw_key(figure: Figure, axes: list[Axes], label: str) -> None:
    mesh = axes[0].collections[0]
    low, high = mesh.get_clim()
    bar = figure.colorbar(
        mesh,
        ax=axes,
        location="top",
        shrink=0.62,
        aspect=32,
        pad=0.03,
        ticks=[low, (low + high) / 2, high],
        format=FuncFormatter(lambda value, _: f"{value:.2g}".replace("-", "\N{MINUS SIGN}")),
    )
    bar.solids.set_rasterized(True)  # type: ignore[union-attr]  # 256 strips outweigh the matrix
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=0, color=style.color("muted"), labelcolor=style.color("ink"))
    bar.set_label(label)


def _whole_ticks(ax: Axes, shape: tuple[int, ...]) -> None:
    for axis, count in ((ax.yaxis, shape[0]), (ax.xaxis, shape[1])):
        axis.set_ticks(np.arange(0, count, max(1, count // 8)))
