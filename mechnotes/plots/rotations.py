"""Which frequencies does an embedding use, and how do its numbers lie on a circle?

Spectra stand one over the other with one scale, so that heights compare; frequencies that are
marked have the accent's colour and their number. Circles are small multiples of points that are
joined in the order of their angle, with a few numbers named.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mechnotes.plots import style
from mechnotes.plots._arrays import Array, numbers, same_length

_NAMED = 3  # the first numbers, enough to show the sense of rotation and the step


@style.house()
def draw_spectrum(
    ax: Axes, shares: Float[Array, " frequency"], *, marked: Sequence[int] = ()
) -> None:
    """Share of each frequency as a bar.

    Args:
        ax: Where to draw.
        shares: Share of frequency k at index k−1, from 0 to 1.
        marked: Frequencies to colour and to name.

    Raises:
        ValueError: If a share is negative, or a marked frequency has none.
    """
    heights = numbers(shares, "shares", axes=("frequency",))
    if np.nanmin(heights) < 0 or any(not 1 <= k <= len(heights) for k in marked):
        raise ValueError(
            f"shares: got {len(heights)} from {np.nanmin(heights):g}, marked {tuple(marked)}; "
            "expected shares of at least 0 and marks among their frequencies. Count from 1."
        )
    places = np.arange(1, len(heights) + 1)
    colors = [style.color("clean" if k in marked else "control") for k in places]
    ax.bar(places, heights, 0.8, color=colors)
    for k in marked:
        ax.annotate(
            str(k),
            (k, heights[k - 1]),
            xytext=(0, 2),
            textcoords="offset points",
            ha="center",
            va="bottom",
            color=style.color("clean"),
        )
    ax.set(xlim=(0, len(heights) + 1))


def plot_spectra(
    shares: Float[Array, "panels frequency"],
    *,
    titles: Sequence[str],
    marked: Sequence[Sequence[int]],
    x_label: str = "frequency k",
) -> Figure:
    """Spectra one over the other, with one scale.

    Args:
        shares: Share of frequency k at index k−1 of each panel, from 0 to 1.
        titles: One for each panel, with the quantity.
        marked: Frequencies to colour and to name in each panel.
        x_label: What a bar is.

    Raises:
        ValueError: If titles, marks and panels differ in number, or as `draw_spectrum`.
    """
    found = numbers(shares, "shares", axes=("panels", "frequency"))
    counts = {"shares": len(found), "titles": len(titles), "marked": len(marked)}
    same_length("panels", counts)
    size = (6.0, min(7.0, 1.45 * len(found) + 0.5))
    figure, axes = style.figure(*size, nrows=len(found), ncols=1, squeeze=False, sharex=True)
    top = 1.25 * float(np.nanmax(found))
    for ax, row, title, named in zip(axes[:, 0], found, titles, marked, strict=True):
        draw_spectrum(ax, row, marked=named)
        ax.set(ylim=(0, top))
        ax.set_title(title, loc="left")
    axes[-1, 0].set_xlabel(x_label)
    style.settle(figure)
    return figure


@style.house()
def draw_circle(ax: Axes, points: Float[Array, "number 2"], *, frequency: int) -> None:
    """Numbers in a plane, joined in the order of the angle that a frequency gives them.

    Args:
        ax: Where to draw; becomes a bare square panel.
        points: Two coordinates of each number.
        frequency: Number a has the angle 2πka/p.

    Raises:
        ValueError: If the points are not in a plane.
    """
    places = numbers(points, "points", axes=("number", "plane"))
    if places.shape[1] != 2:
        raise ValueError(f"points: got {places.shape[1]} coordinates; expected 2. Project them.")
    order = np.argsort(frequency * np.arange(len(places)) % len(places))
    ring = places[[*order, order[0]]]
    ax.plot(*ring.T, color=style.color("rule"), linewidth=1, zorder=1)
    ax.plot(*places.T, "o", markersize=3, color=style.color("clean"), zorder=2)
    reach = 1.3 * float(np.abs(places).max())
    for number, place in enumerate(places[:_NAMED]):
        ax.plot(*place, "o", markersize=6, color=style.color("corrupted"), zorder=3)
        x, y = 1.16 * place
        ax.text(
            x,
            y,
            str(number),
            ha="center",
            va="center",
            color=style.color("ink"),
            fontsize=10,
        )
    ax.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
    style.bare(ax)


def plot_circles(
    points: Float[Array, "panels number 2"],
    *,
    frequencies: Sequence[int],
    titles: Sequence[str],
    columns: int = 3,
) -> Figure:
    """Small multiples of numbers in the planes of frequencies.

    Args:
        points: Two coordinates of each number, for each panel.
        frequencies: The frequency of each panel.
        titles: One for each panel.
        columns: Panels per row, 1 to 4.

    Raises:
        ValueError: If the shapes, titles or columns do not fit.
    """
    found = numbers(points, "points", axes=("panels", "number", "plane"))
    counts = {"points": len(found), "frequencies": len(frequencies), "titles": len(titles)}
    same_length("panels", counts)
    if not 1 <= columns <= 4:
        raise ValueError(f"columns: got {columns}; expected 1 to 4. Panels must stay legible.")
    columns = min(columns, len(found))
    rows = -(-len(found) // columns)
    side = 6.0 / max(columns, 3)
    size = (side * columns, (side + 0.3) * rows)
    figure, axes = style.figure(*size, nrows=rows, ncols=columns, squeeze=False)
    for ax, panel, k, title in zip(axes.flat, found, frequencies, titles, strict=False):
        draw_circle(ax, panel, frequency=k)
        ax.set_title(title, fontsize=10, loc="center", pad=3)
    for ax in axes.flat[len(found) :]:
        ax.set_visible(False)
    style.settle(figure)
    return figure
