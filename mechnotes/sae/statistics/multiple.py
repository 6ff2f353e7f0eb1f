"""What becomes of many p-values, when each latent was tested by itself?

Bonferroni multiplies p by the number of latents: then the chance of any false finding is at most
the level. Benjamini and Hochberg let in more and bound the expected share of false ones among the
findings. Both stand and fall with how small a p-value can be. Seven texts against seven give no p
below 1/3432, so with 24,576 latents Bonferroni cannot find anything, and Benjamini-Hochberg nothing
unless 144 latents are all at that minimum. That is an honest answer for exact p-values. For drawn
relabelings it would be an accident of how many were drawn, so p-values of those are refused:
`maximum` does with some hundred relabelings what these two need millions for.

Source:
    Benjamini and Hochberg 1995, J. R. Stat. Soc. B 57, 289-300, for independent p-values;
    Benjamini and Yekutieli 2001, Ann. Stat. 29, 1165-1188, that it also holds where p-values depend
    on each other positively.
"""

import math
from dataclasses import replace

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mechnotes import validate
from mechnotes.sae.statistics import _sweep, permutation
from mechnotes.sae.statistics.results import Tested


def bonferroni(tested: Tested) -> Tested:
    """p times the number of latents, at most 1.

    Args:
        tested: What `permutation.compare` found, from all relabelings.

    Raises:
        ValueError: If p is adjusted already, or relabelings were drawn instead of listed.
    """
    _check(tested)
    adjusted = (tested.p * len(tested.p)).clamp(max=1)
    return replace(tested, adjusted=adjusted, correction="Bonferroni")


def benjamini_hochberg(tested: Tested) -> Tested:
    """The level at which a latent is first found if the share of false findings is bounded.

    Args:
        tested: What `permutation.compare` found, from all relabelings.

    Raises:
        ValueError: As `bonferroni`.
    """
    _check(tested)
    return replace(tested, adjusted=step_up(tested.p), correction="Benjamini-Hochberg")


def step_up(p: Float[Tensor, " latent"]) -> Float[Tensor, " latent"]:
    """Adjusted p of Benjamini and Hochberg.

    The k-th smallest of n p-values times n / k; and no p may get a larger one than a larger p has.

    Args:
        p: p-values from 0 to 1.

    Raises:
        ValueError: If they are not.
    """
    validate.between(validate.shape(p, "p", ("latent",)), "p", low=0, high=1)
    order = p.argsort(descending=True, stable=True)
    rank = torch.arange(len(p), 0, -1, dtype=p.dtype)
    raised = p[order] * len(p) / rank
    adjusted = torch.empty_like(p)
    adjusted[order] = raised.cummin(0).values.clamp(max=1)
    return adjusted


def adjusted_p(
    values: Float[Tensor, "text latent"], group: Bool[Tensor, " text"]
) -> Float[Tensor, " latent"]:
    """Exact one-sided permutation p of each latent, adjusted by Benjamini and Hochberg.

    Args:
        values: One number for each text and latent.
        group: Which texts have the property; few enough that all relabelings can be listed.

    Raises:
        ValueError: As `permutation.compare`, or if there are too many relabelings.
    """
    _sweep.check(values, group, "greater")
    if math.comb(len(group), int(group.sum())) > permutation.LARGEST:
        validate.refuse(
            "group",
            got=f"{len(group)} texts, with more than {permutation.LARGEST:,} relabelings",
            expected="groups whose relabelings can be listed",
            fix="Take maximum.compare, which does with some of them.",
        )
    tested = permutation.compare(values, group, at_most=permutation.LARGEST)
    return benjamini_hochberg(tested).adjusted


def _check(tested: Tested) -> None:
    if not isinstance(tested, Tested) or tested.correction != "none":
        already = getattr(tested, "correction", None)
        validate.refuse(
            "tested",
            got=f"p adjusted by {already}" if already else type(tested).__name__,
            expected="a test of each latent by itself",
            fix="Pass what permutation.compare returns.",
        )
    if not tested.exact:
        validate.refuse(
            "tested",
            got=f"p from {tested.n_relabelings:,} drawn relabelings of {tested.n_with} texts "
            f"against {tested.n_without}",
            expected="exact p, from all relabelings",
            fix="Take maximum.compare, which allows for all latents with drawn ones too; or list "
            f"them all, if there are at most {permutation.LARGEST:,}: compare(..., at_most=...).",
        )
