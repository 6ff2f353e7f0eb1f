"""How does a layer compute something for more features than it has neurons?

The models before only store features. This one computes: features lie in [-1, 1], and the target of
output i is |x_i|.

    hidden = ReLU(W_in x)            y = ReLU(W_out hidden + b)

With two neurons for a feature it is exact, |x| = ReLU(x) + ReLU(-x). There are 100 features and 40
neurons, so at most 20 features can have that. The two matrices are not tied.

Source: Elhage et al. 2022, Toy Models of Superposition, "Computation in superposition".
"""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from mechnotes import rng, validate

_DENSITIES_HELP = "Write densities=(0.1,), with the comma."


@dataclass(frozen=True, kw_only=True, slots=True)
class AbsoluteConfig:
    """Configuration of models that compute absolute values, over densities and seeds."""

    n_features: int = 100
    """Number of features, at least 1."""
    d_hidden: int = 40
    """Number of hidden neurons, at least 1."""
    densities: tuple[float, ...] = (1.0, 0.3, 0.1, 0.03, 0.01)
    """Probabilities that a feature is active, in (0, 1]; one set of instances for each."""
    importance_decay: float = 0.8
    """Importance of feature i is this to the power i."""
    n_seeds: int = 2
    """Instances for each density."""
    seed: int = 0
    """Seed of all random streams."""
    steps: int = 10_000
    """Optimiser steps."""
    batch_size: int = 1024
    """Fresh samples for each step and instance."""
    learning_rate: float = 1e-3
    """AdamW's learning rate, constant."""

    def __post_init__(self) -> None:
        for name in ("n_features", "d_hidden", "n_seeds", "steps", "batch_size"):
            validate.integer(getattr(self, name), name, minimum=1)
        validate.seed(self.seed)
        if not isinstance(self.densities, tuple) or not self.densities:
            validate.refuse(
                "densities",
                got=repr(self.densities),
                expected="a tuple of at least one number",
                fix=_DENSITIES_HELP,
            )
        for density in self.densities:
            validate.number(density, "densities", low=0.0, high=1.0, low_open=True)
        validate.number(self.importance_decay, "importance_decay", low=0.0)
        validate.number(self.learning_rate, "learning_rate", low=0.0, low_open=True)

    @property
    def importance(self) -> Float[Tensor, " features"]:
        """Weight of each feature's error in the loss, from 1 downwards."""
        return self.importance_decay ** torch.arange(self.n_features, dtype=torch.float32)


class AbsoluteModel(nn.Module):
    """Parallel one-hidden-layer networks with separate weights in and out.

    Attributes:
        W_in: Weights to the neurons; `W_in[k, d, i]` is what feature i gives neuron d.
        W_out: Weights to the outputs; `W_out[k, i, d]` is what neuron d gives output i.
        b: Output bias.

    Raises:
        ValueError: If the three do not fit each other.
    """

    W_in: Float[Tensor, "instances d_hidden features"]
    W_out: Float[Tensor, "instances features d_hidden"]
    b: Float[Tensor, "instances features"]

    def __init__(
        self,
        W_in: Float[Tensor, "instances d_hidden features"],
        W_out: Float[Tensor, "instances features d_hidden"],
        b: Float[Tensor, "instances features"],
    ) -> None:
        super().__init__()
        axes = ("instances", "d_hidden", "features")
        sizes = dict(zip(axes, validate.shape(W_in, "W_in", axes).shape, strict=True))
        validate.shape(W_out, "W_out", ("instances", "features", "d_hidden"), **sizes)
        sizes.pop("d_hidden")
        validate.shape(b, "b", ("instances", "features"), **sizes)
        self.W_in, self.W_out = nn.Parameter(W_in.clone()), nn.Parameter(W_out.clone())
        self.b = nn.Parameter(b.clone())

    def forward(
        self, x: Float[Tensor, "instances batch features"]
    ) -> Float[Tensor, "instances batch features"]:
        """Estimate the absolute values.

        Args:
            x: Features, a batch for each instance.

        Returns:
            Estimates of |x|.

        Raises:
            ValueError: If x has another number of instances or features than the model.
        """
        n_instances, _, n_features = self.W_in.shape
        axes = ("instances", "batch", "features")
        validate.shape(x, "x", axes, instances=n_instances, features=n_features)
        hidden = (x @ self.W_in.mT).relu()
        return torch.baddbmm(self.b[:, None], hidden, self.W_out.mT).relu()


def signed_features(
    n_samples: int,
    n_features: int,
    *,
    density: Float[Tensor, " instances"],
    generator: torch.Generator,
) -> Float[Tensor, "instances batch features"]:
    """Sample features that are active with probability `density` and then uniform in [-1, 1].

    Args:
        n_samples: Samples for each instance.
        n_features: Number of features.
        density: Probability that a feature is active, for each instance.
        generator: Source of randomness, on the device of `density`.

    Returns:
        Samples in [-1, 1].

    Raises:
        ValueError: If a number is below 1 or a density lies outside [0, 1].
    """
    validate.integer(n_samples, "n_samples", minimum=1)
    validate.integer(n_features, "n_features", minimum=1)
    validate.between(density, "density", low=0.0, high=1.0)
    validate.shape(density, "density", ("instances",))
    validate.generator(generator)
    shape = (len(density), n_samples, n_features)
    draw = torch.rand(shape, generator=generator, device=density.device)
    # One draw gives sign, activity and value: the outer parts of [-1, 1] are stretched to [-1, 1].
    draw, p = 2 * draw - 1, density[:, None, None]
    magnitude = (draw.abs() - (1 - p)).div(p.clamp(min=1e-9)).clamp_(min=0)
    return magnitude * draw.sign()


def absolute_loss(
    model: AbsoluteModel,
    x: Float[Tensor, "instances batch features"],
    *,
    importance: Float[Tensor, " features"],
) -> Float[Tensor, " instances"]:
    """Importance-weighted squared error of each instance, averaged over batch and features.

    Args:
        model: The models.
        x: Features.
        importance: Weight of each feature's error; at least 0.

    Returns:
        One loss for each instance; 0 is perfect.

    Raises:
        ValueError: If the shapes do not fit or an importance is negative.
    """
    validate.between(importance, "importance", low=0.0, high=math.inf)
    n_features = model.W_in.shape[-1]
    validate.shape(importance, "importance", ("features",), features=n_features)
    return (importance * (model(x) - x.abs()).square()).mean(dim=(1, 2))


def initial_model(config: AbsoluteConfig, *, device: str = "cpu") -> AbsoluteModel:
    """Draw Xavier-normal weights for every density and seed.

    Args:
        config: The sizes and the seed.
        device: Where the model lives.

    Returns:
        Models for all densities, the seeds of one density side by side; biases are 0.

    Raises:
        ValueError: If the config is no AbsoluteConfig or the device is unknown.
    """
    if not isinstance(config, AbsoluteConfig):
        validate.refuse("config", got=repr(config), expected="an AbsoluteConfig", fix="Build one.")
    validate.device(device)
    n, m = config.n_features, config.d_hidden
    n_instances = len(config.densities) * config.n_seeds
    generator = rng.generator(config.seed, "absolute", "weights", device=device)
    deviation = math.sqrt(2 / (n + m))
    W_in, W_out = (
        deviation * torch.randn(n_instances, *shape, generator=generator, device=device)
        for shape in ((m, n), (n, m))
    )
    return AbsoluteModel(W_in, W_out, torch.zeros(n_instances, n, device=device))
