"""Which word reads from which?

An attention pattern with the words themselves along both sides: each row is a word that reads, each
column a word that is read.
"""

from collections.abc import Sequence

from jaxtyping import Float
from matplotlib.figure import Figure

from mechnotes.plots import style
from mechnotes.plots._arrays import Array, numbers, same_length
from mechnotes.plots.heatmap import draw_matrix


def plot_pattern(pattern: Float[Array, "readers read"], *, words: Sequence[str]) -> Figure:
    """One head's attention on one text, from 0 (white) to 1 (dark).

    Args:
        pattern: Weights; each row sums to 1.
        words: Words of the text, as many as rows and columns.

    Raises:
        ValueError: If the words do not fit, or a weight is negative or infinite.
    """
    found = numbers(pattern, "pattern", axes=("readers", "read"))
    counts = {"rows": found.shape[0], "columns": found.shape[1], "words": len(words)}
    same_length("words", counts)
    side = min(0.22 * len(words) + 0.7, 7.0)
    figure, ax = style.figure(side, side)
    draw_matrix(ax, found, limit=1.0, signed=False)
    ax.set_yticks(range(len(words)), words)
    ax.set_xticks(range(len(words)), words, rotation=90)
    ax.xaxis.set_ticks_position("top")
    ax.tick_params(length=0)
    style.settle(figure)
    return figure
