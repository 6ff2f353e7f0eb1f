"""What does superposition cost when somebody looks for the worst input?

Change the input by a small vector and watch the output of feature i while it is on. Its slope is
row i of WᵀW, so the most harmful change of length 1 points along that row and moves the output by

    |row i of WᵀW| = |W_i|² / sqrt(D_i)

A feature with a dimension of its own is moved by 1, as it should be, since the change that does it
is a change of the feature itself. A feature that shares its dimensions is moved by more, through
features that have nothing to do with it: nothing but the dimensionality enters.

Source: Elhage et al. 2022, Toy Models of Superposition, "Superposition and adversarial robustness"
(they attack in the same way); the closed form is a rewriting of the definition of D_i.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import validate
from mechnotes.superposition import geometry


def directions(
    W: Float[Tensor, "*models d_hidden features"],
) -> Float[Tensor, "*models features features"]:
    """The most harmful change of length 1 against the output of each feature.

    Args:
        W: Weights.

    Returns:
        In row i the change against output i, in feature space; 0 for a feature that is not stored.

    Raises:
        ValueError: If W is not finite.
    """
    validate.shape(validate.finite(W, "W"), "W", ("...", "d_hidden", "features"))
    return torch.nn.functional.normalize(W.mT @ W, dim=-1)


def vulnerability(
    W: Float[Tensor, "*models d_hidden features"],
) -> Float[Tensor, "*models features"]:
    """Squared change of each feature's output under its worst change of the input of length 1.

    Args:
        W: Weights.

    Returns:
        |W_i|⁴ / D_i: 1 for a feature of norm 1 with a dimension of its own, 2 in an antipodal pair,
        0 for a feature that is not stored.

    Raises:
        ValueError: If W is not finite.

    Source:
        Elhage et al. 2022, "Superposition and adversarial robustness".
    """
    validate.shape(validate.finite(W, "W"), "W", ("...", "d_hidden", "features"))
    return (W.mT @ W).square().sum(dim=-1)


def mean_vulnerability(
    W: Float[Tensor, "*models d_hidden features"],
) -> Float[Tensor, "*models"]:
    """Vulnerability of a whole model, for each feature's worth that it stores.

    Args:
        W: Weights.

    Returns:
        Sum over features of |W_i|⁴ / D_i, over the sum of |W_i|²: 1 for any model that projects on
        its hidden space, whether it keeps few features or smears many. If W pulls equally in all
        directions it is the number of features per dimension exactly. NaN for weights of 0.

    Raises:
        ValueError: If W is not finite.
    """
    stored = geometry.feature_norms(W).square().sum(dim=-1)
    return vulnerability(W).sum(dim=-1) / stored


def moved_output(
    W: Float[Tensor, "d_hidden features"],
    b: Float[Tensor, " features"],
    change: Float[Tensor, "features features"],
    *,
    size: float | int,
    value: float | int = 0.5,
) -> Float[Tensor, " features"]:
    """How far a change moves the output of each feature in the model itself, ReLU included.

    Args:
        W: Weights.
        b: Output bias.
        change: In row i a direction in feature space, added to the input in which feature i alone
            is active.
        size: Length of the change.
        value: Value of the active feature.

    Returns:
        Output i after the change less before it.

    Raises:
        ValueError: If the shapes do not fit or a number is out of range.
    """
    _, n_features = validate.shape(validate.finite(W, "W"), "W", ("d_hidden", "features")).shape
    validate.shape(validate.finite(b, "b"), "b", ("features",), features=n_features)
    validate.finite(change, "change")
    axes, sizes = ("features", "columns"), {"features": n_features, "columns": n_features}
    validate.shape(change, "change", axes, **sizes)
    size = validate.number(size, "size", low=0.0)
    x = validate.number(value, "value") * torch.eye(n_features, dtype=W.dtype)
    before, after = ((z @ W.T @ W + b).relu().diagonal() for z in (x, x + size * change))
    return after - before
