"""How do lines and axes carry their names, and how do the names keep out of each other's way?

The name of the vertical axis stands level above it, where it can be read without turning the head.
A label is an annotation at the last finite point of its line, a few points to the right.
`spread_labels` runs once, when a figure is complete: it moves labels of one axes up or down until
none overlaps the next, then fixes the layout.
"""

import textwrap
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Annotation
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from mechnotes.plots import style

_LABEL = "mn-label"
_LINE = 56
_TEXT_COLOR = {"control": "muted"}  # grey marks, but text needs more contrast


def label_end(ax: Axes, x: np.ndarray, y: np.ndarray, *, text: str, color: str) -> None:
    """Write a name at the right end of a line, in the line's colour.

    Raises:
        ValueError: If a name is given and the line has no finite point.
    """
    if not text:
        return
    finite = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    if not finite.size:
        raise ValueError(f"line {text!r}: got only NaN; expected a finite point. Leave it out.")
    last = finite[np.argmax(x[finite])]
    ax.annotate(
        text,
        (x[last], y[last]),
        xytext=(8, 0),
        textcoords="offset points",
        va="center",
        color=style.color(_TEXT_COLOR.get(color, color)),
        annotation_clip=False,
        gid=_LABEL,
    )


@style.house()
def name_axes(ax: Axes, *, x_label: str, y_label: str, gap: float = 8.0) -> None:
    """Name both axes, in lines short enough for a figure of the usual width.

    Args:
        ax: The axes.
        x_label: Quantity and unit, below.
        y_label: Quantity, unit and the meaning of 0 and 1, above on the left.
        gap: Space between the axes and the name above it, in points.
    """
    ax.set_xlabel(textwrap.fill(x_label, _LINE))
    ax.set_title(textwrap.fill(y_label, _LINE), loc="left", x=0.0, pad=gap)


def scale_log(ax: Axes) -> None:
    """Make the x axis logarithmic with plain numbers at 1, 2 and 5."""
    ax.set_xscale("log")
    ax.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.xaxis.set_minor_locator(NullLocator())


def spread_labels(figure: Figure) -> Figure:
    """Move labels apart within each axes, fix the layout and return the figure."""
    style.settle(figure)
    for ax in figure.axes:
        found = [text for text in ax.texts if isinstance(text, Annotation)]
        _spread([text for text in found if text.get_gid() == _LABEL])
    return figure


def _spread(labels: list[Annotation]) -> None:
    """Push overlapping labels apart, lowest first, and keep the group centred where it was."""
    if len(labels) < 2:
        return
    to_points = 72 / labels[0].get_figure(root=True).dpi  # type: ignore[union-attr]
    boxes = [label.get_window_extent() for label in labels]
    centres = np.array([(box.y0 + box.y1) / 2 for box in boxes]) * to_points
    gap = max(box.height for box in boxes) * to_points + 1
    order = np.argsort(centres)
    placed = centres[order].copy()
    for below, above in pairwise(range(len(placed))):
        placed[above] = max(placed[above], placed[below] + gap)
    placed -= (placed - centres[order]).mean()
    for index, height in zip(order, placed, strict=True):
        labels[index].set_position((8, float(height - centres[index])))
