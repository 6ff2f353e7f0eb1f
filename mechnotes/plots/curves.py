"""How does one number depend on another?

Lines carry their name at their right end instead of a legend. Several seeds are all shown:
`draw_seeds` draws each as a thin line, `draw_band` the spread that a compute function found.
A closed form is a line and measurements are dots (`plot_formula`), so that theory and data are
never mistaken for each other. Nothing is averaged here.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mechnotes.plots import style
from mechnotes.plots._arrays import Array, numbers, same_length
from mechnotes.plots.labels import label_end, name_axes, scale_log, spread_labels


@style.house()
def draw_line(
    ax: Axes,
    x: Float[Array, " points"],
    y: Float[Array, " points"],
    *,
    color: str,
    label: str = "",
    dashed: bool = False,
) -> None:
    """One line with its name at the right end.

    Args:
        ax: Where to draw.
        x: Positions, increasing, in the unit of the x axis.
        y: Heights; NaN leaves a gap.
        color: Name of a palette colour, by meaning.
        label: Name written at the last point; empty for none.
        dashed: Whether to dash it (a numerical or assumed line beside a closed form).

    Raises:
        ValueError: If the shapes differ or a value is infinite.
    """
    across, up = _pair(x, y)
    ax.plot(across, up, color=style.color(color), linestyle=(0, (4, 2.4)) if dashed else "-")
    label_end(ax, across, up, text=label, color=color)


@style.house()
def draw_seeds(
    ax: Axes,
    x: Float[Array, " points"],
    y: Float[Array, "seeds points"],
    *,
    color: str,
    label: str = "",
    dots: bool = False,
) -> None:
    """Every seed in one colour, named once beside the middle one.

    Args:
        ax: Where to draw.
        x: Positions shared by the seeds.
        y: Heights of each seed.
        color: Name of a palette colour, by meaning.
        label: Name of them all; empty for none.
        dots: Whether to draw dots, for seeds that are not runs along x but separate trainings.

    Raises:
        ValueError: If the shapes do not fit or a value is infinite.
    """
    runs = numbers(y, "y", axes=("seeds", "points"))
    middle = np.argsort(runs[:, -1])[len(runs) // 2]
    shape = {"marker": "o", "markersize": 4, "linestyle": "", "markeredgewidth": 0}
    for seed, run in enumerate(runs):
        across, up = _pair(x, run)
        form = shape if dots else {"linewidth": 1.1}
        ax.plot(across, up, color=style.color(color), alpha=0.5, **form)
        label_end(ax, across, up, text=label if seed == middle else "", color=color)


@style.house()
def draw_band(
    ax: Axes,
    x: Float[Array, " points"],
    low: Float[Array, " points"],
    high: Float[Array, " points"],
    *,
    color: str,
) -> None:
    """The spread between two curves as a translucent band.

    Raises:
        ValueError: If the shapes differ or a value is infinite.
    """
    across, bottom = _pair(x, low)
    _, top = _pair(x, high)
    ax.fill_between(across, bottom, top, color=style.color(color), alpha=0.18, linewidth=0)


@style.house()
def draw_dots(
    ax: Axes,
    x: Float[Array, " points"],
    y: Float[Array, " points"],
    *,
    color: str,
    label: str = "",
) -> None:
    """Measurements as dots with a paper rim, so that neighbours stay countable.

    Raises:
        ValueError: If the shapes differ or a value is infinite.
    """
    across, up = _pair(x, y)
    fill, rim = style.color(color), style.color("paper")
    ax.plot(across, up, "o", color=fill, markersize=7, markeredgecolor=rim, markeredgewidth=1)
    label_end(ax, across, up, text=label, color=color)


@style.house()
def draw_threshold(ax: Axes, value: float, *, label: str, along: str = "x") -> None:
    """A thin line at a value that separates two regimes, named beside it.

    Args:
        ax: Where to draw.
        value: Position in data units.
        label: What the threshold is.
        along: "x" for a horizontal line (constant y), "y" for a vertical one.

    Raises:
        ValueError: If `along` is neither, or the value is not finite.
    """
    if along not in ("x", "y") or not np.isfinite(value):
        raise ValueError(
            f"threshold: got {value} along {along!r}; expected a finite value along 'x' or 'y'. "
            "A horizontal line runs along 'x'."
        )
    muted = style.color("muted")
    line = ax.axhline if along == "x" else ax.axvline
    line(value, color=muted, linewidth=1, linestyle=(0, (2, 2)), zorder=1)
    at = {"x": ((0.0, value), (4, 3), ax.get_yaxis_transform())}
    at["y"] = ((value, 1.0), (4, -3), ax.get_xaxis_transform())
    where, offset, frame = at[along]
    ax.annotate(
        label,
        where,
        xytext=offset,
        xycoords=frame,
        textcoords="offset points",
        va="bottom" if along == "x" else "top",
        color=muted,
        fontsize=10,
    )


def plot_lines(
    x: Float[Array, " points"],
    lines: Mapping[str, Array],
    *,
    x_label: str,
    y_label: str,
    colors: Sequence[str] | None = None,
    bands: Mapping[str, tuple[Array, Array]] | None = None,
    thresholds: Mapping[str, float] | None = None,
    log_x: bool = False,
    dots: bool = False,
) -> Figure:
    """Named lines over one axis, each with all its seeds or its spread.

    Args:
        x: Positions shared by all lines.
        lines: Name to heights `[points]` of one line, or `[seeds points]` of all its seeds.
        x_label: Quantity and unit.
        y_label: Quantity, unit and the meaning of 0 and 1.
        colors: Palette name per line; series colours by default (at most five lines).
        bands: Name of a line to its (low, high).
        thresholds: Name to height of a horizontal line.
        log_x: Whether the x axis is logarithmic.
        dots: Whether seeds are drawn as dots instead of thin lines.

    Raises:
        ValueError: If shapes or counts do not fit.
    """
    if not lines:
        raise ValueError("lines: got none; expected at least one. Pass {'name': heights}.")
    names = colors or [f"series-{k + 1}" for k in range(len(style.series(len(lines))))]
    same_length("lines", {"lines": len(lines), "colors": len(names)})
    figure, ax = style.figure(5.4, 3.3)
    if log_x:
        scale_log(ax)
    for (label, heights), color in zip(lines.items(), names, strict=True):
        if heights.ndim == 2:
            draw_seeds(ax, x, heights, color=color, label=label, dots=dots)
        else:
            draw_line(ax, x, heights, color=color, label=label)
        if bands and label in bands:
            draw_band(ax, x, *bands[label], color=color)
    for label, value in (thresholds or {}).items():
        draw_threshold(ax, value, label=label)
    name_axes(ax, x_label=x_label, y_label=y_label)
    return spread_labels(figure)


def plot_formula(
    x: Float[Array, " points"],
    formula: Float[Array, " points"],
    *,
    measured_x: Float[Array, " dots"],
    measured: Float[Array, " dots"],
    x_label: str,
    y_label: str,
    formula_label: str = "closed form",
    measured_label: str = "measured",
) -> Figure:
    """A closed-form line (grey) with measured dots (teal) on it.

    Raises:
        ValueError: If the shapes do not fit.
    """
    figure, ax = style.figure(5.4, 3.3)
    draw_line(ax, x, formula, color="control", label=formula_label)
    draw_dots(ax, measured_x, measured, color="clean", label=measured_label)
    name_axes(ax, x_label=x_label, y_label=y_label)
    return spread_labels(figure)


def _pair(x: Array, y: Array) -> tuple[np.ndarray, np.ndarray]:
    across, up = numbers(x, "x", axes=("points",)), numbers(y, "y", axes=("points",))
    same_length("line", {"x": len(across), "y": len(up)})
    return across, up
