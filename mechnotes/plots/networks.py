"""Which node tells which? A small network drawn as boxes in columns, with arrows between them."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mechnotes.plots import style
from mechnotes.plots._sketch import Point, draw_arrow, draw_box, write

Edge = tuple[str, str]
"""Sender and receiver."""
_WIDTH, _HEIGHT = 1.5, 0.62


def plot_network(
    columns: Sequence[Sequence[str]],
    edges: Mapping[Edge, str],
    *,
    notes: Mapping[Edge, str] | None = None,
    marked: Sequence[str] = (),
) -> Figure:
    """Boxes from left to right and arrows between them.

    Args:
        columns: Names of the nodes, column by column, each from the top.
        edges: Meaning of each arrow's colour: "clean" for what carries the answer, "corrupted" for
            what is patched, "control" for the rest (thin and dashed), "negative" for what opposes.
        notes: Words written at the middle of arrows.
        marked: Nodes that are patched.

    Raises:
        ValueError: If an edge or a mark names no node, or a node has two places.
    """
    places = _places(columns)
    for name in (*marked, *(name for edge in edges for name in edge)):
        if name not in places:
            raise ValueError(f"node: got {name!r}; expected one of {list(places)}. Add it.")
    n_rows = max(len(column) for column in columns)
    figure, ax = style.figure(min(7.0, 2.0 * len(columns)), min(4.0, 0.9 * n_rows + 0.5))
    style.bare(ax)
    for edge, meaning in edges.items():
        _draw_edge(ax, places, edge, meaning)
    for edge, text in (notes or {}).items():
        (x1, y1), (x2, y2) = (places[name] for name in edge)
        write(ax, ((x1 + x2) / 2, (y1 + y2) / 2 + 0.2), text, color=style.color("muted"), size=10.0)
    for name, (x, y) in places.items():
        line = style.color("corrupted" if name in marked else "muted")
        corner = (x - _WIDTH / 2, y - _HEIGHT / 2)
        draw_box(ax, corner, (_WIDTH, _HEIGHT), edge=line, fill=style.color("paper"))
        write(ax, (x, y), name, color=style.color("ink"))
    x_last = 2.4 * (len(columns) - 1) + _WIDTH / 2
    ax.set(xlim=(-_WIDTH / 2 - 0.1, x_last + 0.1), ylim=(-n_rows / 2 - 0.1, n_rows / 2 + 0.1))
    style.settle(figure)
    return figure


def _places(columns: Sequence[Sequence[str]]) -> dict[str, Point]:
    """Centre of each box; columns are centred on the same line."""
    places: dict[str, Point] = {}
    for column, names in enumerate(columns):
        for row, name in enumerate(names):
            if name in places:
                raise ValueError(f"node: got {name!r} twice; expected one place. Rename one.")
            places[name] = (2.4 * column, (len(names) - 1) / 2 - row)
    return places


def _draw_edge(ax: Axes, places: Mapping[str, Point], edge: Edge, meaning: str) -> None:
    (x1, y1), (x2, y2) = (places[name] for name in edge)
    quiet = meaning == "control"
    draw_arrow(
        ax,
        (x1 + _WIDTH / 2, y1),
        (x2 - _WIDTH / 2 - 0.04, y2),
        color=style.color(meaning),
        width=1.0 if quiet else 2.0,
        dashed=quiet,
    )
