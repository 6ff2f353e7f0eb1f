"""How does a toy model squeeze features through fewer dimensions, and how is its error counted?

The model maps n features to m < n hidden numbers and back with the same matrix:

    hidden = W x            x_hat = ReLU(W^T hidden + b)

Column i of W is the *direction* that stores feature i. Many instances are trained side by side: `W`
is `[instances d_hidden features]`, and no number of one instance ever meets a number of another.
Two switches give the controls: a linear output (then the model is principal component analysis)
and a ReLU on the hidden layer (then the hidden axes become special, see `basis`).

Source: Elhage et al. 2022, Toy Models of Superposition, "Demonstrating superposition".
"""

import math
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn

from mechnotes import validate

Activation = Literal["relu", "linear"]
ACTIVATIONS: tuple[Activation, ...] = ("relu", "linear")


class ToyModel(nn.Module):
    """Parallel toy autoencoders that share nothing but the code.

    Attributes:
        W: Weights; `W[k, :, i]` is the direction of feature i in instance k.
        b: Output bias.
        activation: What follows the output, "relu" or "linear" (the control).
        hidden_activation: What follows the hidden layer, "linear" (the paper's first model) or
            "relu" (which gives the hidden layer a privileged basis).

    Raises:
        ValueError: If W and b do not fit each other or an activation is unknown.

    Examples:
        >>> model = ToyModel(toys.W[:, 0], toys.b[:, 0])
        >>> x_hat = model(x)
    """

    W: Float[Tensor, "instances d_hidden features"]
    b: Float[Tensor, "instances features"]

    def __init__(
        self,
        W: Float[Tensor, "instances d_hidden features"],
        b: Float[Tensor, "instances features"],
        *,
        activation: Activation = "relu",
        hidden_activation: Activation = "linear",
    ) -> None:
        super().__init__()
        validate.shape(validate.floating(W, "W"), "W", ("instances", "d_hidden", "features"))
        sizes = {"instances": W.shape[0], "features": W.shape[2]}
        validate.shape(validate.floating(b, "b"), "b", ("instances", "features"), **sizes)
        self.W, self.b = nn.Parameter(W.clone()), nn.Parameter(b.clone())
        self.activation = validate.choice(activation, "activation", ACTIVATIONS)
        self.hidden_activation = validate.choice(
            hidden_activation, "hidden_activation", ACTIVATIONS
        )

    def forward(
        self, x: Float[Tensor, "batch instances features"]
    ) -> Float[Tensor, "batch instances features"]:
        """Reconstruct the features.

        Args:
            x: Features, one batch for each instance.

        Returns:
            Reconstruction in the unit of x.

        Raises:
            ValueError: If x has another number of instances or features than the model.
        """
        n_instances, _, n_features = self.W.shape
        axes = ("batch", "instances", "features")
        validate.shape(x, "x", axes, instances=n_instances, features=n_features)
        hidden = torch.einsum("bif, idf -> bid", x, self.W)
        if self.hidden_activation == "relu":
            hidden = hidden.relu()
        x_hat = torch.einsum("bid, idf -> bif", hidden, self.W) + self.b
        return x_hat.relu() if self.activation == "relu" else x_hat


def xavier_normal(
    n_instances: int, d_hidden: int, n_features: int, *, generator: torch.Generator
) -> Float[Tensor, "instances d_hidden features"]:
    """Draw initial weights: normal with variance 2 / (d_hidden + n_features).

    `torch.nn.init.xavier_normal_` on the stacked tensor would take the instances for a part of one
    matrix and shrink the weights as instances are added; here each instance is its own matrix.

    Args:
        n_instances: Number of instances.
        d_hidden: Number of hidden dimensions.
        n_features: Number of features.
        generator: Source of randomness; the weights live on its device.

    Returns:
        Weights with mean 0.

    Raises:
        ValueError: If a size is below 1.
    """
    shape = (
        validate.integer(n_instances, "n_instances", minimum=1),
        validate.integer(d_hidden, "d_hidden", minimum=1),
        validate.integer(n_features, "n_features", minimum=1),
    )
    validate.generator(generator)
    deviation = math.sqrt(2 / (d_hidden + n_features))
    return deviation * torch.randn(shape, generator=generator, device=generator.device)


def weighted_loss(
    x_hat: Float[Tensor, "batch instances features"],
    x: Float[Tensor, "batch instances features"],
    *,
    importance: Float[Tensor, " features"],
) -> Float[Tensor, " instances"]:
    """Importance-weighted squared error of each instance, averaged over batch and features.

    Args:
        x_hat: Reconstructions.
        x: Features.
        importance: Weight of each feature's error; at least 0.

    Returns:
        One loss for each instance; 0 is perfect. Train on the sum: then no instance's gradient
        depends on how many others there are.

    Raises:
        ValueError: If the shapes differ or an importance is negative.

    Source:
        Elhage et al. 2022, "Demonstrating superposition", the loss. They sum over features; the
        mean used here and in their code divides by the number of features.
    """
    axes = ("batch", "instances", "features")
    validate.shape(validate.floating(x, "x"), "x", axes)
    sizes = dict(zip(axes, x.shape, strict=True))
    validate.shape(validate.floating(x_hat, "x_hat"), "x_hat", axes, **sizes)
    validate.between(importance, "importance", low=0.0, high=math.inf)
    validate.shape(importance, "importance", ("features",), features=x.shape[-1])
    error = (x_hat - x).square().mean(dim=0)  # [instances features]
    return (importance * error).mean(dim=-1)


def single_feature_loss(
    W: Float[Tensor, "*models d_hidden features"],
) -> Float[Tensor, "*models features"]:
    """Expected squared error when exactly one feature is active and the bias is 0.

    This is the loss in the limit of very sparse inputs, per active feature. The first term is the
    feature's own error, the second its interference: what leaks into every other output. Only
    positive dot products leak, because the ReLU removes negative ones for free.

    Args:
        W: Weights; column i is the direction of feature i.

    Returns:
        Sum over outputs of the squared error for each active feature, unweighted:
        (1 - |W_i|^2)^2 / 3 + sum over j != i of ReLU(W_i . W_j)^2 / 3; 1/3 means "not stored".

    Raises:
        ValueError: If W is not finite.

    Source:
        Elhage et al. 2022, "Demonstrating superposition", mathematical understanding; the factor
        1/3 is the second moment of a uniform value in [0, 1].
    """
    validate.shape(validate.finite(W, "W"), "W", ("...", "d_hidden", "features"))
    overlap = W.mT @ W  # [*models features features]
    own = overlap.diagonal(dim1=-2, dim2=-1)
    leaked = overlap.relu().square().sum(dim=-1) - own.relu().square()
    return (1 - own).square() / 3 + leaked / 3
