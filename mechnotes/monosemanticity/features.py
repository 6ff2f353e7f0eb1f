"""What do the inputs look like, and what must be made of them?

A *feature* is active with a probability of its own and then takes a value uniform in [0, 1]. The N
features are squeezed into m dimensions by a fixed *embedding*; the model sees only that.

Three tasks: write out all features (decoder), write out another random projection of them
(re-projector), or write out absolute values (abs), where the input is the difference of two draws
of half the density each and so has features of both signs.

Most features are inactive, so only active ones are drawn: a Poisson number of points, each at a
random place of the batch. A cell of the batch is active if at least one point fell into it, and the
rate is chosen so that this has exactly the probability asked for.

Source: Jermyn, Schiefer and Hubinger 2022, arXiv:2211.09169, and the authors' code.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import rng, validate
from mechnotes.monosemanticity.config import RunConfig, checked_run

EXPONENT = 1.1
"""Power-law features: the i-th is active in proportion to i to the power of minus this."""

_ALMOST_SURE = 40.0
"""Rate at which a cell stays empty with a probability below 1e-17: stands for probability 1."""


def probabilities(config: RunConfig) -> Float[Tensor, " features"]:
    """Probability that each feature is active.

    Args:
        config: Which number of features, mean density and distribution.

    Returns:
        All equal to the density; or falling as i^-1.1 from the first feature to the last, scaled to
        a mean of the density and only then cut off at 1, so that the mean is a little lower.

    Raises:
        ValueError: If the config is not a RunConfig.

    Source:
        The authors' code: at ε = 1/64 and N = 512 the mean after the cut is 0.01459.
    """
    return densities(
        config.n_features if checked_run(config) else 0,
        density=config.density,
        power_law=config.distribution == "power-law",
    )


def densities(
    n_features: int, *, density: float | int, power_law: bool
) -> Float[Tensor, " features"]:
    """Probability that each feature is active, from plain numbers.

    Args:
        n_features: Number of features.
        density: Their mean probability, in (0, 1].
        power_law: Whether they fall as i^-1.1 or are all equal.

    Returns:
        Probabilities; those of a power law are scaled to the mean first and then cut off at 1.

    Raises:
        ValueError: If there are no features or the density lies outside (0, 1].
    """
    n_features = validate.integer(n_features, "n_features", minimum=1)
    density = validate.number(density, "density", low=0.0, high=1.0, low_open=True)
    if not power_law:
        return torch.full((n_features,), density)
    falling = torch.arange(1, n_features + 1, dtype=torch.float64) ** -EXPONENT
    return (falling * (density / falling.mean())).clamp(max=1.0).float()


def power_law_densities(n_features: int, *, density: float | int) -> Float[Tensor, " features"]:
    """Probability that each feature is active where the i-th goes as i^-1.1.

    Args:
        n_features: Number of features.
        density: Their mean probability before any is cut off, in (0, 1].

    Returns:
        Probabilities, falling and at most 1.

    Raises:
        ValueError: If there are no features or the density lies outside (0, 1].
    """
    return densities(n_features, density=density, power_law=True)


def embedding(
    n_features: int, d_embedding: int, *, generator: torch.Generator
) -> Float[Tensor, "embedding features"]:
    """Draw a fixed embedding: m orthonormal rows, then each feature's vector scaled to length 1.

    Args:
        n_features: Number of features N.
        d_embedding: Number of dimensions m, at most N.
        generator: Source of randomness, on the CPU, so that every device gets the same.

    Returns:
        Column i is the unit vector of feature i.

    Raises:
        ValueError: If m exceeds N or a size is below 1.
    """
    validate.integer(n_features, "n_features", minimum=1)
    validate.integer(d_embedding, "d_embedding", minimum=1, maximum=n_features)
    validate.generator(generator)
    drawn = torch.randn(n_features, d_embedding, generator=generator, dtype=torch.float64)
    orthonormal = torch.linalg.svd(drawn, full_matrices=False).U  # [features embedding]
    return torch.nn.functional.normalize(orthonormal, dim=1).T.float().contiguous()


@dataclass(frozen=True, kw_only=True, eq=False)
class Source:
    """Where the samples of one density, distribution and seed come from."""

    task: str
    """The task, which decides the targets."""
    rate: Float[Tensor, " features"]
    """Expected number of points in a cell, so that it is active with the right probability."""
    E: Float[Tensor, "embedding features"]
    """The embedding that the model sees."""
    E_out: Float[Tensor, "embedding features"]
    """The projection that the re-projector must write out."""

    def draw(
        self, n_samples: int, *, generator: torch.Generator
    ) -> tuple[Float[Tensor, "batch embedding"], Float[Tensor, "batch outputs"]]:
        """Draw inputs and targets.

        Args:
            n_samples: Number of samples.
            generator: Source of randomness, on the device of the tensors here.

        Returns:
            What the model sees and what it should output.

        Raises:
            ValueError: If there are no samples.
        """
        validate.integer(n_samples, "n_samples", minimum=1)
        x = _scattered(n_samples, self.rate, generator)
        if self.task == "abs":
            x = x - _scattered(n_samples, self.rate, generator)
        seen = x @ self.E.T
        if self.task == "re-projector":
            return seen, x @ self.E_out.T
        return seen, x.abs() if self.task == "abs" else x


def source(config: RunConfig, *, device: str = "cpu") -> Source:
    """Set up the samples of a run.

    Args:
        config: The run; of it count sizes, density, distribution, task and seed.
        device: Where to draw.

    Raises:
        ValueError: If the config is not a RunConfig.
    """
    probability = probabilities(checked_run(config)).double()
    if (
        config.task == "abs"
    ):  # of the halved density, as in the authors' code: cut off after halving
        halved = densities(
            config.n_features,
            density=config.density / 2,
            power_law=config.distribution == "power-law",
        )
        probability = halved.double()
    rate = (-torch.log1p(-probability)).clamp(max=_ALMOST_SURE)
    E, E_out = (
        embedding(
            config.n_features, config.d_embedding, generator=rng.generator(config.seed, stream)
        )
        for stream in ("embedding", "output embedding")
    )
    return Source(task=config.task, rate=rate.to(device), E=E.to(device), E_out=E_out.to(device))


def scattered(
    n_samples: int, *, rate: Float[Tensor, " features"], generator: torch.Generator
) -> Float[Tensor, "batch features"]:
    """Sample features by drawing only those that are active.

    Args:
        n_samples: Number of samples.
        rate: Expected number of points in each sample's cell; at least 0, in double precision.
        generator: Source of randomness, on the device of `rate`.

    Returns:
        Samples in [0, 1); feature i is above 0 with probability 1 - exp(-rate_i), independently of
        all others.

    Raises:
        ValueError: If there are no samples, or a rate is negative or not finite.
    """
    validate.integer(n_samples, "n_samples", minimum=1)
    validate.between(rate, "rate", low=0.0, high=1e6)
    return _scattered(n_samples, rate, validate.generator(generator))


def _scattered(n_samples: int, rate: Tensor, generator: torch.Generator) -> Tensor:
    """`scattered` without its checks, which would be repeated at every step."""
    device, edges = rate.device, rate.cumsum(0)
    total = edges[-1] * n_samples
    n_points = int(torch.poisson(total, generator=generator))
    # Each sample is a stretch of the line as long as all rates together; a feature is a part of it.
    place = torch.rand(n_points, generator=generator, device=device, dtype=torch.float64)
    place = place * n_samples
    sample = place.floor().clamp(max=n_samples - 1)
    feature = torch.searchsorted(edges, (place - sample) * edges[-1], right=True)
    cell = sample.long() * len(rate) + feature.clamp(max=len(rate) - 1)
    x = torch.zeros(n_samples * len(rate), device=device)
    # A cell that was hit twice takes one of the two values: both are uniform.
    x[cell] = torch.rand(n_points, generator=generator, device=device)
    return x.view(n_samples, len(rate))
