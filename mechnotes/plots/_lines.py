"""A small chart of lines as SVG text, for elements in which a reader picks one of the lines.

Colours and widths come from the page's style, so the chart follows light and dark. A line carries
the number of the choice that it belongs to; the style shows the chosen ones in front.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from jaxtyping import Float
from matplotlib.ticker import LogLocator, MaxNLocator

WIDTH, HEIGHT = 320, 150
LEFT, RIGHT, TOP, BOTTOM = 48, 312, 10, 120
"""The frame of the lines within the picture, in its own units."""

Line = tuple[int, Float[np.ndarray, " point"]]
"""Number of the choice, heights."""


@dataclass(frozen=True, kw_only=True)
class Axis:
    """From the smallest to the largest value, with a few marks."""

    low: float
    high: float
    marks: tuple[float, ...]
    log: bool = False

    def place(self, values: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
        """Share of the way from the smallest to the largest value."""
        scale: Callable = np.log10 if self.log else np.asarray
        return (scale(values) - scale(self.low)) / (scale(self.high) - scale(self.low))


def axis(values: Float[np.ndarray, "..."], *, log: bool = False) -> Axis:
    """An axis that just holds all finite values; on a logarithmic one all must be positive."""
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    if low == high:
        low, high = (low / 2, high * 2) if log else (low - 0.5, high + 0.5)
    locator = LogLocator(numticks=5) if log else MaxNLocator(3)
    marks = [float(mark) for mark in locator.tick_values(low, high) if low <= mark <= high]
    return Axis(low=low, high=high, marks=tuple(marks), log=log)


def lines(
    x: Float[np.ndarray, " point"],
    drawn: Sequence[Line],
    *,
    across: Axis,
    up: Axis,
    x_label: str,
    y_label: str,
    dots: bool = False,
) -> str:
    """The chart, with its name above and its axes described in words.

    Args:
        x: Where the points lie.
        drawn: The lines; gaps where heights are NaN.
        across, up: The axes.
        x_label: What is written under it.
        y_label: What is written above it.
        dots: Whether to mark each point instead of drawing lines.
    """
    columns = LEFT + (RIGHT - LEFT) * across.place(x)
    draw = _dots if dots else _line
    strokes = "".join(draw(columns, _rows(heights, up), choice) for choice, heights in drawn)
    told = escape(f"{y_label}, from {said(up.low)} to {said(up.high)}, against {x_label}")
    return (
        f'<figure class="mn-lines"><figcaption>{escape(y_label)}</figcaption>'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{told}">'
        f"{_frame(across, up, x_label)}{strokes}</svg></figure>"
    )


def said(value: float) -> str:
    """A number as it stands at an axis."""
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return text.replace("-", "\N{MINUS SIGN}")


def _rows(heights: Float[np.ndarray, " point"], up: Axis) -> Float[np.ndarray, " point"]:
    return BOTTOM - (BOTTOM - TOP) * up.place(heights)


def _line(columns: np.ndarray, rows: np.ndarray, choice: int) -> str:
    kept = np.isfinite(rows)
    points = [f"{x:.0f},{y:.1f}" for x, y in zip(columns[kept], rows[kept], strict=True)]
    return f'<path data-value="{choice}" d="M{"L".join(points)}"/>' if points else ""


def _dots(columns: np.ndarray, rows: np.ndarray, choice: int) -> str:
    """Lines of no length with round ends."""
    kept = np.isfinite(rows)
    points = [f"{x:.0f},{y:.1f}h0" for x, y in zip(columns[kept], rows[kept], strict=True)]
    return (
        f'<path class="mn-dots" data-value="{choice}" d="M{"M".join(points)}"/>' if points else ""
    )


def _frame(across: Axis, up: Axis, x_label: str) -> str:
    heights = _rows(np.array(up.marks), up)
    places = LEFT + (RIGHT - LEFT) * across.place(np.array(across.marks))
    ruled = "".join(
        f'<path class="mn-grid" d="M{LEFT},{y:.1f}H{RIGHT}"/>'
        f'<text x="{LEFT - 5}" y="{y + 4:.1f}" text-anchor="end">{said(mark)}</text>'
        for mark, y in zip(up.marks, heights, strict=True)
    )
    below = "".join(
        f'<text x="{x:.1f}" y="{BOTTOM + 13}" text-anchor="middle">{said(mark)}</text>'
        for mark, x in zip(across.marks, places, strict=True)
    )
    middle = (LEFT + RIGHT) // 2
    name = f'<text x="{middle}" y="{HEIGHT - 3}" text-anchor="middle">{escape(x_label)}</text>'
    return f"{ruled}{below}{name}"
