"""How large is a latent's difference, and how well do a few texts pin it down?

p says whether there is a difference, not how large it is. The size used here is *superiority*: draw
one text of each kind, how often is the value higher in the text with the property? Ties count half.
1/2 is no difference, 1 that the two kinds never overlap. It takes no notice of the latent's unit,
and many zeros do it no harm, as they do to a difference of means.

Source:
    Newcombe 2006, Stat. Med. 25, 559-573, method 5: the interval; the variance is that of Hanley
    and McNeil 1982, Radiology 143, 29-36, with both sample sizes replaced by their mean.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mechnotes import validate
from mechnotes.sae.statistics import _sweep

HALVINGS = 50
"""Steps of the search for an interval's end; each halves the error."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Superiority:
    """How often a text with the property has the higher value, with an interval."""

    value: Float[Tensor, " latent"]
    """From 0 to 1; 1/2 is no difference."""
    low: Float[Tensor, " latent"]
    """Lower end of the interval."""
    high: Float[Tensor, " latent"]
    """Upper end of the interval."""


def superiority(
    values: Float[Tensor, "text latent"],
    group: Bool[Tensor, " text"],
    *,
    confidence: float | int = 0.95,
) -> Superiority:
    """Chance that a text with the property has the higher value, for every latent.

    Args:
        values: One number for each text and latent.
        group: Which texts have the property.
        confidence: Share of such intervals that hold the true value. The interval of one latent
            that was picked because its value is high does not keep that promise.

    Returns:
        Value and interval of each latent, without unit.

    Raises:
        ValueError: If the two do not fit, a value is not finite, a group has fewer than two texts,
            or no latent varies.
    """
    validate.number(confidence, "confidence", low=0, high=1, low_open=True, high_open=True)
    _sweep.check(values, group, "two-sided")
    exact = values.detach().cpu().double()
    high, low = exact[group.cpu()], exact[~group.cpu()]
    wins = torch.zeros(values.shape[1], dtype=torch.float64)
    for row in high:
        wins += (row > low).sum(0) + 0.5 * (row == low).sum(0)
    value = wins / (len(high) * len(low))
    ends = [_end(value, len(high), len(low), confidence, upper=upper) for upper in (False, True)]
    return Superiority(value=value.float(), low=ends[0].float(), high=ends[1].float())


def _end(
    value: Float[Tensor, " latent"], n_high: int, n_low: int, confidence: float, *, upper: bool
) -> Float[Tensor, " latent"]:
    """The end at which the value found lies just as many standard errors away as allowed."""
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    inside = value.clone()
    outside = torch.full_like(value, 1.0 if upper else 0.0)
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2
        allowed = (middle - value).abs() <= z * _variance(middle, n_high, n_low).sqrt()
        inside = torch.where(allowed, middle, inside)
        outside = torch.where(allowed, outside, middle)
    return inside


def _variance(theta: Float[Tensor, " latent"], n_high: int, n_low: int) -> Float[Tensor, " latent"]:
    mean = (n_high + n_low) / 2 - 1
    inner = 1 + mean * (1 - theta) / (2 - theta) + mean * theta / (1 + theta)
    return theta * (1 - theta) * inner / math.prod((n_high, n_low))
