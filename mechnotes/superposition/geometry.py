"""How do the directions of the features lie in the hidden space?

Every function takes weights `[... d_hidden features]`, any axes in front, and reads column i as the
direction W_i of feature i. A feature whose direction is the zero vector is not stored: its norm,
dimensionality and interference are 0 and its angle is NaN, never an error.

Source: Elhage et al. 2022, Toy Models of Superposition, "The geometry of superposition"; the
dimensionality is also the capacity of Scherlis et al. 2022, Polysemanticity and Capacity in Neural
Networks.
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mechnotes import validate

REPRESENTED_NORM = 0.5
"""A feature counts as stored above this norm; trained norms gather near 1 and near 0."""


def feature_norms(
    W: Float[Tensor, "*models d_hidden features"],
) -> Float[Tensor, "*models features"]:
    """Length of each feature's direction.

    Args:
        W: Weights.

    Returns:
        Norms; near 1 the feature is stored, near 0 it is ignored.

    Raises:
        ValueError: If W is not finite.
    """
    return _checked(W).norm(dim=-2)


def represented(
    W: Float[Tensor, "*models d_hidden features"], *, threshold: float = REPRESENTED_NORM
) -> Bool[Tensor, "*models features"]:
    """Which features are stored: those whose norm exceeds the threshold.

    Args:
        W: Weights.
        threshold: Norm above which a feature counts.

    Returns:
        True for stored features; sum over the last axis for the count.

    Raises:
        ValueError: If W is not finite or the threshold is negative.
    """
    return feature_norms(W) > validate.number(threshold, "threshold", low=0.0)


def dimensionality(
    W: Float[Tensor, "*models d_hidden features"],
) -> Float[Tensor, "*models features"]:
    """Share of a hidden dimension that each feature has to itself.

    D_i = |W_i|^2 / sum over j of (unit W_i . W_j)^2. It is 1 for a direction orthogonal to all
    others, 1/2 for each of an antipodal pair, 2/5 in a pentagon, 0 for a zero vector. Summed over
    features it is at most the rank of W: dimensions are shared out, never created.

    Args:
        W: Weights.

    Returns:
        Dimensionalities in [0, 1], in dimensions; unchanged when all of W is scaled.

    Raises:
        ValueError: If W is not finite.

    Source:
        Elhage et al. 2022, "The geometry of superposition", feature dimensionality. Theirs is 0/0
        for a zero vector; ours is 0, since a feature that is not stored takes up no dimension.
    """
    W = _rescaled(_checked(W))
    squared_norm = W.square().sum(dim=-2)
    crowding = (W.mT @ W).square().sum(dim=-1)  # sum over j of (W_i . W_j)^2
    return torch.where(crowding > 0, squared_norm.square() / crowding, 0.0)


def interference(
    W: Float[Tensor, "*models d_hidden features"],
) -> Float[Tensor, "*models features"]:
    """How much of the other features each feature's direction sees.

    Args:
        W: Weights.

    Returns:
        Sum over j != i of (unit W_i . W_j)^2; 0 when W_i is orthogonal to all others or zero, and
        at least 1 when another stored feature lies along the same line.

    Raises:
        ValueError: If W is not finite.

    Source:
        Elhage et al. 2022, "Demonstrating superposition", the colour of the feature bars.
    """
    cosines = _unit_columns(_checked(W)).mT @ W  # [*models features features]
    return cosines.square().sum(dim=-1) - cosines.diagonal(dim1=-2, dim2=-1).square()


def features_per_dimension(
    W: Float[Tensor, "*models d_hidden features"],
) -> Float[Tensor, "*models"]:
    """How many features the model stores for each hidden dimension.

    Args:
        W: Weights.

    Returns:
        Sum of squared norms over d_hidden: 1 without superposition, 2 for antipodal pairs. Its
        inverse is the paper's "dimensions per feature" D*.

    Raises:
        ValueError: If W is not finite.

    Source:
        Elhage et al. 2022, "The geometry of superposition", uniform superposition.
    """
    return _checked(W).square().sum(dim=(-2, -1)) / W.shape[-2]


def adjacent_angles(
    W: Float[Tensor, "*models 2 features"], *, threshold: float = REPRESENTED_NORM
) -> Float[Tensor, "*models features"]:
    """Angle from each stored feature to the next one, going round counter-clockwise.

    Args:
        W: Weights with two hidden dimensions.
        threshold: Norm above which a feature counts as stored.

    Returns:
        Degrees, in the order met when going round from -180 degrees; they add up to 360. A
        pentagon gives 72 five times. Places of features that are not stored come last, as NaN.

    Raises:
        ValueError: If W is not finite or has another number of hidden dimensions than 2.
    """
    validate.shape(_checked(W), "W", ("...", "d_hidden", "features"), d_hidden=2)
    stored = represented(W, threshold=threshold)
    angle = torch.rad2deg(torch.atan2(W[..., 1, :], W[..., 0, :]))
    angle = torch.where(stored, angle, torch.inf).sort(dim=-1).values
    place = torch.arange(W.shape[-1], device=W.device)
    is_last = place == stored.sum(dim=-1, keepdim=True) - 1
    following = torch.where(is_last, angle[..., :1] + 360, angle.roll(-1, dims=-1))
    return torch.where(angle.isinf(), torch.nan, following - angle)


def pair_cosines(
    W: Float[Tensor, "*models d_hidden features"],
) -> Float[Tensor, "*models pairs"]:
    """Cosine of the angle between the two members of each pair (0, 1), (2, 3), ...

    Args:
        W: Weights with an even number of features.

    Returns:
        1 for the same direction, 0 for orthogonal, -1 for antipodal, NaN if a member is zero.

    Raises:
        ValueError: If W is not finite or the number of features is odd.
    """
    if _checked(W).shape[-1] % 2:
        validate.refuse(
            "W",
            got=f"{W.shape[-1]} features",
            expected="an even number of features, paired (0, 1), (2, 3), ...",
            fix="Drop the feature without a partner.",
        )
    unit = _unit_columns(W)
    cosine = (unit[..., 0::2] * unit[..., 1::2]).sum(dim=-2)
    both = (W[..., 0::2] != 0).any(dim=-2) & (W[..., 1::2] != 0).any(dim=-2)
    return torch.where(both, cosine, torch.nan)


def _checked(W: Tensor) -> Tensor:
    """Refuse weights that are not finite or have fewer than two axes."""
    return validate.shape(validate.finite(W, "W"), "W", ("...", "d_hidden", "features"))


def _rescaled(W: Tensor) -> Tensor:
    """Scale each model so that its largest weight is 1: fourth powers then stay in range."""
    largest = W.abs().amax(dim=(-2, -1), keepdim=True)
    return W / torch.where(largest > 0, largest, 1.0)


def _unit_columns(W: Tensor) -> Tensor:
    """Scale every column to length 1; zero columns stay zero."""
    scale = W.abs().amax(dim=-2, keepdim=True)
    scaled = W / torch.where(scale > 0, scale, 1.0)  # the squares of tiny weights would underflow
    norm = scaled.norm(dim=-2, keepdim=True)
    return scaled / torch.where(norm > 0, norm, 1.0)
