"""Which latents fire on which word?

Of hundreds of latents a handful is above zero, so a map of all of them is white with a few thin
strokes. `plot_active` draws the strokes.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure

from mechnotes.plots import style
from mechnotes.plots._arrays import Array, numbers, same_length


def plot_active(
    values: Float[Array, "pos latent"], *, words: Sequence[str], label: str = "number of the latent"
) -> Figure:
    """A stroke for every latent that is above zero, at its number, on the line of its word.

    Args:
        values: Latents of one text, at least 0; the longest stroke is the largest value.
        words: The words, as many as rows.
        label: What the horizontal axis counts.

    Raises:
        ValueError: If the words do not fit, or a value is negative or infinite.
    """
    found = numbers(values, "values", axes=("pos", "latent"))
    same_length("words", {"rows": len(found), "words": len(words)})
    if found.size == 0 or found.min() < 0:
        raise ValueError("values: got none or negative ones; expected latents. Pass dense()[0].")
    figure, ax = style.figure(6.4, min(0.28 * len(words) + 0.8, 8.0))
    row, index = np.nonzero(found)
    height = 0.15 + 0.3 * found[row, index] / max(float(found.max()), 1e-12)
    for line in range(len(words)):
        ax.axhline(line, color=style.color("rule"), linewidth=0.6, zorder=0)
    strokes = ax.vlines(index, row - height, row + height, color=style.color("clean"))
    strokes.set_linewidth(1.4)
    ax.set_yticks(range(len(words)), words)
    ax.set_ylim(len(words) - 0.4, -0.6)
    ax.set_xlim(-0.01 * found.shape[1], 1.01 * found.shape[1])
    ax.set_xlabel(label)
    ax.tick_params(axis="y", length=0)
    style.settle(figure)
    return figure
