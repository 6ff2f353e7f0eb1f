"""Can the best allocation of capacity be built, and what do its weights look like?

Yes: W^T W falls into blocks. A feature with capacity 1 is a block of its own. The features that
share form one block, in which all dimensions carry the same weight (a tight frame, rows orthogonal
and of equal length: *semi-orthogonal*). That follows from the allocation: the squared length over
the capacity of a shared feature is the same for all of them, namely that weight.

Source: Scherlis et al. 2022, Polysemanticity and Capacity in Neural Networks, "The geometry of the
embedding"; the construction is the Schur-Horn theorem, by rotations in one plane at a time.
"""

import math

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mechnotes import validate
from mechnotes.superposition.capacity import allocation

FULL = 0.999
"""Capacity from which a feature counts as having a dimension of its own."""


def tight_frame(squared_norms: Float[Tensor, " features"], *, dimensions: int) -> Tensor:
    """Vectors of given lengths that pull equally in all directions.

    Args:
        squared_norms: Squared lengths; none above their sum over `dimensions`.
        dimensions: Number of dimensions, at most the number of vectors.

    Returns:
        `[dimensions features]`, with W Wᵀ the identity times the sum over `dimensions`.

    Raises:
        ValueError: If a length is too large or not positive, or there are too few vectors.
    """
    n_features = len(validate.shape(squared_norms, "squared_norms", ("features",)))
    validate.between(squared_norms, "squared_norms", low=0.0, high=math.inf)
    dimensions = validate.integer(dimensions, "dimensions", minimum=1, maximum=n_features)
    weight = squared_norms.sum() / dimensions
    if squared_norms.max() > weight * (1 + 1e-9):
        validate.refuse(
            "squared_norms",
            got=f"a largest of {squared_norms.max():.4g}",
            expected=f"at most their sum over the dimensions, {weight:.4g}",
            fix="Give the longest vector a dimension of its own.",
        )
    order = squared_norms.argsort()
    W = torch.zeros(dimensions, n_features, dtype=squared_norms.dtype)
    W[:, n_features - dimensions :] = weight.sqrt() * torch.eye(dimensions, dtype=W.dtype)
    _set_lengths(W, squared_norms[order])
    return W[:, order.argsort()]


def best_weights(
    v: Float[Tensor, " features"], *, dimensions: int, kurtosis: float | int
) -> Float[Tensor, "d_hidden features"]:
    """Weights of the quadratic model with the smallest possible loss.

    Args:
        v: Coefficients, not rising.
        dimensions: Number of hidden dimensions.
        kurtosis: Fourth moment of the features, above 1.

    Returns:
        Full features on the first axes, a tight frame of the shared ones on the others.

    Raises:
        ValueError: As `allocation.allocate`.
    """
    capacity = allocation.allocate(v, dimensions=dimensions, kurtosis=kurtosis)
    lengths = allocation.squared_length(capacity, v, kurtosis=kurtosis)
    n_full = int((capacity > 1 - 1e-9).sum())
    in_between = (capacity > 0) & (capacity <= 1 - 1e-9)
    W = torch.zeros(dimensions, len(v), dtype=v.dtype)
    W[range(n_full), range(n_full)] = lengths[:n_full].sqrt()
    if in_between.any():
        W[n_full:, in_between] = tight_frame(lengths[in_between], dimensions=dimensions - n_full)
    return W


def block_mask(capacity: Float[Tensor, " features"]) -> Bool[Tensor, "features features"]:
    """Where W^T W may differ from 0: the diagonal, and between features that share.

    Args:
        capacity: Capacities of the best allocation.

    Returns:
        True inside the blocks.

    Raises:
        ValueError: If a capacity lies outside [0, 1].
    """
    validate.between(capacity, "capacity", low=0.0, high=1.0)
    validate.shape(capacity, "capacity", ("features",))
    shares = (capacity > 1 - FULL) & (capacity < FULL)
    return (shares & shares[:, None]) | torch.eye(len(capacity), dtype=torch.bool)


def off_block_energy(
    W: Float[Tensor, "*models d_hidden features"], capacity: Float[Tensor, " features"]
) -> Float[Tensor, "*models"]:
    """Part of W^T W, squared and summed, that lies outside the predicted blocks.

    Args:
        W: Weights.
        capacity: Capacities of the best allocation, which say where the blocks are.

    Returns:
        0 if the weights fall into these blocks, up to 1.

    Raises:
        ValueError: If the shapes do not fit or W is zero.
    """
    validate.shape(validate.finite(W, "W"), "W", ("...", "d_hidden", "features"))
    validate.shape(capacity, "capacity", ("features",), features=W.shape[-1])
    squared = (W.mT @ W).square()
    return (squared * ~block_mask(capacity)).sum(dim=(-2, -1)) / squared.sum(dim=(-2, -1))


def weight_spread(
    W: Float[Tensor, "*models d_hidden features"], capacity: Float[Tensor, " features"]
) -> Float[Tensor, "*models"]:
    """How unequal the dimensions inside the block of shared features are.

    Args:
        W: Weights.
        capacity: Capacities of the best allocation, which say who shares.

    Returns:
        Largest over smallest weight of a shared dimension, less 1: 0 for a semi-orthogonal block;
        NaN if nothing is shared.

    Raises:
        ValueError: If the shapes do not fit.
    """
    validate.shape(validate.finite(W, "W"), "W", ("...", "d_hidden", "features"))
    validate.between(capacity, "capacity", low=0.0, high=1.0)
    validate.shape(capacity, "capacity", ("features",), features=W.shape[-1])
    shares = (capacity > 1 - FULL) & (capacity < FULL)
    n_dimensions = round(capacity[shares].sum().item())
    if n_dimensions == 0:
        return torch.full(W.shape[:-2], torch.nan, dtype=W.dtype)
    weights = torch.linalg.svdvals(W[..., shares])[..., :n_dimensions].square()
    return weights[..., 0] / weights[..., -1] - 1


def _set_lengths(W: Tensor, targets: Float[Tensor, " features"]) -> None:
    """Rotate columns two at a time, in place, until their squared lengths are the targets.

    `targets` rise. Columns are finished from the left; the column to finish is too short and some
    column to its right is too long, so a rotation of the two meets the target exactly.
    """
    for column in range(W.shape[1] - 1):
        lengths = W.square().sum(dim=0)
        longer = (lengths[column + 1 :] >= targets[column]).nonzero()
        if len(longer) == 0 or lengths[column] >= targets[column]:
            continue
        partner = column + 1 + int(longer[0])
        a, c, t = lengths[column], lengths[partner], targets[column]
        cross = (W[:, column] * W[:, partner]).sum()
        # Solve a cos² + 2 cross cos sin + c sin² = t for the tangent of the angle.
        root = (cross.square() - (a - t) * (c - t)).clamp(min=0).sqrt()
        tangent = (-cross + root) / (c - t) if c > t else (t - a) / (2 * cross)
        cosine = 1 / (1 + tangent.square()).sqrt()
        first, second = W[:, column].clone(), W[:, partner].clone()
        W[:, column] = cosine * (first + tangent * second)
        W[:, partner] = cosine * (second - tangent * first)
