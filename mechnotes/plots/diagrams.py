"""What are the ideas of superposition, before any number?

Schematic pictures drawn by code, so that they follow light and dark, can be tested and never go
missing. Exact geometry stands in for trained weights: five unit arrows 72 degrees apart. Teal is
a feature or a true reading, amber what interferes, violet a negative reading, grey the rest.
"""

import math
from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Arc, Circle, Polygon, Rectangle

from mechnotes.plots import style
from mechnotes.plots._arrays import Array, numbers, same_length
from mechnotes.plots._sketch import draw_arrow, draw_box, write

_INK, _MUTED, _RULE = (style.color(name) for name in ("ink", "muted", "rule"))
_TEAL, _AMBER, _VIOLET = (style.color(name) for name in ("clean", "corrupted", "negative"))
_DIGITS = "₁₂₃₄₅"


def plot_superposition() -> Figure:
    """Two orthogonal features beside five that share the same plane."""
    figure, (left, right) = style.figure(5.2, 3.1, ncols=2)
    with style.house():
        _open_plane(left, "2 features, 2 dimensions")
        _draw_star(left, [0.0, 90.0])
        left.add_patch(Rectangle((0, 0), 0.16, 0.16, fill=False, edgecolor=_MUTED, linewidth=1))
        write(left, (0, -1.55), "90° apart:\nno interference", color=_MUTED)
        _open_plane(right, "5 features, 2 dimensions")
        _draw_star(right, _pentagon_angles())
        right.add_patch(
            Arc((0, 0), 0.8, 0.8, theta1=18, theta2=90, edgecolor=_AMBER, linewidth=1.5)
        )
        write(right, (0.35, 0.46), "72°", color=_AMBER)
        write(right, (0, -1.55), "neighbours overlap:\ninterference", color=_MUTED)
    style.settle(figure)
    return figure


def plot_toy_model() -> Figure:
    """The toy model: five features through two hidden units and back."""
    figure, ax = style.figure(5.4, 3.1)
    with style.house():
        style.bare(ax)
        ax.set(xlim=(0, 10), ylim=(-0.7, 5.2), aspect="equal")
        _draw_column(
            ax, 0.3, 5, fills=[0.9, 0.0, 0.0, 0.45, 0.0], name="x", note="5 features,\nfew active"
        )
        _draw_column(ax, 4.0, 2, fills=[0.7, 0.35], name="h", note="2 hidden\nunits")
        _draw_column(
            ax, 9.0, 5, fills=[0.8, 0.08, 0.0, 0.35, 0.0], name="x̂", note="5 features,\nrebuilt"
        )
        for start, end, name, shape in ((1.2, 3.8, "W", "2 × 5"), (4.9, 6.3, "Wᵀ", "5 × 2")):
            draw_arrow(ax, (start, 2.5), (end, 2.5), color=_MUTED, width=1.4)
            write(ax, ((start + end) / 2, 2.95), name, color=_INK, size=13.0)
            write(ax, ((start + end) / 2, 2.05), shape, color=_MUTED)
        draw_box(ax, (6.4, 1.85), (1.5, 1.3), edge=_MUTED)
        write(ax, (7.15, 2.72), "+ b", color=_INK)
        write(ax, (7.15, 2.25), "ReLU", color=_INK)
        draw_arrow(ax, (8.0, 2.5), (8.85, 2.5), color=_MUTED, width=1.4)
    style.settle(figure)
    return figure


def plot_interference() -> Figure:
    """Feature 1 alone is on; what each reader sees, before and after bias and ReLU."""
    seen = [math.cos(math.radians(72 * k)) for k in range(5)]
    bias = -seen[1]
    after = [max(value + bias, 0.0) for value in seen]
    figure, (left, middle, right) = style.figure(6.0, 3.1, ncols=3, width_ratios=[1.25, 1, 1])
    with style.house():
        _open_plane(left, "only x₁ is on: h = W₁")
        _draw_star(left, _pentagon_angles(), strong=[0])
        _draw_readings(middle, seen, "reading Wᵢ · h")
        middle.axhline(-bias, color=_MUTED, linewidth=1, linestyle=(0, (2, 2)))
        write(middle, (2.5, 0.47), "b removes", color=_AMBER, size=10.0)
        write(middle, (2.5, -0.98), "ReLU removes", color=_VIOLET, size=10.0)
        _draw_readings(right, after, "then ReLU(… + b)")
        write(right, (2.55, 0.47), "only x₁ is left,\na little small", color=_MUTED, size=10.0)
    style.settle(figure)
    return figure


def plot_privileged_basis() -> Figure:
    """Turning the axes of a linear layer changes nothing; with ReLU it does."""
    figure, (left, right) = style.figure(5.2, 3.1, ncols=2)
    with style.house():
        for ax, title in ((left, "linear: no privileged basis"), (right, "ReLU: privileged basis")):
            _open_plane(ax, title, circle=False)
        _draw_axes(left, turned=0.0, color=_TEAL)
        _draw_axes(left, turned=30.0, color=_AMBER)
        write(left, (0, -1.55), "turn the axes:\nthe same function", color=_MUTED)
        for turned, color in ((0.0, _TEAL), (30.0, _AMBER)):
            _draw_axes(right, turned=turned, color=color, kept=True)
        write(right, (0, -1.55), "turn the axes:\nReLU cuts elsewhere", color=_MUTED)
    style.settle(figure)
    return figure


