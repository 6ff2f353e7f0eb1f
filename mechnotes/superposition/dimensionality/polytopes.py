"""Which shapes share dimensions out evenly, and how much does each corner get?

n equal vectors in m dimensions that pull equally in all directions form a *tight frame*: the sum of
their outer products is a multiple of the identity. Every corner of such a shape has dimensionality
m/n exactly. Shapes in orthogonal subspaces do not disturb each other, so a model may use several of
them side by side.

Source: Elhage et al. 2022, Toy Models of Superposition, "The geometry of superposition".
"""

import math
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import validate

Polytope = Literal["single", "digon", "triangle", "tetrahedron", "pentagon", "square antiprism"]

SIZES: dict[Polytope, tuple[int, int]] = {
    "single": (1, 1),
    "tetrahedron": (3, 4),
    "triangle": (2, 3),
    "digon": (1, 2),
    "pentagon": (2, 5),
    "square antiprism": (3, 8),
}
"""Dimensions and corners of each shape, from the largest share per corner to the smallest."""


def share(polytope: Polytope) -> float:
    """Dimensionality of each corner.

    Args:
        polytope: Name of the shape.

    Returns:
        Dimensions over corners, for example 2/5 for the pentagon.

    Raises:
        ValueError: If there is no such shape.
    """
    validate.choice(polytope, "polytope", tuple(SIZES))
    dimensions, corners = SIZES[polytope]
    return dimensions / corners


def corners(polytope: Polytope) -> Float[Tensor, "d_hidden features"]:
    """Unit vectors from the centre of a shape to its corners, in double precision.

    Args:
        polytope: Name of the shape.

    Returns:
        One corner per column. The antiprism is stretched along its axis until it is tight: its two
        squares lie at heights of plus and minus the square root of 1/3.

    Raises:
        ValueError: If there is no such shape.

    Source:
        Elhage et al. 2022, "The geometry of superposition"; the tight antiprism is derived here.
    """
    validate.choice(polytope, "polytope", tuple(SIZES))
    if polytope in ("single", "digon"):
        return torch.tensor([[1.0, -1.0][: SIZES[polytope][1]]], dtype=torch.float64)
    if polytope == "tetrahedron":
        signs = [[1.0, 1, -1, -1], [1, -1, 1, -1], [1, -1, -1, 1]]
        return torch.tensor(signs, dtype=torch.float64) / math.sqrt(3)
    if polytope == "square antiprism":
        squares = torch.cat((_polygon(4), _polygon(4, turn=math.pi / 4)), dim=1)
        height = torch.tensor([1.0] * 4 + [-1.0] * 4, dtype=torch.float64)
        return torch.cat((math.sqrt(2 / 3) * squares, math.sqrt(1 / 3) * height[None]))
    return _polygon(SIZES[polytope][1])


def frame_error(W: Float[Tensor, "*models d_hidden features"]) -> Float[Tensor, "*models"]:
    """How far the columns are from a tight frame.

    Args:
        W: Weights.

    Returns:
        Distance of W Wᵀ from the nearest multiple of the identity, over the size of W Wᵀ: 0 for a
        tight frame, 1 - 1/d_hidden (before the square root) for parallel columns; NaN if W is 0.

    Raises:
        ValueError: If W is not finite.
    """
    validate.shape(validate.finite(W, "W"), "W", ("...", "d_hidden", "features"))
    outer = W @ W.mT
    mean = outer.diagonal(dim1=-2, dim2=-1).mean(dim=-1)
    nearest = mean[..., None, None] * torch.eye(W.shape[-2], dtype=W.dtype, device=W.device)
    return (outer - nearest).flatten(-2).norm(dim=-1) / outer.flatten(-2).norm(dim=-1)


def _polygon(n_corners: int, *, turn: float = 0.0) -> Float[Tensor, "2 features"]:
    """Corners of a regular polygon on the unit circle."""
    angle = turn + 2 * math.pi * torch.arange(n_corners, dtype=torch.float64) / n_corners
    return torch.stack((angle.cos(), angle.sin()))
