"""What stands in the place of an activation that is taken away?"""

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import rng, validate

KINDS = ("zero", "mean", "position_mean", "resample")
"""Nothing; one mean for all prompts and positions; a mean for each position; another prompt's.

An attention pattern has no second kind: its axes are prompt, head, reader and position read."""


def stand_in(
    stored: Float[Tensor, "prompt pos ..."], kind: str, *, n_prompts: int, seed: int = 0
) -> Float[Tensor, "n_prompts pos ..."]:
    """A value for each of several prompts to put in the place of an activation.

    Args:
        stored: Activations of the reference prompts.
        kind: One of `KINDS`.
        n_prompts: Prompts to find values for.
        seed: Seed of the drawing, for "resample". With as many prompts as stored ones, none is
            given the value that is stored in its own row.

    Raises:
        ValueError: If the kind is unknown, or there is one prompt only to resample from.
    """
    validate.choice(kind, "kind", KINDS)
    shape = (n_prompts, *stored.shape[1:])
    if kind == "zero":
        return stored.new_zeros(shape)
    if kind == "mean":
        return stored.mean((0, 1)).expand(shape)
    if kind == "position_mean":
        return stored.mean(0).expand(shape)
    return stored[_others(len(stored), n_prompts, validate.seed(seed)).to(stored.device)]


def _others(n_stored: int, n_prompts: int, seed: int) -> Tensor:
    """For each prompt the row of another one: each row follows another on one random circle."""
    if n_stored < 2:
        validate.refuse(
            "reference",
            got="a single prompt",
            expected="at least two prompts to resample from",
            fix='Pass more pairs, or kind="mean".',
        )
    circle = torch.randperm(n_stored, generator=rng.generator(seed, "resample"))
    after = torch.empty_like(circle)
    after[circle] = circle.roll(1)
    return after[torch.arange(n_prompts) % n_stored]
