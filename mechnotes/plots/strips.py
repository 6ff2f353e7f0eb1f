"""How far are groups of measurements apart? Every single value as a dot, one row for each group.

The first group is what is claimed, the others are its controls; no mean hides the spread.
"""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure

from mechnotes.plots import style
from mechnotes.plots._arrays import Array, numbers


def plot_strips(
    groups: Mapping[str, Float[Array, " values"]],
    *,
    label: str,
    threshold: float | int | None = None,
) -> Figure:
    """A row of dots for each group, the first in teal and the rest in grey.

    Args:
        groups: Values by the name of their group, from the top.
        label: Quantity and unit, with the meaning of 0 and 1.
        threshold: Value to reach, a thin line.

    Raises:
        ValueError: If there is no group, or a value is infinite.
    """
    if not groups:
        raise ValueError("groups: got none; expected at least one. Name a group of values.")
    figure, ax = style.figure(5.6, 0.5 * len(groups) + 1.0)
    with style.house():
        ax.axvline(0, color=style.color("rule"), linewidth=0.8, zorder=0)
        if threshold is not None:
            ax.axvline(threshold, color=style.color("ink"), linewidth=0.8, zorder=0)
        for row, (name, values) in enumerate(groups.items()):
            found = numbers(values, name, axes=("values",))
            color = style.color("clean" if row == 0 else "control")
            spread = np.linspace(-0.16, 0.16, len(found)) if len(found) > 1 else np.zeros(1)
            ax.plot(found, row + spread, "o", ms=5, color=color, alpha=0.85)
        ax.set_yticks(range(len(groups)), list(groups))
        ax.set(ylim=(len(groups) - 0.5, -0.5), xlabel=label)
        ax.tick_params(axis="y", length=0)
        ax.spines["left"].set_visible(False)
    style.settle(figure)
    return figure