def plot_collisions(
    active: Bool[Array, "panels features inputs"], *, titles: Sequence[str]
) -> Figure:
    """Which inputs switch on several features at once, panel by panel.

    Args:
        active: Whether a feature is on for an input, for example `sample > 0`.
        titles: One per panel, for example its density.

    Raises:
        ValueError: If it has other axes, or titles and panels differ in number.
    """
    on = numbers(active, "active", axes=("panels", "features", "inputs"))
    same_length("panels", {"panels": len(on), "titles": len(titles)})
    _, features, inputs = on.shape
    figure, axes = style.figure(5.6, 0.4 + 1.15 * len(on), nrows=len(on), squeeze=False)
    with style.house():
        for ax, panel, title in zip(axes.flat, on, titles, strict=True):
            style.bare(ax)
            ax.set(aspect="equal", xlim=(-0.2, inputs + 0.2), ylim=(features + 0.2, -0.2))
            crowded = panel.sum(axis=0) > 1
            ax.set_title(f"{title}: {int(crowded.sum())} of {inputs} inputs collide", pad=4)
            ax.set_ylabel("features", fontsize=10)
            for feature, number in np.ndindex(features, inputs):
                fill = (_AMBER if crowded[number] else _TEAL) if panel[feature, number] else _RULE
                ax.add_patch(Rectangle((number + 0.08, feature + 0.08), 0.84, 0.84, facecolor=fill))
        axes.flat[-1].set_xlabel("inputs (amber: two or more features at once)", fontsize=10)
    style.settle(figure)
    return figure


def _pentagon_angles() -> list[float]:
    return [90.0 + 72.0 * k for k in range(5)]


def _open_plane(ax: Axes, title: str, *, circle: bool = True) -> None:
    style.bare(ax)
    ax.set_anchor("N")
    ax.set(aspect="equal", xlim=(-1.45, 1.45), ylim=(-1.85, 1.35))
    ax.set_title(title, loc="center")
    if circle:
        ax.add_patch(Circle((0, 0), 1, fill=False, edgecolor=_RULE, linewidth=1))


def _draw_star(ax: Axes, angles: Sequence[float], strong: Sequence[int] | None = None) -> None:
    """Unit arrows at the given angles, named W₁, W₂, ...; those not strong are grey."""
    for index, angle in enumerate(angles):
        across, up = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        lit = strong is None or index in strong
        draw_arrow(ax, (0, 0), (across, up), color=_TEAL if lit else style.color("control"))
        name = f"W{_DIGITS[index]}"
        write(ax, (1.22 * across, 1.2 * up), name, color=_TEAL if lit else _MUTED)


def _draw_column(
    ax: Axes, left: float, count: int, *, fills: Sequence[float], name: str, note: str
) -> None:
    """A column of units, centred at height 2.5, each filled as strongly as it is active."""
    bottom = 2.5 - count * 0.4
    for unit, fill in enumerate(reversed(fills)):
        corner = (left, bottom + 0.8 * unit + 0.05)
        draw_box(ax, corner, (0.7, 0.7), edge=_MUTED, fill=_TEAL, alpha=fill)
    write(ax, (left + 0.35, bottom + 0.8 * count + 0.35), name, color=_INK, size=13.0)
    write(ax, (left + 0.35, bottom - 0.15), note, color=_MUTED, va="top")


def _draw_readings(ax: Axes, values: Sequence[float], title: str) -> None:
    """Five bars: the true reading teal, positive interference amber, negative violet."""
    colors = [_TEAL if k == 0 else _AMBER if v > 0 else _VIOLET for k, v in enumerate(values)]
    ax.bar(range(5), values, color=colors, width=0.7, edgecolor="none")
    ax.axhline(0, color=_MUTED, linewidth=0.8)
    ax.set_title(title, loc="center", fontsize=10)
    ax.set(ylim=(-1.1, 1.3), yticks=[], xticks=range(5), xticklabels=list("12345"))
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)


def _draw_axes(ax: Axes, *, turned: float, color: str, kept: bool = False) -> None:
    """A pair of axes, and the quadrant that a ReLU along them keeps."""
    first, second = (
        0.9 * np.array([math.cos(math.radians(a)), math.sin(math.radians(a))])
        for a in (turned, turned + 90)
    )
    if kept:
        corners = np.stack([0 * first, first, first + second, second])
        ax.add_patch(Polygon(corners, facecolor=color, alpha=0.22, edgecolor="none"))
    for direction in (first, second):
        ax.plot(*np.stack([-direction, 0 * direction]).T, color=color, linewidth=1, alpha=0.6)
        draw_arrow(ax, (0, 0), (direction[0], direction[1]), color=color)
