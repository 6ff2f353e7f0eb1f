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
    return of_sides(values, sides(truth, chosen=chosen, narrow=narrow))


@dataclass(frozen=True, kw_only=True, eq=False)
class Sides:
    """Narrow properties on both sides, laid out once for many kinds of units."""

    chosen: Bool[Tensor, " token"]
    """Tokens on which a property is chosen; on the rest its share is measured."""
    allowed: Int[Tensor, " narrow"]
    """Numbers of the narrow properties."""
    choice: Float[Tensor, "chosen narrow"]
    """1 where each is true, of the tokens for choosing."""
    rest: Float[Tensor, "narrow rest"]
    """1 where each is true, of the others."""


def sides(
    truth: Bool[Tensor, "token property"],
    *,
    chosen: Bool[Tensor, " token"],
    narrow: float | int = NARROW,
) -> Sides:
    """Lay out the truth for `of_sides`.

    Raises:
        ValueError: If no property is narrow; see `specificity`.
    """
    validate.number(narrow, "narrow", low=0.0, high=1.0)
    allowed = (labels.counts(truth) / len(truth) <= narrow).nonzero()[:, 0]
    if not len(allowed):
        validate.refuse(
            "truth",
            got=f"no property that is true of at most {narrow} of the tokens",
            expected="some narrow properties",
            fix="Take them from properties.properties(text).",
        )
    kept = truth[:, allowed]
    rest = kept[~chosen].T.float()
    return Sides(chosen=chosen, allowed=allowed, choice=kept[chosen].float(), rest=rest)


def of_sides(values: Float[Tensor, "token unit"], known: Sides) -> Specific:
    """As `specificity`, of a truth that was laid out before.

    Raises:
        ValueError: If there is not one value for each token.
    """
    validate.shape(values, "values", ("token", "unit"), token=len(known.chosen))
    choice = values[known.chosen]
    usual = _medians(choice)
    said = _said(choice, usual)
    best = ((said.T @ known.choice) / said.sum(0)[:, None]).nan_to_num(-1).argmax(1)
    found = _said(values[~known.chosen], usual)
    right = (found.T * known.rest[best]).sum(1)
    return Specific(property=known.allowed[best], share=right / found.sum(0))


def shares(
    values: Float[Tensor, "token unit"], truth: Bool[Tensor, "token property"]
) -> Float[Tensor, "unit property"]:
    """Share of all that each unit says on the tokens of each property.

    Over properties of which exactly one is true of each token, as `properties.slots`, rows sum
    to 1. Rows of units that never change are NaN.
    """
    said = _said(values, _medians(values))
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
    both = labels.counts(fires[chosen])[:, None] + labels.counts(truth[chosen])
    best = (2 * hits / both).argmax(1)
    fired, right = fires[~chosen], truth[~chosen][:, best]
    hits = labels.counts(fired & right)
    precision, recall = hits / labels.counts(fired), hits / labels.counts(right)
    return Described(property=best, precision=precision, recall=recall)


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
    values: Float[Tensor, "token unit"], usual: Float[Tensor, " unit"]
) -> Float[Tensor, "token unit"]:
    """Squared height above what is usual."""
    return (values - usual).clamp(min=0).square()


def _medians(values: Float[Tensor, "token unit"]) -> Float[Tensor, " unit"]:
    """Median of each unit; of an even number the lower one of the two in the middle.

    Most latents are at their smallest value, 0, on most tokens: there nothing needs to be sorted.
    """
    medians = values.amin(0)
    above = labels.counts(values > medians) > len(values) // 2
    if above.any():
        medians[above] = values[:, above].median(0).values
    return medians
