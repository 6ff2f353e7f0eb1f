"""How does information run through a transformer? The residual stream, drawn."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mechnotes import validate
from mechnotes.plots import style
from mechnotes.plots._sketch import draw_arrow, draw_box, write

_LINE = 1.0  # height of the stream
_STEP = 3.4  # width of a block


def plot_residual_stream(*, n_layers: int = 2) -> Figure:
    """The residual stream from embedding to logits, with what each block adds.

    Args:
        n_layers: Number of blocks, 1 to 3.

    Raises:
        ValueError: If the number of blocks does not fit the drawing.
    """
    validate.integer(n_layers, "n_layers", minimum=1, maximum=3)
    figure, ax = style.figure(1.4 * n_layers + 2.6, 2.5)
    end = 2.2 + _STEP * n_layers
    with style.house():
        style.bare(ax)
        ax.set(xlim=(-1.0, end + 2.2), ylim=(-0.4, 4.1))
        draw_box(ax, (-0.9, 0.45), (2.2, 1.1), edge=style.color("muted"))
        write(ax, (0.2, _LINE), "embedding", color=style.color("ink"), size=9.5)
        draw_arrow(ax, (1.3, _LINE), (end, _LINE), color=style.color("ink"), width=2.2)
        for layer in range(n_layers):
            _draw_block(ax, 1.6 + _STEP * layer, layer)
        draw_box(ax, (end, 0.45), (2.1, 1.1), edge=style.color("muted"))
        write(ax, (end + 1.05, _LINE), "unembed\nto logits", color=style.color("ink"), size=9.5)
        write(ax, (1.4, 0.1), "resid_pre", color=style.color("muted"), size=9.0, ha="left")
        write(ax, (end - 0.15, 0.1), "resid_post", color=style.color("muted"), size=9.0, ha="right")
    style.settle(figure)
    return figure


def _draw_block(ax: Axes, left: float, layer: int) -> None:
    """Attention and MLP of a block: each reads from the line and adds to it."""
    for offset, name, color in ((0.2, "heads", "clean"), (1.75, "MLP", "control")):
        x, drawn = left + offset, style.color(color)
        draw_arrow(ax, (x + 0.1, _LINE), (x + 0.1, 2.1), color=drawn, width=1.3)
        draw_box(ax, (x - 0.15, 2.1), (1.35, 0.9), edge=drawn)
        write(ax, (x + 0.52, 2.55), name, color=style.color("ink"), size=9.5)
        draw_arrow(ax, (x + 0.95, 2.1), (x + 0.95, _LINE + 0.08), color=drawn, width=1.3)
    write(ax, (left + 1.5, 3.5), f"block {layer}", color=style.color("muted"), size=9.5)
