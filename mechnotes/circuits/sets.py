"""Sets of heads: all of them, the strongest of a sweep, and random ones to compare with."""

from collections.abc import Collection, Sequence

import torch

from mechnotes import hooks, rng, validate
from mechnotes._typing import LanguageModel
from mechnotes.patching import _checks
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
        ValueError: If a head does not exist or comes twice, or the model has too few others.
    """
    chosen = existing(model, heads, "heads")
    size, others = len(chosen), [head for head in every_head(model) if head not in chosen]
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


def existing(model: LanguageModel, heads: Collection[Head], name: str) -> tuple[Head, ...]:
    """The heads as a tuple, in the order given.

    Args:
        model: The model.
        heads: Layer and head of each.
        name: Name used in the message.

    Raises:
        ValueError: If the model has no such head, or one comes twice.
    """
    _checks.heads(hooks.check_model(model), heads, name)
    listed = tuple(heads)
    if repeated := len(listed) - len(set(listed)):
        validate.refuse(
            name,
            got=f"{repeated} head{'s' * (repeated > 1)} more than once",
            expected="each head once",
            fix=f"Pass {name}=set({name}).",
        )
    return listed
