"""Do dimensionalities really gather at simple fractions, or does it only look so?

There are so many simple fractions that a generous test finds them everywhere. `near_share` is that
naive test; `covered` says what it gives on pure chance. `line` is the stricter one: a fraction has
a line if at least ten features lie within 0.005 of it, and at least twice as many as in windows of
the same width on either side. A smooth heap of values passes the first test and fails the second.

Source: the fractions are those of Elhage et al. 2022, Toy Models of Superposition, "The geometry of
superposition". Both tests are ours.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import validate
from mechnotes.superposition.dimensionality.polytopes import SIZES

FRACTIONS = tuple(dimensions / corners for dimensions, corners in SIZES.values())[1:]
"""Shares of the five shapes with more than one corner, falling: 3/4, 2/3, 1/2, 2/5, 3/8."""

HALF_WIDTH = 0.005
"""Half the width of a window."""

SIDE = 0.0125
"""Distance of the two neighbouring windows' centres from the fraction."""

FEWEST = 10
"""Features that a line needs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """How many features lie at a fraction, and beside it."""

    at: int
    """Within HALF_WIDTH of the fraction."""
    below: int
    """In the window of the same width below it."""
    above: int
    """In the window of the same width above it."""

    @property
    def found(self) -> bool:
        """Whether there is a line: enough features, and twice as many as on either side."""
        return self.at >= FEWEST and self.at >= 2 * max(self.below, self.above)


def line(shares: Float[Tensor, " features"], fraction: float | int) -> Line:
    """Count the features at a fraction and beside it.

    Args:
        shares: Dimensionalities of any number of models, in one row.
        fraction: Where the line should be.

    Returns:
        The three counts.

    Raises:
        ValueError: If a number is not finite.
    """
    validate.shape(validate.finite(shares, "shares"), "shares", ("features",))
    fraction = validate.number(fraction, "fraction")
    at, below, above = (
        int(((shares - centre).abs() <= HALF_WIDTH).sum())
        for centre in (fraction, fraction - SIDE, fraction + SIDE)
    )
    return Line(at=at, below=below, above=above)


def lines(shares: Float[Tensor, " features"]) -> dict[float, Line]:
    """`line` at each of the five named fractions.

    Args:
        shares: Dimensionalities of any number of models, in one row.

    Returns:
        Counts by fraction.

    Raises:
        ValueError: If a number is not finite.
    """
    return {fraction: line(shares, fraction) for fraction in FRACTIONS}


def near_share(shares: Float[Tensor, " features"], *, tolerance: float | int = 0.02) -> float:
    """The naive test: which part of the features lies near a named fraction?

    Args:
        shares: Dimensionalities of any number of models, in one row.
        tolerance: What counts as near.

    Returns:
        A share of the features, from 0 to 1. Compare it with `covered`, not with 0.

    Raises:
        ValueError: If a number is not finite or the tolerance is negative.
    """
    validate.shape(validate.finite(shares, "shares"), "shares", ("features",))
    tolerance = validate.number(tolerance, "tolerance", low=0.0)
    distance = (shares[:, None] - torch.tensor(FRACTIONS, dtype=shares.dtype)).abs().amin(dim=1)
    return (distance <= tolerance).double().mean().item()


def covered(low: float | int, high: float | int, *, tolerance: float | int = 0.02) -> float:
    """What the naive test gives for values uniform between two bounds.

    Args:
        low: Lower bound.
        high: Upper bound, above the lower one.
        tolerance: What counts as near.

    Returns:
        Part of the interval that lies near a named fraction, from 0 to 1.

    Raises:
        ValueError: If the bounds are not in order or the tolerance is negative.
    """
    low = validate.number(low, "low")
    high = validate.number(high, "high", low=low, low_open=True)
    tolerance = validate.number(tolerance, "tolerance", low=0.0)
    reached, total = low, 0.0
    for fraction in sorted(FRACTIONS):
        start = max(reached, fraction - tolerance)
        end = min(high, fraction + tolerance)
        if end > start:
            total, reached = total + end - start, end
    return total / (high - low)


def levels_near(
    dimensions_per_feature: Float[Tensor, " densities"],
    value: float | int,
    *,
    tolerance: float | int = 0.03,
) -> int:
    """How many densities have a D* near a value: the length of a plateau.

    Args:
        dimensions_per_feature: D* at each density.
        value: Where the plateau should be.
        tolerance: What counts as near.

    Returns:
        A count. Evenly spaced densities on the way from 1 to 1/4 spend one or two of twenty levels
        near any value; a plateau has three or more.

    Raises:
        ValueError: If a number is not finite or the tolerance is negative.
    """
    given = validate.finite(dimensions_per_feature, "dimensions_per_feature")
    validate.shape(given, "dimensions_per_feature", ("densities",))
    value = validate.number(value, "value")
    tolerance = validate.number(tolerance, "tolerance", low=0.0)
    return int(((given - value).abs() <= tolerance).sum())


def shuffled_directions(
    W: Float[Tensor, "*models d_hidden features"], *, generator: torch.Generator
) -> Float[Tensor, "*models d_hidden features"]:
    """The control: every feature keeps its length and gets a random direction.

    Args:
        W: Weights.
        generator: Source of randomness.

    Returns:
        Weights with the same norms, and so the same D*.

    Raises:
        ValueError: If W is not finite.
    """
    validate.shape(validate.finite(W, "W"), "W", ("...", "d_hidden", "features"))
    validate.generator(generator)
    drawn = torch.randn(W.shape, generator=generator, dtype=W.dtype, device=W.device)
    return torch.nn.functional.normalize(drawn, dim=-2) * W.norm(dim=-2, keepdim=True)
