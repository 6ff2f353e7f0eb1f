"""Could a latent's difference between two groups of texts be an accident of who was in which group?

If the property changes nothing, every way to deal out the labels was equally likely. So deal them
out anew, measure the difference each time, and count how often it is at least as large as with the
true labels: that share is p. Where all relabelings can be listed p is exact, and with seven texts
in each group there are 3432 of them. Otherwise some are drawn at random, and the true labels are
counted among them, so that p is never 0 and its promise still holds.

Every latent has a p of its own here: among 500 latents 25 are below 0.05 by accident. See `maximum`
and `multiple` for what to do about that.

Source:
    Fisher 1935, The Design of Experiments; for drawn relabelings Phipson and Smyth 2010,
    Permutation p-values should never be zero, Stat. Appl. Genet. Mol. Biol. 9(1), article 39:
    p = (b + 1) / (m + 1), b of m drawn ones being at least as large.
"""

import itertools
import math
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mechnotes import rng, validate
from mechnotes.sae.statistics import _sweep
from mechnotes.sae.statistics.results import Alternative, Tested

LARGEST = 4_000_000
"""Most relabelings that are listed or drawn."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Relabelings:
    """Ways to deal out the labels, groups keeping their sizes."""

    rows: Bool[Tensor, "relabeling text"]
    """True where a text counts as having the property; the true labels are among the rows."""
    exact: bool
    """Whether these are all ways there are, each once."""


def relabelings(
    group: Bool[Tensor, " text"], *, at_most: int = 10_000, seed: int = 0
) -> Relabelings:
    """All relabelings of a group if there are at most so many, else so many of them.

    Args:
        group: Which texts have the property.
        at_most: Limit, at least 2.
        seed: Seed of the drawing, where they are drawn.

    Raises:
        ValueError: If a group has fewer than two texts, or a number is out of range.
    """
    validate.integer(at_most, "at_most", minimum=2, maximum=LARGEST)
    _sweep.check_group(group)
    n_texts, n_with = len(group), int(group.sum())
    count = math.comb(n_texts, n_with)
    if count <= at_most:
        return Relabelings(rows=_every(n_texts, n_with, count), exact=True)
    lots = torch.rand(at_most - 1, n_texts, generator=rng.generator(seed, "relabelings"))
    drawn = lots.argsort(dim=1) < n_with
    return Relabelings(rows=torch.cat((group[None].cpu(), drawn)), exact=False)


def compare(
    values: Float[Tensor, "text latent"],
    group: Bool[Tensor, " text"],
    *,
    alternative: Alternative = "greater",
    at_most: int = 10_000,
    seed: int = 0,
) -> Tested:
    """p of every latent by itself, by the difference of the two groups' means.

    Dividing that difference by its standard error would change no p: for one latent the one rises
    with the other.

    Args:
        values: One number for each text and latent; see `Latents.pooled`.
        group: Which texts have the property.
        alternative: "greater" if only firing more counts, or "two-sided".
        at_most: All relabelings are used if there are no more than this, else so many are drawn.
        seed: Seed of the drawing.

    Returns:
        p of each latent; nothing is adjusted for their number.

    Raises:
        ValueError: If the two do not fit, a value is not finite, a group has fewer than two texts,
            no latent varies, or an argument is out of range.
    """
    made = _sweep.checked(values, group, alternative)
    drawn = relabelings(group, at_most=at_most, seed=seed)
    swept = _sweep.sweep(made, group, drawn.rows, alternative=alternative)
    return Tested(
        effect=swept.effect,
        correlation=swept.correlation,
        p=swept.p,
        adjusted=swept.p,
        correction="none",
        alternative=alternative,
        n_with=int(group.sum()),
        n_without=int((~group).sum()),
        n_relabelings=len(drawn.rows),
        exact=drawn.exact,
    )


def _every(n_texts: int, n_with: int, count: int) -> Bool[Tensor, "relabeling text"]:
    chosen = itertools.chain.from_iterable(itertools.combinations(range(n_texts), n_with))
    places = torch.from_numpy(np.fromiter(chosen, np.int64, count * n_with)).view(count, n_with)
    return torch.zeros(count, n_texts, dtype=torch.bool).scatter_(1, places, True)
