"""Who gets how much of the capacity, if it is handed out as well as possible?

With capacity C_i a feature of the quadratic model costs, at the best length of its direction,

    L_i(C_i) = 2 (beta - 1) v_i² (1 - C_i) / ((beta - 3) C_i + 2)

which depends on no other feature: they compete for the m dimensions and for nothing else. Its slope
is what a little more capacity is worth. For beta > 3 the first bit is worth most, so capacity is
poured out like water until the *marginal values* of all features that share are equal; those that
are worth more when full get a dimension each, those that are worth less when empty get nothing.
For beta <= 3 the last bit is worth most, and nothing is ever shared.

Source: Scherlis et al. 2022, Polysemanticity and Capacity in Neural Networks; the closed forms are
derived here. They hold for the model that adds a constant; `raised` says what changes without it.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import validate

_HALVINGS = 80


def feature_loss(
    capacity: Float[Tensor, "*any"], v: Float[Tensor, "*any"], *, kurtosis: float | int
) -> Float[Tensor, "*any"]:
    """What a feature costs at a given capacity.

    Args:
        capacity: Capacity in [0, 1].
        v: Coefficient of the feature's square.
        kurtosis: Fourth moment of the features, above 1.

    Returns:
        From (kurtosis - 1) v² at capacity 0 down to 0 at capacity 1.

    Raises:
        ValueError: If a capacity lies outside [0, 1], a coefficient is negative, the shapes differ
            or the kurtosis is not above 1.
    """
    beta = _checked(capacity, v, kurtosis)
    return 2 * (beta - 1) * v.square() * (1 - capacity) / ((beta - 3) * capacity + 2)


def marginal_value(
    capacity: Float[Tensor, "*any"], v: Float[Tensor, "*any"], *, kurtosis: float | int
) -> Float[Tensor, "*any"]:
    """How much the loss would fall per unit of additional capacity.

    Args:
        capacity: Capacity in [0, 1].
        v: Coefficient of the feature's square.
        kurtosis: Fourth moment of the features, above 1.

    Returns:
        2 (kurtosis - 1)² v² / ((kurtosis - 3) capacity + 2)²: falling in the capacity if the
        kurtosis is above 3, rising if it is below.

    Raises:
        ValueError: As `feature_loss`.
    """
    beta = _checked(capacity, v, kurtosis)
    return 2 * ((beta - 1) * v / ((beta - 3) * capacity + 2)).square()


def squared_length(
    capacity: Float[Tensor, "*any"], v: Float[Tensor, "*any"], *, kurtosis: float | int
) -> Float[Tensor, "*any"]:
    """Best squared length of a feature's direction at a given capacity.

    Args:
        capacity: Capacity in [0, 1].
        v: Coefficient of the feature's square.
        kurtosis: Fourth moment of the features, above 1.

    Returns:
        From 0 at capacity 0 to v at capacity 1.

    Raises:
        ValueError: As `feature_loss`.
    """
    beta = _checked(capacity, v, kurtosis)
    return (beta - 1) * v * capacity / ((beta - 3) * capacity + 2)


def allocate(
    v: Float[Tensor, " features"], *, dimensions: int, kurtosis: float | int
) -> Float[Tensor, " features"]:
    """Capacities that minimise the sum of all losses, given the dimensions there are.

    Args:
        v: Coefficients, not rising.
        dimensions: Number of hidden dimensions, at most the number of features.
        kurtosis: Fourth moment of the features, above 1.

    Returns:
        Capacities in [0, 1], not rising, that add up to `dimensions`.

    Raises:
        ValueError: If the coefficients rise or are not positive, or a number is out of range.
    """
    validate.shape(v, "v", ("features",))
    beta = _checked(torch.zeros_like(v), v, kurtosis)
    dimensions = validate.integer(dimensions, "dimensions", minimum=1, maximum=len(v))
    if (v.diff() > 0).any() or not v.min() > 0:
        validate.refuse(
            "v", got="rising or zero entries", expected="positive, not rising", fix="Sort them."
        )
    if beta <= 3:
        return (torch.arange(len(v)) < dimensions).to(v.dtype)
    # Full features are worth at least 2 v²; the price of capacity lies between these two.
    low, high = 0.0, (beta - 1) ** 2 * v.max().item() ** 2
    for _ in range(_HALVINGS):
        price = (low + high) / 2
        spent = _at_price(v, price, beta).sum()
        low, high = (price, high) if spent > dimensions else (low, price)
    return _at_price(v, (low + high) / 2, beta)


def raised(
    v: Float[Tensor, " features"], *, dimensions: int, kurtosis: float | int
) -> Float[Tensor, " features"]:
    """Coefficients that make `allocate` right for the model without a constant.

    That model also pays the square of T, the trace of A: the sum of v less the sum of all squared
    lengths. At the optimum this acts as if each coefficient were larger by T / (kurtosis - 1).

    Args:
        v: Coefficients, not rising.
        dimensions: Number of hidden dimensions.
        kurtosis: Fourth moment of the features, above 1.

    Returns:
        v + T / (kurtosis - 1), with the T that follows from itself.

    Raises:
        ValueError: As `allocate`.
    """
    allocate(v, dimensions=dimensions, kurtosis=kurtosis)  # refuses what it cannot use
    low, high = 0.0, v.sum().item()
    for _ in range(_HALVINGS):
        trace = (low + high) / 2
        lifted = v + trace / (kurtosis - 1)
        capacity = allocate(lifted, dimensions=dimensions, kurtosis=kurtosis)
        left = (v - squared_length(capacity, lifted, kurtosis=kurtosis)).sum().item()
        low, high = (trace, high) if left > trace else (low, trace)
    return v + (low + high) / 2 / (kurtosis - 1)


def shared(capacity: Float[Tensor, "*models features"]) -> Float[Tensor, "*models"]:
    """How many features share: those with a capacity between 0.05 and 0.95.

    Args:
        capacity: Capacities.

    Returns:
        A count, as a number.

    Raises:
        ValueError: If a capacity is not finite.
    """
    validate.finite(capacity, "capacity")
    return ((capacity > 0.05) & (capacity < 0.95)).double().sum(dim=-1)


def _at_price(v: Tensor, price: float, beta: float) -> Float[Tensor, " features"]:
    """Capacity at which each feature's marginal value falls to the price."""
    return (((beta - 1) * v * math.sqrt(2 / price) - 2) / (beta - 3)).clamp(0, 1)


def _checked(capacity: Tensor, v: Tensor, kurtosis: float | int) -> float:
    """Check what all functions here take; return the kurtosis as a float."""
    validate.between(capacity, "capacity", low=0.0, high=1.0)
    validate.between(v, "v", low=0.0, high=math.inf)
    if v.shape != capacity.shape:
        validate.refuse(
            "v",
            got=f"shape {tuple(v.shape)}",
            expected=f"shape {tuple(capacity.shape)}, that of the capacities",
            fix="Give one coefficient for each capacity.",
        )
    return validate.number(kurtosis, "kurtosis", low=1.0, low_open=True)
