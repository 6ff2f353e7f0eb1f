"""When does it pay to store two features in one dimension?

The smallest case: two features, one hidden dimension, both active independently with probability
`density`, the second with `importance_ratio` = its importance over the first's. Two strategies:

- *dedicated*: the dimension stores feature 1; output 2 always says its mean (through the bias);
- *antipodal*: both are stored along the one line, with opposite signs. Each is perfect alone; when
  both are active the smaller one is lost and is subtracted from the larger.

Losses are sums over the two features of importance times expected squared error (twice the mean
that `weighted_loss` reports). `crossing_density` compares the two strategies as they stand. It is a
bound: antipodal weights that may also choose their length and bias (see `pair`) win up to a
slightly higher density, `optimised_edge`.

Source: Elhage et al. 2022, "Superposition as a phase change", which draws the picture; the formulas
here are derived from the definitions and checked against quadrature in the tests.
"""

from typing import TypeVar

from jaxtyping import Float
from torch import Tensor

from mechnotes import validate
from mechnotes.superposition import pair

Scalar = TypeVar("Scalar", float, Float[Tensor, "..."])


def dedicated_loss(importance_ratio: float, density: Scalar) -> Scalar:
    """Loss when the dimension is given to feature 1 and feature 2 is replaced by its mean.

    Args:
        importance_ratio: Importance of feature 2 over that of feature 1, at least 0.
        density: Probability that a feature is active.

    Returns:
        r (p/3 - p^2/4): the variance of feature 2 times its importance.

    Raises:
        ValueError: If the ratio is negative or a density lies outside [0, 1].
    """
    ratio = validate.number(importance_ratio, "importance_ratio", low=0.0)
    density = _probability(density)
    return ratio * (density / 3 - density * density / 4)


def antipodal_loss(importance_ratio: float, density: Scalar) -> Scalar:
    """Loss when W = [1, -1] and the bias is 0.

    Args:
        importance_ratio: Importance of feature 2 over that of feature 1, at least 0.
        density: Probability that a feature is active.

    Returns:
        (1 + r) p^2 / 6: with probability p^2 both are active, and then each output is wrong by the
        smaller of the two values, whose second moment is 1/6.

    Raises:
        ValueError: If the ratio is negative or a density lies outside [0, 1].
    """
    ratio = validate.number(importance_ratio, "importance_ratio", low=0.0)
    density = _probability(density)
    return (1 + ratio) * density * density / 6


def crossing_density(importance_ratio: Scalar) -> Scalar:
    """Density below which the plain antipodal solution beats the dedicated one.

    Args:
        importance_ratio: Importance of feature 2 over that of feature 1, in [0, 1].

    Returns:
        p* = 4r / (2 + 5r), where `dedicated_loss` equals `antipodal_loss`. Superposition certainly
        pays below it; above it, optimised weights may still profit (see `optimised_edge`).

    Raises:
        ValueError: If a ratio lies outside [0, 1].
    """
    if isinstance(importance_ratio, Tensor):
        validate.between(importance_ratio, "importance_ratio", low=0.0, high=1.0)
    else:
        validate.number(importance_ratio, "importance_ratio", low=0.0, high=1.0)
    return 4 * importance_ratio / (2 + 5 * importance_ratio)


def optimised_edge(importance_ratio: float, *, tolerance: float = 1e-4) -> float:
    """Density above which no superposition of two features in one dimension pays any more.

    Below it, some weights with a nonzero second entry, with their best bias, have a lower expected
    loss than dedicating the dimension. Found by bisection on exact losses, without sampling.

    For ratios up to about 1/2 the optimal second weight jumps to 0 at the edge. Near ratio 1 it
    shrinks to 0 gradually, or (at 1) stays above 0 up to density 1: there the edge is no boundary
    to draw, and `pair.optimum` gives the weights instead.

    Args:
        importance_ratio: Importance of feature 2 over that of feature 1, in (0, 1].
        tolerance: Width of the final bracket, in density.

    Returns:
        The edge, a density above `crossing_density`; 1.0 if superposition pays up to density 1.

    Raises:
        ValueError: If the ratio lies outside (0, 1] or the tolerance is not above 0.
    """
    ratio = validate.number(importance_ratio, "importance_ratio", low=0.0, high=1.0, low_open=True)
    validate.number(tolerance, "tolerance", low=1e-9, high=1.0)
    low, high = crossing_density(ratio), 1.0
    if _superposition_pays(ratio, high):
        return high
    while high - low > tolerance:
        middle = (low + high) / 2
        if _superposition_pays(ratio, middle):
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _superposition_pays(ratio: float, density: float) -> bool:
    """Whether the best pair of weights beats the dedicated solution by more than rounding."""
    # 1e-9 is far below any gain of interest and far above the optimiser's rounding.
    return pair.optimum(ratio, density).loss < dedicated_loss(ratio, density) - 1e-9


def _probability(density: Scalar) -> Scalar:
    """Refuse densities outside [0, 1], one number or a tensor of them."""
    if isinstance(density, Tensor):
        return validate.between(density, "density", low=0.0, high=1.0)
    return validate.number(density, "density", low=0.0, high=1.0)
