"""What does a figure of this site look like?

`figure` opens one under the house settings: calm paper, thin rules, no box, type that stays
readable when the figure is scaled to a phone. Figures are always drawn in the light colours;
`recolour` turns a finished figure into its dark version and back, and a page keeps both.

Conventions: sizes are in inches, at most 7 by 4; `draw_x(ax, ...)` draws on given axes and
`plot_x(...)` returns a whole figure; text in an SVG stays text. A draw function runs inside
`house()`, because Matplotlib reads its defaults when an artist is made, not when it is shown.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mechnotes.plots.colormaps import colormap as colormap
from mechnotes.plots.palette import PALETTE as PALETTE
from mechnotes.plots.palette import color as color
from mechnotes.plots.palette import series as series
from mechnotes.plots.recolour import recolour as recolour
from mechnotes.plots.recolour import settle as settle

_INK, _MUTED, _RULE, _PAPER = (color(name) for name in ("ink", "muted", "rule", "paper"))

RC_PARAMS: dict[Any, Any] = {
    "figure.facecolor": _PAPER,
    "figure.edgecolor": _PAPER,
    "figure.constrained_layout.use": True,
    "figure.constrained_layout.w_pad": 0.09,
    "figure.constrained_layout.h_pad": 0.08,
    "figure.dpi": 100,
    "savefig.facecolor": "auto",
    "savefig.edgecolor": "auto",
    "savefig.dpi": 200,
    "svg.fonttype": "none",
    "svg.hashsalt": "mechnotes",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 11,
    "text.color": _INK,
    "axes.facecolor": "none",
    "axes.edgecolor": _MUTED,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.labelcolor": _INK,
    "axes.labelsize": 11,
    "axes.titlesize": 11,
    "axes.titlecolor": _INK,
    "axes.titlelocation": "left",
    "axes.titlepad": 8,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "axes.prop_cycle": cycler(color=series(5)),
    "xtick.color": _MUTED,
    "ytick.color": _MUTED,
    "xtick.labelcolor": _INK,
    "ytick.labelcolor": _INK,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "grid.color": _RULE,
    "grid.linewidth": 0.8,
    "lines.linewidth": 2.0,
    "lines.markersize": 5.5,
    "lines.solid_capstyle": "round",
    "patch.edgecolor": _INK,
    "hatch.color": _MUTED,
    "legend.frameon": False,
    "legend.edgecolor": _RULE,
    "legend.facecolor": _PAPER,
    "image.cmap": "mn_sequential_light",
}
"""Matplotlib settings of every figure; a page's kernel may set them for good."""


@contextmanager
def house() -> Iterator[None]:
    """Run a block, or a function it decorates, under the house settings."""
    with matplotlib.rc_context(RC_PARAMS):
        yield


def figure(
    width: float | int = 5.4, height: float | int = 3.3, **subplots: Any
) -> tuple[Figure, Any]:
    """Open a figure in the house look.

    It is already closed for pyplot (nothing leaks, nothing is shown twice) and stays fit for
    drawing and saving.

    Args:
        width: Inches, above 0 and at most 7. At 5.4 the type is readable on a phone.
        height: Inches, above 0 and at most 8 (4 for anything but small multiples).
        subplots: Passed on to `plt.subplots`: `nrows`, `ncols`, `sharex`, ...

    Returns:
        The figure and its axes, as `plt.subplots` gives them.

    Raises:
        ValueError: If the size is outside those limits.
    """
    if not (0 < width <= 7 and 0 < height <= 8):
        raise ValueError(
            f"figure size: got {width} by {height} inches; expected at most 7 by 8, above 0. "
            "Split a larger picture into two figures."
        )
    with house():
        opened, axes = plt.subplots(figsize=(width, height), **subplots)
        plt.close(opened)
    for each in np.ravel(axes):
        settle_ticks(each)
    return opened, axes


def settle_ticks(ax: Axes) -> None:
    """Write the tick colours into the axes, so that ticks made later, at draw time, keep them."""
    ax.tick_params(which="both", color=_MUTED, labelcolor=_INK, grid_color=_RULE)


def bare(ax: Axes) -> None:
    """Remove ticks and spines: for diagrams and for panels whose axes mean nothing."""
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
