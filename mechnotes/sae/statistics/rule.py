"""Which latents does a rule of thumb pick, without any test?

The rule: keep a latent that exceeds 0.5 in at least three quarters of a group's texts, and rank
what is left by how well it rises and falls together with the others that are left. Before that,
latents that are among the largest of a second group too are taken out. It is what one writes first,
and it looks at one group only: nothing in it asks whether the latent is *less* active elsewhere.

    shared = rule.shared(values[happy], values[baseline])
    rule.pick(values[happy], without=shared)

Source:
    The threshold, the share and the ranking are those of the walk-through of GPT-2's latents that
    these pages go on from. It counts each latent's correlation with itself, which is 1, into the
    mean; here it is left out. It deletes the shared latents before it numbers the rest, which
    shifts the numbers that it reports; here they are masked.
"""

from collections.abc import Collection
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import validate


@dataclass(frozen=True, kw_only=True, slots=True)
class Picked:
    """Latents that the rule picks, the highest rank first."""

    latents: tuple[int, ...]
    """Their numbers."""
    togetherness: tuple[float, ...]
    """For each the mean of its correlations with the others over the group's texts, from -1 to 1;
    NaN if it is the only one."""


def pick(
    values: Float[Tensor, "text latent"],
    *,
    without: Collection[int] = (),
    threshold: float | int = 0.5,
    share: float | int = 0.75,
) -> Picked:
    """Latents above a threshold in most texts of a group, ranked by how they vary together.

    Args:
        values: One number for each text of the group and each latent.
        without: Latents to leave out, as `shared` finds them.
        threshold: Value to exceed, in the latents' unit.
        share: Share of the texts in which it has to, from 0 to 1.

    Raises:
        ValueError: If there are fewer than two texts, a value is not finite, or a number is out of
            range.
    """
    _check(values, "values")
    validate.number(threshold, "threshold")
    validate.number(share, "share", low=0, high=1)
    passing = (values > threshold).double().mean(0) >= share
    for latent in without:
        passing[validate.integer(latent, "without", maximum=values.shape[1] - 1)] = False
    latents = passing.nonzero().flatten()
    together = _togetherness(values[:, latents])
    order = together.nan_to_num(nan=-2.0).argsort(descending=True, stable=True)
    return Picked(
        latents=tuple(latents[order].tolist()), togetherness=tuple(together[order].tolist())
    )


def shared(
    one: Float[Tensor, "text latent"], other: Float[Tensor, "other_text latent"], *, n: int = 20
) -> tuple[int, ...]:
    """Latents that fire and are among the `n` largest of two groups, by their means over texts.

    Args:
        one: One number for each text of a group and each latent.
        other: The same for another group.
        n: How many are compared.

    Raises:
        ValueError: If the shapes do not fit, a value is not finite, or `n` is no count.
    """
    _check(one, "one")
    _check(other, "other")
    validate.shape(other, "other", ("text", "latent"), latent=one.shape[1])
    validate.integer(n, "n", minimum=1, maximum=one.shape[1])
    sets = []
    for values in (one, other):
        largest = values.mean(0).topk(n)
        sets.append(set(largest.indices[largest.values > 0].tolist()))
    return tuple(sorted(sets[0] & sets[1]))


def _togetherness(values: Float[Tensor, "text latent"]) -> Float[Tensor, " latent"]:
    """Mean correlation of each column with all others; constant columns correlate with none."""
    n_latents = values.shape[1]
    centred = values.double() - values.double().mean(0)
    length = centred.norm(dim=0)
    unit = torch.where(length > 0, centred / length.clamp(min=1e-300), 0.0)
    products = unit.T @ unit
    if n_latents < 2:
        return torch.full((n_latents,), torch.nan, dtype=torch.float64)
    return (products.sum(1) - products.diagonal()) / (n_latents - 1)


def _check(values: Float[Tensor, "text latent"], name: str) -> None:
    validate.shape(values, name, ("text", "latent"))
    validate.finite(values, name)
    if len(values) < 2:
        validate.refuse(
            name,
            got="one text",
            expected="at least two texts of a group",
            fix="Take more texts; the rule asks in how many of them a latent is active.",
        )
