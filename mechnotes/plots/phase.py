"""When is the second feature kept? Closed-form bound, numerical edge and trained models.

The plane is relative importance r (across) against density p (up). Below the bound superposition
is guaranteed to pay; the optimised edge lies above it. Each dot is one trained setting, filled
as strongly as it keeps its second feature.
"""

from typing import Any

from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mechnotes.plots import style
from mechnotes.plots._arrays import Array, numbers, same_length
from mechnotes.plots.curves import draw_line
from mechnotes.plots.labels import name_axes, spread_labels


def plot_boundary(
    r: Float[Array, " points"],
    bound: Float[Array, " points"],
    edge: Float[Array, " points"],
    *,
    dots_r: Float[Array, " dots"],
    dots_p: Float[Array, " dots"],
    norm: Float[Array, " dots"],
    bound_label: str = "bound p*",
    edge_label: str = "optimised edge",
) -> Figure:
    """The two boundaries with the trained models as dots.

    Args:
        r: Importance of the second feature over that of the first, for both lines.
        bound: Density below which two antipodal features beat one (closed form).
        edge: Density below which they do when scale and bias are optimised; NaN where not computed.
        dots_r: Relative importance of each trained setting.
        dots_p: Density of each trained setting.
        norm: Norm of the second feature's weight there: 0 dropped, 1 kept.
        bound_label: Name of the first line.
        edge_label: Name of the second line.

    Raises:
        ValueError: If shapes differ or a norm is negative.
    """
    figure, ax = style.figure(5.4, 3.7)
    draw_line(ax, r, bound, color="ink", label=bound_label)
    draw_line(ax, r, edge, color="muted", label=edge_label, dashed=True)
    draw_kept(ax, dots_r, dots_p, norm)
    ax.set_ylim(0, 1)
    name_axes(
        ax,
        x_label="relative importance r of the second feature",
        y_label="density p (share of inputs with the feature on)",
        gap=26.0,
    )
    _draw_key(ax)
    return spread_labels(figure)


@style.house()
def draw_kept(
    ax: Axes,
    x: Float[Array, " dots"],
    y: Float[Array, " dots"],
    norm: Float[Array, " dots"],
) -> None:
    """Dots filled in proportion to a norm: empty at 0, solid at 1 and above.

    Raises:
        ValueError: If shapes differ, or a norm is negative or NaN.
    """
    named = {"x": x, "y": y, "norm": norm}
    values = {name: numbers(value, name, axes=("dots",)) for name, value in named.items()}
    same_length("dots", {name: len(value) for name, value in values.items()})
    if not (values["norm"] >= 0).all():
        raise ValueError(
            f"norm: got {values['norm'].min():.3g}; expected values of at least 0. Pass norms."
        )
    for across, up, strength in zip(*values.values(), strict=True):
        _dot(ax, across, up, fill=min(float(strength), 1.0))


def _dot(ax: Axes, x: float, y: float, *, fill: float, **where: Any) -> None:
    """A ring, and a disc in it of the given strength."""
    teal, paper = style.color("clean"), style.color("paper")
    ring: dict[str, Any] = {
        "marker": "o",
        "markersize": 7,
        "linestyle": "none",
        "zorder": 3,
        **where,
    }
    ax.plot(x, y, markerfacecolor=paper, markeredgecolor=teal, markeredgewidth=1.1, **ring)
    ax.plot(x, y, markerfacecolor=teal, markeredgecolor=teal, markeredgewidth=0, alpha=fill, **ring)


@style.house()
def _draw_key(ax: Axes) -> None:
    for x, fill, text in ((0.02, 1.0, "second feature kept"), (0.52, 0.0, "dropped")):
        _dot(ax, x, 1.05, fill=fill, transform=ax.transAxes, clip_on=False)
        ax.text(x + 0.03, 1.05, text, transform=ax.transAxes, va="center", fontsize=10)
