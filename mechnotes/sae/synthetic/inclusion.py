"""How often is a feature present, where it depends on others whether it is?

Two cases have no simple product: features that compete for a fixed number of places, and a child
whose chance rises and falls together with its parent's.
"""

import math

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import validate

NODES = 200
"""Points at which an integrand is looked at; the error is that of rounding."""


def of_draws(weights: Float[Tensor, " feature"], n: int) -> Float[Tensor, " feature"]:
    """Chance of each feature to be among n that are drawn by weight, without putting back.

    Each feature waits for an exponential time with its weight as rate, and the first n are drawn.
    If feature i comes at time t, each other one has come with a chance of 1 - exp(-w t), on its
    own; so the chance that fewer than n have is a sum of products, to be integrated over t.

    Args:
        weights: Above 0.
        n: How many are drawn.

    Returns:
        Chances, which sum to n.

    Raises:
        ValueError: If a weight is not above 0, or n is no count from 1 to the number of features.

    Source:
        Efraimidis and Spirakis 2006, Weighted random sampling with a reservoir: why the first n of
        such waiting times are draws by weight.
    """
    validate.shape(validate.finite(weights, "weights"), "weights", ("feature",))
    validate.integer(n, "n", minimum=1, maximum=len(weights))
    if not bool((weights > 0).all()):
        validate.refuse(
            "weights",
            got="a weight that is not above 0",
            expected="weights above 0",
            fix="Leave the feature out: it is never drawn.",
        )
    rates = weights.double() / weights.double().mean()
    times, steps = _times(rates)
    come = -torch.expm1(-rates[:, None] * times)  # [feature, time]
    fewer = torch.zeros(n, len(rates), len(times), dtype=torch.float64)
    fewer[0] = 1.0  # [others that have come, feature, time]
    for other, chance in enumerate(come):
        apart = chance.expand(len(rates), -1).clone()
        apart[other] = 0.0
        later = fewer * (1 - apart)
        later[1:] += fewer[:-1] * apart
        fewer = later
    arrives = rates[:, None] * torch.exp(-rates[:, None] * times)
    return (arrives * fewer.sum(0)) @ steps


def _times(rates: Float[Tensor, " feature"]) -> tuple[Tensor, Tensor]:
    """Waiting times to look at and what each stands for, even on the scale of their logarithm."""
    low, high = math.log(1e-17 / rates.max().item()), math.log(745 / rates.min().item())
    points, parts = (torch.from_numpy(x) for x in np.polynomial.legendre.leggauss(NODES))
    times = ((points + 1) / 2 * (high - low) + low).exp()
    return times, parts * (high - low) / 2 * times


def of_both(
    first: Float[Tensor, " pair"],
    second: Float[Tensor, " pair"],
    correlation: Float[Tensor, " pair"],
) -> Float[Tensor, " pair"]:
    """Chance that two things are both present, each decided by a normal number below a limit.

    Args:
        first: Chance of the one.
        second: Chance of the other.
        correlation: Correlation of the two normal numbers, from 0 to 1.

    Returns:
        The product of the two where the correlation is 0, the smaller one where it is 1.

    Raises:
        ValueError: If a chance is none, or a correlation is out of range.

    Source:
        Drezner and Wesolowsky 1990, On the computation of the bivariate normal integral: the
        product plus an integral over the correlation's angle.
    """
    for name, chances in (("first", first), ("second", second)):
        validate.between(chances, name, low=0.0, high=1.0)
    validate.between(correlation, "correlation", low=0.0, high=1.0)
    h, k = (
        torch.special.ndtri(chance.double()).clamp(-40, 40)[:, None] for chance in (first, second)
    )
    points, parts = (torch.from_numpy(x) for x in np.polynomial.legendre.leggauss(NODES))
    widest = correlation.double().asin()[:, None]
    angle = (points + 1) / 2 * widest
    exponent = (h**2 + k**2 - 2 * h * k * angle.sin()) / (2 * angle.cos() ** 2)
    more = (torch.exp(-exponent) * parts).sum(1) * widest[:, 0] / (4 * math.pi)
    return first.double() * second.double() + more
