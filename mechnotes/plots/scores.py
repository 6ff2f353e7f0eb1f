"""How do several models do on several tasks, and how likely are several words?

Both are a list of names at the left and values from 0 to 1 at the right: dots for the seeds beside
the mark of a baseline, or bars for two readers side by side.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mechnotes.plots import style
from mechnotes.plots._arrays import Array, numbers, same_length


def plot_scores(
    values: Float[Array, "seeds tasks"],
    *,
    baseline: Float[Array, " tasks"],
    names: Sequence[str],
    label: str,
    bars: Float[Array, " tasks"] | None = None,
) -> Figure:
    """Every seed as a dot, the baseline as a grey mark, the bar to reach as a thin line.

    Args:
        values: Scores from 0 to 1.
        baseline: Scores of the baseline; NaN for none.
        names: Names of the tasks, from the top.
        label: What the score is, with the meaning of 0 and 1.
        bars: Scores that were to be reached; NaN for none.

    Raises:
        ValueError: If the shapes do not fit each other.
    """
    found = numbers(values, "values", axes=("seeds", "tasks"))
    low = numbers(baseline, "baseline", axes=("tasks",))
    counts = {"values": found.shape[1], "baseline": len(low), "names": len(names)}
    same_length("tasks", counts)
    figure, ax = style.figure(6.2, 0.36 * len(names) + 0.9)
    with style.house():
        for task, name in enumerate(names):
            ax.axhline(task, color=style.color("rule"), linewidth=0.6, zorder=0)
            if bars is not None:
                _mark(ax, float(bars[task]), task, color="ink", width=0.8)
            _mark(ax, low[task], task, color="control", width=2.6)
            ax.plot(found[:, task], [task] * len(found), "o", ms=5.5, color=style.color("clean"))
            ax.text(-0.03, task, name, ha="right", va="center")
        ax.set(xlim=(0, 1.02), ylim=(len(names) - 0.4, -0.6), xlabel=label, yticks=[])
        ax.spines["left"].set_visible(False)
    style.settle(figure)
    return figure


def plot_words(
    chances: Float[Array, "readers words"], *, words: Sequence[str], readers: Sequence[str]
) -> Figure:
    """How likely each reader finds each word: paired bars.

    Args:
        chances: Probabilities of at most four readers.
        words: Names of the words, from the top.
        readers: Names of the readers, written into the key.

    Raises:
        ValueError: If the shapes do not fit each other or there are more than four readers.
    """
    found = numbers(chances, "chances", axes=("readers", "words"))
    same_length("words", {"chances": found.shape[1], "words": len(words)})
    same_length("readers", {"chances": len(found), "readers": len(readers)})
    colors = ("clean", "control", "corrupted", "negative")
    if len(readers) > len(colors):
        raise ValueError(
            f"readers: got {len(readers)}; expected at most {len(colors)}. Draw two figures."
        )
    figure, ax = style.figure(5.4, 0.4 * len(words) + 1.1)
    thickness = 0.8 / len(readers)
    with style.house():
        for index, (reader, color) in enumerate(zip(readers, colors, strict=False)):
            heights = np.arange(len(words)) + (index - (len(readers) - 1) / 2) * thickness
            ax.barh(heights, found[index], thickness, color=style.color(color), label=reader)
        ax.set_yticks(range(len(words)), words)
        ax.set(ylim=(len(words) - 0.4, -0.6), xlabel="chance of being next", xlim=(0, None))
        ax.tick_params(axis="y", length=0)
        ax.legend(loc="lower right")
    style.settle(figure)
    return figure


def _mark(ax: Axes, value: float, task: int, *, color: str, width: float) -> None:
    if np.isfinite(value):
        drawn = style.color(color)
        ax.plot([value, value], [task - 0.28, task + 0.28], color=drawn, linewidth=width)


def plot_shares(values: Float[Array, " parts"], *, names: Sequence[str], label: str) -> Figure:
    """What each part adds to a sum: bars from zero, teal for more and violet for less.

    Args:
        values: Signed shares in the unit of the sum.
        names: Names of the parts, from the top.
        label: Quantity and unit, with the meaning of the sign.

    Raises:
        ValueError: If the shapes do not fit each other.
    """
    found = numbers(values, "values", axes=("parts",))
    same_length("parts", {"values": len(found), "names": len(names)})
    figure, ax = style.figure(5.4, 0.34 * len(names) + 0.9)
    colors = [style.color("negative" if value < 0 else "clean") for value in found]
    with style.house():
        ax.barh(range(len(found)), found, 0.7, color=colors)
        ax.axvline(0, color=style.color("rule"), linewidth=0.8)
        ax.set_yticks(range(len(names)), names)
        ax.set(ylim=(len(names) - 0.4, -0.6), xlabel=label)
        ax.tick_params(axis="y", length=0)
        ax.spines["left"].set_visible(False)
    style.settle(figure)
    return figure
