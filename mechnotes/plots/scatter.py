"""Do two measurements of the same things agree? A dot for each, and the line of agreement."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure

from mechnotes.plots import style
from mechnotes.plots._arrays import Array, numbers, same_length


def plot_agreement(
    x: Float[Array, " things"],
    y: Float[Array, " things"],
    *,
    x_label: str,
    y_label: str,
    names: Sequence[str] | None = None,
    diagonal: bool = True,
) -> Figure:
    """Dots at (x, y); on the thin line both say the same.

    Args:
        x: First measurement.
        y: Second measurement.
        x_label: Quantity and unit.
        y_label: Quantity and unit.
        names: Written beside the dots; an empty name leaves its dot without one.
        diagonal: Whether to draw the line on which both are equal, for equal units.

    Raises:
        ValueError: If the lengths differ or a value is infinite.
    """
    left, right = (numbers(v, n, axes=("things",)) for v, n in ((x, "x"), (y, "y")))
    same_length("things", {"x": len(left), "y": len(right), "names": len(names or left)})
    figure, ax = style.figure(4.6, 3.8)
    with style.house():
        ax.axhline(0, color=style.color("rule"), linewidth=0.8, zorder=0)
        ax.axvline(0, color=style.color("rule"), linewidth=0.8, zorder=0)
        if diagonal:
            low, high = np.nanmin([left, right]), np.nanmax([left, right])
            ax.plot([low, high], [low, high], color=style.color("control"), linewidth=1, zorder=0)
        ax.plot(left, right, "o", ms=4.5, color=style.color("clean"), alpha=0.85)
        for name, at_x, at_y in zip(names or (), left, right, strict=False):
            if name:
                ax.annotate(name, (at_x, at_y), (6, 3), textcoords="offset points")
        ax.set(xlabel=x_label, ylabel=y_label)
        ax.margins(x=0.12, y=0.08)
    style.settle(figure)
    return figure
