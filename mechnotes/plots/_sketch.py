"""The strokes of diagrams: arrows, boxes and notes in house style, in data coordinates."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

Point = tuple[float | int, float | int]


def draw_arrow(
    ax: Axes, start: Point, end: Point, *, color: str, width: float = 1.8, dashed: bool = False
) -> None:
    """A straight arrow with a small solid head; `color` is a hex colour."""
    ax.add_patch(
        FancyArrowPatch(
            start,
            end,
            arrowstyle="-|>,head_length=5,head_width=2.6",
            mutation_scale=1,
            shrinkA=0,
            shrinkB=0,
            linewidth=width,
            linestyle=(0, (4, 2.4)) if dashed else "-",
            color=color,
        )
    )


def draw_box(
    ax: Axes, corner: Point, size: Point, *, edge: str, fill: str = "none", alpha: float = 1.0
) -> None:
    """A box with barely rounded corners; `corner` is the lower left one, colours are hex."""
    ax.add_patch(
        FancyBboxPatch(
            corner,
            *size,
            boxstyle="round,pad=0,rounding_size=0.06",
            facecolor=fill,
            edgecolor="none",
            alpha=alpha,
        )
    )
    ax.add_patch(
        FancyBboxPatch(
            corner,
            *size,
            boxstyle="round,pad=0,rounding_size=0.06",
            facecolor="none",
            edgecolor=edge,
            linewidth=1.0,
        )
    )


def write(
    ax: Axes, at: Point, text: str, *, color: str, size: float = 11.0, **placing: Any
) -> None:
    """A note, centred on its point unless `ha` or `va` say otherwise."""
    ax.text(*at, text, color=color, fontsize=size, **{"ha": "center", "va": "center", **placing})
