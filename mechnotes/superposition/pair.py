"""What is the best way to store two features in one dimension, and what does it cost exactly?

The model is `ToyModel` with two features and one hidden dimension: weights w = (w1, w2), biases
b = (b1, b2), output i = ReLU(w_i (w1 x1 + w2 x2) + b_i). The inputs are independent, active with
probability `density`, uniform in [0, 1] when active. The expected loss is then an integral over the
unit square of a function that is polynomial on both sides of the line where the ReLU switches.
Gauss-Legendre quadrature on either side of that line is exact for polynomials, so the loss has no
sampling error, can be differentiated, and can be minimised to the last digits.

Everything is computed in double precision. Losses are sums over the two features.
"""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import validate

# Four nodes integrate polynomials up to degree 7; the integrands have degree at most 4.
_NODES, _WEIGHTS = (torch.from_numpy(array) for array in np.polynomial.legendre.leggauss(4))

# Antipodal, uneven and dedicated: the three kinds of local minimum that the loss has.
_STARTS = ((1.0, -0.9, 0.0, 0.0), (0.9, -0.4, 0.1, 0.1), (1.0, 0.0, 0.0, 0.2))


@dataclass(frozen=True, kw_only=True, slots=True)
class PairOptimum:
    """The best weights and biases for two features in one dimension."""

    w: tuple[float, float]
    """Weights; a second weight of 0 means that only feature 1 is stored."""
    b: tuple[float, float]
    """Output biases."""
    loss: float
    """Expected loss, summed over the two features."""


def expected_loss(
    w: Float[Tensor, "2"], b: Float[Tensor, "2"], *, importance_ratio: float, density: float
) -> Float[Tensor, ""]:
    """Expected loss of given weights, exact up to rounding.

    Args:
        w: Weights of the two features.
        b: Output biases.
        importance_ratio: Importance of feature 2 over that of feature 1, at least 0.
        density: Probability that a feature is active.

    Returns:
        Importance times expected squared error, summed over the two features; differentiable.

    Raises:
        ValueError: If w or b is not a pair of finite numbers, the ratio is negative or the density
            lies outside [0, 1].
    """
    validate.shape(validate.finite(w, "w"), "w", ("features",), features=2)
    validate.shape(validate.finite(b, "b"), "b", ("features",), features=2)
    ratio = validate.number(importance_ratio, "importance_ratio", low=0.0)
    p = validate.number(density, "density", low=0.0, high=1.0)
    w, b = w.double(), b.double()
    # Both features active, only the output's own, only the other one, neither.
    chances = [p * p, p * (1 - p), (1 - p) * p, (1 - p) * (1 - p)]
    chance = torch.tensor(chances, dtype=torch.float64)
    own_active = torch.tensor([1.0, 1.0, 0.0, 0.0]).double().expand(2, 4)
    other_active = torch.tensor([1.0, 0.0, 1.0, 0.0]).double().expand(2, 4)
    errors = _squared_error(
        target=own_active,
        own=(w * w)[:, None] * own_active,
        other=w.prod() * other_active,
        bias=b[:, None].expand(2, 4),
    )  # [outputs cases]
    importance = torch.tensor([1.0, ratio], dtype=torch.float64)
    return importance @ (errors @ chance)


def optimum(importance_ratio: float, density: float) -> PairOptimum:
    """Find the weights and biases with the lowest expected loss.

    Args:
        importance_ratio: Importance of feature 2 over that of feature 1, at least 0.
        density: Probability that a feature is active.

    Returns:
        The best of the local minima reached from antipodal, uneven and dedicated weights. The signs
        of w could both be flipped; the first is positive here.

    Raises:
        ValueError: If the ratio is negative or the density lies outside [0, 1].
    """
    found = [_descend(start, importance_ratio, density) for start in _STARTS]
    return min(found, key=lambda candidate: candidate.loss)


def _descend(
    start: tuple[float, float, float, float], importance_ratio: float, density: float
) -> PairOptimum:
    """Minimise the loss from one starting point with a quasi-Newton method."""
    point = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [point],
        max_iter=200,
        tolerance_grad=1e-10,
        tolerance_change=1e-13,
        line_search_fn="strong_wolfe",
    )

    def loss_at_point() -> Tensor:
        return expected_loss(
            point[:2], point[2:], importance_ratio=importance_ratio, density=density
        )

    def closure() -> float:
        optimizer.zero_grad()
        loss = loss_at_point()
        loss.backward()
        return loss.item()

    optimizer.step(closure)
    w1, w2, b1, b2 = point.tolist()
    return PairOptimum(w=(w1, w2), b=(b1, b2), loss=loss_at_point().item())


def _squared_error(
    *,
    target: Float[Tensor, "*cases"],
    own: Float[Tensor, "*cases"],
    other: Float[Tensor, "*cases"],
    bias: Float[Tensor, "*cases"],
) -> Float[Tensor, "*cases"]:
    """Integrate (target x - ReLU(own x + other y + bias))^2 over x and y in [0, 1]."""
    # Seen from x, the ReLU's switch enters or leaves the square where y = 0 or y = 1.
    x, x_weight = _panels(_root(own, bias), _root(own, bias + other))
    at_x = own[..., None] * x + bias[..., None]  # [*cases x_nodes]
    y, y_weight = _panels(_root(other[..., None].expand_as(at_x), at_x))
    output = torch.relu(at_x[..., None] + other[..., None, None] * y)  # [*cases x_nodes y_nodes]
    error = ((target[..., None] * x)[..., None] - output).square()
    return ((error * y_weight).sum(dim=-1) * x_weight).sum(dim=-1)


def _root(slope: Float[Tensor, "*grid"], offset: Float[Tensor, "*grid"]) -> Float[Tensor, "*grid"]:
    """Where slope t + offset changes sign, clipped to [0, 1]; 0 for a slope of 0."""
    flat = slope == 0
    return torch.where(flat, 0.0, -offset / torch.where(flat, 1.0, slope)).clamp(0.0, 1.0)


def _panels(
    *kinks: Float[Tensor, "*grid"],
) -> tuple[Float[Tensor, "*grid nodes"], Float[Tensor, "*grid nodes"]]:
    """Nodes and weights on [0, 1] that are exact for polynomials between the kinks."""
    ends = (torch.zeros_like(kinks[0]), *kinks, torch.ones_like(kinks[0]))
    cuts = torch.stack(ends, dim=-1).sort(dim=-1).values
    width = cuts.diff(dim=-1)[..., None]  # [*grid panels 1]
    nodes = cuts[..., :-1, None] + width * (_NODES + 1) / 2
    return nodes.flatten(-2), (width * _WEIGHTS / 2).flatten(-2)
