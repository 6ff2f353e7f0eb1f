"""What does one good thing cost of another?

Kinds of models as curves through a plane of two measures, such as few latents against little error:
each dot is one trained model, each line one seed through the settings of its kind.
"""

from collections.abc import Mapping, Sequence

from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mechnotes.plots import style
from mechnotes.plots._arrays import Array, numbers, same_length
from mechnotes.plots.labels import label_end, name_axes, scale_log, spread_labels


def plot_tradeoff(
    kinds: Mapping[str, tuple[Float[Array, "settings seeds"], Float[Array, "settings seeds"]]],
    *,
    x_label: str,
    y_label: str,
    colors: Sequence[str] | None = None,
    marks: Mapping[str, float] | None = None,
    log_x: bool = True,
) -> Figure:
    """Every model as a dot, with a thin line from setting to setting for each seed.

    Args:
        kinds: Name of a kind to its positions along x and y, a row for each setting.
        x_label: Quantity and unit.
        y_label: Quantity and unit, with the meaning of 0 and 1.
        colors: Palette name per kind; series colours by default (at most five kinds).
        marks: Name to position of a thin vertical line.
        log_x: Whether the x axis is logarithmic.

    Raises:
        ValueError: If there is no kind, shapes differ, or a value is infinite.
    """
    if not kinds:
        raise ValueError("kinds: got none; expected at least one. Pass {'name': (x, y)}.")
    names = colors or [f"series-{k + 1}" for k in range(len(style.series(len(kinds))))]
    same_length("kinds", {"kinds": len(kinds), "colors": len(names)})
    figure, ax = style.figure(5.6, 3.5)
    if log_x:
        scale_log(ax)
    for (label, (x, y)), color in zip(kinds.items(), names, strict=True):
        across = numbers(x, "x", axes=("settings", "seeds"))
        up = numbers(y, "y", axes=("settings", "seeds"))
        same_length("settings", {"x": len(across), "y": len(up)})
        drawn = style.color(color)
        ax.plot(across, up, "-o", ms=4, lw=0.8, color=drawn, alpha=0.55, mew=0)
        label_end(ax, across.max(1), up.mean(1), text=label, color=color)
    _draw_marks(ax, marks or {})
    if min(numbers(y, "y", axes=("settings", "seeds")).min() for _, y in kinds.values()) >= 0:
        ax.set_ylim(bottom=0)
    name_axes(ax, x_label=x_label, y_label=y_label)
    return spread_labels(figure)


@style.house()
def _draw_marks(ax: Axes, marks: Mapping[str, float]) -> None:
    for label, at in marks.items():
        ax.axvline(at, color=style.color("rule"), linewidth=1, zorder=0)
        ax.annotate(
            label,
            (at, 1),
            (3, -9),
            xycoords=ax.get_xaxis_transform(),
            textcoords="offset points",
            fontsize=9,
            color=style.color("muted"),
        )
