"""Which value belongs to which pair of names?

A matrix whose rows and columns have names, with the value written into every cell, so that it can
be read as a table and seen as a picture.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure

from mechnotes.plots import style
from mechnotes.plots._arrays import Array, numbers, same_length
from mechnotes.plots.heatmap import draw_matrix


def plot_table(
    values: Float[Array, "rows columns"],
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    label: str,
    limit: float | int = 1.0,
    signed: bool = False,
) -> Figure:
    """Values by name of row and column, written and coloured from 0.

    Args:
        values: Values; NaN for "not computed".
        rows: Names of the rows.
        columns: Names of the columns.
        label: Quantity, unit and meaning of 0 and of the limit, written under the table.
        limit: Value of the strongest colour.
        signed: Whether negative values mean something and have a colour of their own.

    Raises:
        ValueError: If the names do not fit the shape, values are infinite, or unsigned values are
            negative.
    """
    found = numbers(values, "values", axes=("rows", "columns"))
    same_length("rows", {"values": found.shape[0], "rows": len(rows)})
    same_length("columns", {"values": found.shape[1], "columns": len(columns)})
    height = 0.4 * len(rows) + 1.1
    figure, ax = style.figure(6.4, min(height, 7.5))
    draw_matrix(ax, found, limit=float(limit), signed=signed)
    ax.set(aspect="auto", xlabel=label)
    ax.set_xticks(range(len(columns)), columns)
    ax.set_yticks(range(len(rows)), rows)
    ax.xaxis.set_ticks_position("top")
    ax.tick_params(length=0)
    with style.house():
        for row, column in np.ndindex(*found.shape):
            value = found[row, column]
            strong = abs(value) > 0.55 * limit
            rounded = round(float(value), 2) + 0.0  # no minus sign before 0.00
            text = "–" if np.isnan(value) else f"{rounded:.2f}".replace("-", "\N{MINUS SIGN}")
            color = style.color("paper" if strong else "ink")
            ax.text(column, row, text, ha="center", va="center", color=color)
    style.settle(figure)
    return figure
