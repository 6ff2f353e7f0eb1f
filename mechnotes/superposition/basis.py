"""Do the axes of the hidden layer mean anything?

Rotate the hidden space by replacing W with R W. A linear hidden layer cannot tell: W^T R^T R W is
W^T W, so every rotation has the same loss, training has no reason to put a feature on an axis, and
single neurons show nothing special. That basis is *not privileged*. A ReLU on the hidden layer acts
on each axis separately: rotating it changes the loss, and features tend to line up with neurons.
That basis is *privileged*, and only there do single neurons have a claim to meaning.

Source: Elhage et al. 2022, Toy Models of Superposition, "Definitions and motivation: features,
directions, and superposition" and "Superposition in a privileged basis".
"""

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import validate
from mechnotes.superposition.model import ACTIVATIONS, Activation, ToyModel, weighted_loss


def random_rotations(
    n_rotations: int, d_hidden: int, *, generator: torch.Generator
) -> Float[Tensor, "rotations d_hidden d_hidden"]:
    """Draw rotations uniformly from all rotations of the hidden space.

    Args:
        n_rotations: How many.
        d_hidden: Number of hidden dimensions; in one dimension only the identity is a rotation.
        generator: Source of randomness.

    Returns:
        Orthogonal matrices with determinant 1.

    Raises:
        ValueError: If a number is below 1.

    Source:
        Mezzadri 2007, "How to generate random matrices from the classical compact groups": QR of a
        Gaussian matrix with the signs of R's diagonal made positive.
    """
    validate.integer(n_rotations, "n_rotations", minimum=1)
    validate.integer(d_hidden, "d_hidden", minimum=1)
    validate.generator(generator)
    shape = (n_rotations, d_hidden, d_hidden)
    normal = torch.randn(shape, generator=generator, device=generator.device)
    orthogonal, triangular = torch.linalg.qr(normal)
    orthogonal = orthogonal * triangular.diagonal(dim1=-2, dim2=-1).sign()[:, None, :]
    # Half of the orthogonal matrices also mirror; flipping one column undoes that.
    mirrored = torch.linalg.det(orthogonal) < 0
    orthogonal[mirrored, :, 0] *= -1
    return orthogonal


def rotated_loss(
    W: Float[Tensor, "d_hidden features"],
    b: Float[Tensor, " features"],
    x: Float[Tensor, "batch features"],
    *,
    rotations: Float[Tensor, "rotations d_hidden d_hidden"],
    importance: Float[Tensor, " features"],
    activation: Activation = "relu",
    hidden_activation: Activation = "linear",
) -> Float[Tensor, " rotations"]:
    """Loss of one model after each rotation of its hidden space.

    Args:
        W: Weights of the model.
        b: Its output bias.
        x: Features, the same for all rotations.
        rotations: Orthogonal matrices that replace W by R W.
        importance: Weight of each feature's error.
        activation: Output activation of the model.
        hidden_activation: Hidden activation; "linear" makes all rotations equal.

    Returns:
        Importance-weighted squared error for each rotation, averaged over batch and features.

    Raises:
        ValueError: If shapes do not fit or a matrix is not orthogonal.
    """
    d_hidden, n_features = validate.shape(W, "W", ("d_hidden", "features")).shape
    validate.shape(b, "b", ("features",), features=n_features)
    validate.shape(x, "x", ("batch", "features"), features=n_features)
    _check_orthogonal(rotations, d_hidden)
    n_rotations = rotations.shape[0]
    # Each rotated copy of the model is one of ToyModel's parallel instances.
    model = ToyModel(
        rotations @ W,
        b.expand(n_rotations, -1),
        activation=activation,
        hidden_activation=hidden_activation,
    )
    copies = x[:, None].expand(-1, n_rotations, -1)  # [batch rotations features]
    with torch.no_grad():
        return weighted_loss(model(copies), copies, importance=importance)


def axis_share(
    W: Float[Tensor, "*models d_hidden features"],
) -> Float[Tensor, "*models features"]:
    """How far each feature's direction lies along a single hidden axis.

    Args:
        W: Weights.

    Returns:
        Largest squared component over squared norm: 1 on an axis, 1 / d_hidden when spread evenly,
        NaN for a zero vector.

    Raises:
        ValueError: If W is not finite.
    """
    validate.shape(validate.finite(W, "W"), "W", ("...", "d_hidden", "features"))
    squared = (W / W.abs().amax(dim=-2, keepdim=True)).square()
    return squared.amax(dim=-2) / squared.sum(dim=-2)


def monosemanticity(
    W: Float[Tensor, "*models d_hidden features"], *, hidden_activation: Activation = "relu"
) -> Float[Tensor, "*models d_hidden"]:
    """How far each hidden neuron responds to a single feature.

    Features are fed one at a time with value 1. Neuron d then answers with W[d, i], or with 0 if
    that is negative and the hidden layer has a ReLU.

    Args:
        W: Weights.
        hidden_activation: Hidden activation; with "linear", negative answers count by their size.

    Returns:
        Largest response over the sum of all responses, in absolute value: 1 for a monosemantic
        neuron, 1 / n_features for one that answers to all alike, NaN for a dead one.

    Raises:
        ValueError: If W is not finite or the activation is unknown.

    Source:
        Jermyn et al. 2022, Engineering Monosemanticity in Toy Models, arXiv:2211.09169, who call a
        neuron monosemantic above 0.999.
    """
    validate.shape(validate.finite(W, "W"), "W", ("...", "d_hidden", "features"))
    validate.choice(hidden_activation, "hidden_activation", ACTIVATIONS)
    response = W.relu() if hidden_activation == "relu" else W.abs()
    return 1 / (response / response.amax(dim=-1, keepdim=True)).sum(dim=-1)


def _check_orthogonal(rotations: Tensor, d_hidden: int) -> None:
    """Refuse matrices that would change lengths."""
    axes = ("rotations", "rows", "columns")
    validate.shape(validate.finite(rotations, "rotations"), "rotations", axes)
    validate.shape(rotations, "rotations", axes, rows=d_hidden, columns=d_hidden)
    identity = torch.eye(d_hidden, dtype=rotations.dtype, device=rotations.device)
    error = (rotations.mT @ rotations - identity).abs().max().item()
    if error > 1e-3:
        validate.refuse(
            "rotations",
            got=f"matrices whose R^T R differs from the identity by {error:g}",
            expected="orthogonal matrices",
            fix="Draw them with basis.random_rotations.",
        )
