"""How specific is a unit: does all that it says belong to one thing?

What a unit says at a token is how far its value lies above its median, squared, for most units
carry information where they are high and stay near their median elsewhere. A unit's *specificity*
is the largest share of all it says that lies on the tokens of one narrow property: 1 for a unit
that speaks of one thing only, 1/n for one that speaks equally of n unrelated things. The property
is chosen on one half of the texts and the share measured on the other. A unit that says one thing
in a part of its cases only, as when a feature is split among latents, is still specific.

It is measured the same way of activations that were turned by a random rotation: they carry the
same information along directions that mean nothing.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from mechnotes import rng, validate
from mechnotes.sae.meaning import labels

NARROW = 0.05
"""A property is narrow if it is true of at most this share of tokens."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Specific:
    """What each unit speaks of most, measured on texts that were not used to choose it."""

    property: Int[Tensor, " unit"]
    """Which property."""
    share: Float[Tensor, " unit"]
    """Share of all the unit says that lies on its tokens, from 0 to 1; NaN for a unit that never
    changes."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Described:
    """Which property comes nearest to where each latent fires, judged on other texts."""

    property: Int[Tensor, " latent"]
    """Which property."""
    precision: Float[Tensor, " latent"]
    """Of the tokens on which the latent fires, the share with the property; NaN for none."""
    recall: Float[Tensor, " latent"]
    """Of the tokens with the property, the share on which the latent fires."""


def specificity(
    values: Float[Tensor, "token unit"],
    truth: Bool[Tensor, "token property"],
    *,
    chosen: Bool[Tensor, " token"],
    narrow: float | int = NARROW,
) -> Specific:
    """What each unit speaks of most, and how much of all it says that is.

    Args:
        values: Values of all units.
        truth: Where each property is true.
        chosen: Tokens on which the property is chosen; on the rest the share is measured.
        narrow: Properties that are true of a larger share of tokens are passed over: of what is
            true almost everywhere, everything speaks.

    Raises:
        ValueError: As `labels.score`, or if no property is narrow.
    """
    labels.check(values, truth, chosen)
    allowed = (truth.float().mean(0) <= narrow).nonzero()[:, 0]
    if not len(allowed):
        validate.refuse(
            "truth",
            got=f"no property that is true of at most {narrow} of the tokens",
            expected="some narrow properties",
            fix="Take them from properties.properties(text).",
        )
    said = shares(values[chosen], truth[chosen][:, allowed])
    best = allowed[said.nan_to_num(-1).argmax(1)]
    found = _said(values[~chosen], values[chosen])
    right = (found * truth[~chosen][:, best]).sum(0)
    return Specific(property=best, share=right / found.sum(0))


def shares(
    values: Float[Tensor, "token unit"], truth: Bool[Tensor, "token property"]
) -> Float[Tensor, "unit property"]:
    """Share of all that each unit says on the tokens of each property.

    Over properties of which exactly one is true of each token, as `properties.slots`, rows sum
    to 1. Rows of units that never change are NaN.
    """
    said = _said(values, values)
    return (said.T @ truth.float()) / said.sum(0)[:, None]


def describe(
    latents: Float[Tensor, "token latent"],
    truth: Bool[Tensor, "token property"],
    *,
    chosen: Bool[Tensor, " token"],
) -> Described:
    """Describe each latent by the property that has the highest F1 with "it fires".

    A latent that never fires has no description: its property is any, its precision NaN.

    Args:
        latents: Values of latents, 0 where they do not fire.
        truth: Where each property is true.
        chosen: Tokens on which the property is chosen; the rest is judged.

    Raises:
        ValueError: As `labels.score`.
    """
    labels.check(latents, truth, chosen)
    fires = latents > 0
    hits = fires[chosen].float().T @ truth[chosen].float()
    both = fires[chosen].sum(0)[:, None] + truth[chosen].sum(0)
    best = (2 * hits / both).argmax(1)
    fired, right = fires[~chosen], truth[~chosen][:, best]
    hits = (fired & right).sum(0)
    return Described(property=best, precision=hits / fired.sum(0), recall=hits / right.sum(0))


def by_strength(
    latents: Float[Tensor, "token latent"],
    right: Bool[Tensor, "token latent"],
    *,
    parts: int = 10,
) -> Float[Tensor, "latent part"]:
    """How often a description holds where a latent is weak, and where it is strong.

    Args:
        latents: Values of latents, 0 where they do not fire.
        right: Where the description of each latent holds, for example `truth[:, property]`.
        parts: Equal parts into which the tokens on which a latent fires are cut, by its value.

    Returns:
        Share of tokens on which the description holds, from the weakest part to the strongest; NaN
        for latents that fire on fewer tokens than there are parts.

    Raises:
        ValueError: If the shapes differ or `parts` is no count.
    """
    n_tokens, n_latents = validate.shape(latents, "latents", ("token", "latent")).shape
    validate.shape(right, "right", ("token", "latent"), token=n_tokens, latent=n_latents)
    validate.integer(parts, "parts", minimum=1)
    found = torch.full((n_latents, parts), torch.nan)
    for latent in range(n_latents):
        (on,) = (latents[:, latent] > 0).nonzero(as_tuple=True)
        if len(on) >= parts:
            holds = right[on[latents[on, latent].argsort()], latent].float()
            found[latent] = torch.stack([part.mean() for part in holds.tensor_split(parts)])
    return found


def rotated(values: Float[Tensor, "token unit"], *, seed: int) -> Float[Tensor, "token unit"]:
    """The same activations in other coordinates: turned by a random rotation.

    Args:
        values: Activations.
        seed: Seed of the rotation.

    Raises:
        ValueError: If the values are not a table, or the seed is none.
    """
    width = validate.shape(values, "values", ("token", "unit")).shape[1]
    generator = rng.generator(validate.seed(seed), "rotation")
    Q, R = torch.linalg.qr(torch.randn(width, width, generator=generator, dtype=torch.float64))
    return values @ (Q * R.diagonal().sign()).to(values.dtype)


def _said(
    values: Float[Tensor, "token unit"], usual: Float[Tensor, "other unit"]
) -> Float[Tensor, "token unit"]:
    """Squared height above the median of what is usual."""
    return (values - usual.median(0).values).clamp(min=0).square()
