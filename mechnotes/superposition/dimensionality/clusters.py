"""Which features share dimensions with each other, and which shape do they form?

Draw a line between two stored features whose directions overlap. Features that hang together form a
group. If groups do not overlap with each other, each has dimensions of its own, and the sum of
dimensionalities inside a group says how many. Corners and dimensions together name the shape.

Source: Elhage et al. 2022, Toy Models of Superposition, "The geometry of superposition", draws such
graphs of trained models.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mechnotes import validate
from mechnotes.superposition import geometry
from mechnotes.superposition.dimensionality.polytopes import SIZES

OVERLAP = 0.15
"""Cosine above which two stored features count as sharing dimensions, whatever its sign."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Group:
    """Features that share dimensions with each other and with no others."""

    features: tuple[int, ...]
    """Indices of the features."""
    dimensions: float
    """Sum of their dimensionalities."""
    name: str
    """A key of `polytopes.SIZES`, or "other"."""


def groups(W: Float[Tensor, "d_hidden features"], *, overlap: float | int = OVERLAP) -> list[Group]:
    """Split the stored features of a model into groups that do not overlap.

    Args:
        W: Weights of one model.
        overlap: Cosine above which two features are connected.

    Returns:
        The groups, those with more features first.

    Raises:
        ValueError: If W is not finite or the threshold lies outside [0, 1).
    """
    label = labels(W, overlap=overlap)
    share = geometry.dimensionality(W)
    found = []
    for group in range(int(label.max()) + 1):
        members = (label == group).nonzero().flatten()
        dimensions = share[members].sum().item()
        name = shape_name(len(members), dimensions)
        found.append(Group(features=tuple(members.tolist()), dimensions=dimensions, name=name))
    return sorted(found, key=lambda group: -len(group.features))


def labels(
    W: Float[Tensor, "d_hidden features"], *, overlap: float | int = OVERLAP
) -> Int[Tensor, " features"]:
    """Number of each feature's group.

    Args:
        W: Weights of one model.
        overlap: Cosine above which two features are connected.

    Returns:
        Numbers from 0; -1 for a feature that is not stored.

    Raises:
        ValueError: If W is not finite or the threshold lies outside [0, 1).
    """
    validate.shape(validate.finite(W, "W"), "W", ("d_hidden", "features"))
    overlap = validate.number(overlap, "overlap", low=0.0, high=1.0, high_open=True)
    stored = geometry.represented(W)
    unit = torch.nn.functional.normalize(W, dim=0)
    linked = ((unit.T @ unit).abs() > overlap) & stored & stored[:, None]
    label = torch.full((W.shape[1],), -1)
    n_groups = 0
    for feature in stored.nonzero().flatten().tolist():
        if label[feature] < 0:
            label[_reached(linked, feature)] = n_groups
            n_groups += 1
    return label


def shape_name(n_features: int, dimensions: float | int, *, tolerance: float | int = 0.1) -> str:
    """Name of the shape with this many corners and dimensions.

    Args:
        n_features: Number of features in the group.
        dimensions: Sum of their dimensionalities.
        tolerance: How far `dimensions` may lie from a whole number.

    Returns:
        A key of `polytopes.SIZES`, or "other".

    Raises:
        ValueError: If a number is out of range.
    """
    validate.integer(n_features, "n_features", minimum=1)
    dimensions = validate.number(dimensions, "dimensions", low=0.0)
    tolerance = validate.number(tolerance, "tolerance", low=0.0)
    for name, (m, n) in SIZES.items():
        if n == n_features and abs(dimensions - m) <= tolerance:
            return name
    return "other"


def _reached(linked: Tensor, start: int) -> Tensor:
    """Mask of all features connected to `start`, itself included."""
    inside = torch.zeros(len(linked), dtype=torch.bool)
    inside[start] = True
    while True:
        wider = inside | linked[inside].any(dim=0)
        if wider.equal(inside):
            return inside
        inside = wider
