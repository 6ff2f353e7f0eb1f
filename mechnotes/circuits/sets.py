"""Sets of heads: all of them, the strongest of a sweep, and random ones to compare with."""

from collections.abc import Collection, Sequence

import torch

from mechnotes import rng, validate
from mechnotes._typing import LanguageModel
from mechnotes.patching.results import PatchResult

Head = tuple[int, int]
"""Layer and head."""


def every_head(model: LanguageModel) -> tuple[Head, ...]:
    """All heads of a model, layer by layer."""
    return tuple((n, h) for n in range(model.cfg.n_layers) for h in range(model.cfg.n_heads))


def strongest(sweep: PatchResult, k: int) -> tuple[Head, ...]:
    """The heads that a sweep by layer and head moved most, strongest first.

    Raises:
        ValueError: If the sweep has other axes.
    """
    if sweep.axes != ("layer", "head"):
        validate.refuse(
            "sweep",
            got=f"axes {sweep.axes}",
            expected='axes ("layer", "head")',
            fix='Patch with positions="all" and heads="each".',
        )
    return tuple((int(p.where[0][1]), int(p.where[1][1])) for p in sweep.top(k))


def random_sets(
    model: LanguageModel, heads: Collection[Head], *, n_sets: int, seed: int
) -> tuple[tuple[Head, ...], ...]:
    """As many other heads, drawn at random: the control for statements about a set of heads.

    Args:
        model: The model.
        heads: The set; the random ones have none of its heads.
        n_sets: How many sets to draw.
        seed: Seed of the drawing.

    Raises:
        ValueError: If the model has too few other heads.
    """
    size, others = len(distinct(heads)), [h for h in every_head(model) if h not in set(heads)]
    if size > len(others):
        validate.refuse(
            "heads",
            got=f"{size} of {size + len(others)}",
            expected="at most half of the model's heads",
            fix="Ask about fewer heads: otherwise there are no others to compare them with.",
        )
    generator = rng.generator(validate.seed(seed), "random sets")
    validate.integer(n_sets, "n_sets", minimum=1)
    orders = [torch.randperm(len(others), generator=generator)[:size] for _ in range(n_sets)]
    return tuple(tuple(others[i] for i in order.tolist()) for order in orders)


def subsets(heads: Sequence[Head], *, n_sets: int, seed: int) -> tuple[tuple[Head, ...], ...]:
    """Random subsets; each head is in one with probability one half.

    Args:
        heads: Heads to choose from.
        n_sets: How many subsets.
        seed: Seed of the drawing.

    Raises:
        ValueError: If the number or the seed is none.
    """
    validate.integer(n_sets, "n_sets", minimum=1)
    generator = rng.generator(validate.seed(seed), "subsets")
    chosen = torch.rand(n_sets, len(heads), generator=generator) < 0.5
    return tuple(
        tuple(head for head, taken in zip(heads, row, strict=True) if taken)
        for row in chosen.tolist()
    )


def distinct(heads: Collection[Head]) -> tuple[Head, ...]:
    """The heads as a tuple.

    Raises:
        ValueError: If a head comes twice.
    """
    listed = tuple(heads)
    if repeated := len(listed) - len(set(listed)):
        validate.refuse(
            "circuit",
            got=f"{repeated} heads more than once",
            expected="each head once",
            fix="Pass a set.",
        )
    return listed
