"""What do the inputs of a toy model look like?

Each input is a vector of features. A feature is *active* with probability `density` and then takes
a value uniform in [0, 1]; otherwise it is exactly 0. (The paper's sparsity is S = 1 - density.)
The three samplers here agree on that for every single feature and differ only in which features
are active together: independent ones, pairs that come together, pairs that exclude each other.

Every sampler returns `[batch instances features]`: separate samples for each of the parallel
instances, because instances that share data are not independent repetitions.

Source: Elhage et al. 2022, Toy Models of Superposition, "Demonstrating superposition" and
"Superposition and correlated features".
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mechnotes import validate

_LOWEST = 1e-4
"""Density below which `independent` would be visibly wrong."""


def independent(
    n_samples: int,
    *,
    density: Float[Tensor, "instances features"],
    generator: torch.Generator,
) -> Float[Tensor, "batch instances features"]:
    """Sample features that are active independently of each other.

    Args:
        n_samples: Number of samples for each instance.
        density: Probability that a feature is active; each instance has its own row.
        generator: Source of randomness, on the device of `density`.

    Returns:
        Samples in [0, 1); the mean of a feature is density / 2, and two features are active
        together with the product of their densities.

    Raises:
        ValueError: If there are no samples, or a density lies outside [0, 1] or in (0, 0.0001).

    Examples:
        >>> density = torch.full((1, 5), 0.1)
        >>> independent(1024, density=density, generator=rng.generator(0))
    """
    _check(n_samples, density, generator)
    if ((density > 0) & (density < _LOWEST)).any():
        validate.refuse(
            "density",
            got=f"{density[density > 0].min():g}",
            expected=f"0, or at least {_LOWEST:g}: below, one draw of 24 bits is too coarse",
            fix="Use a higher density.",
        )
    # One draw gives activity and value: stretch [1 - density, 1) to [0, 1) and cut off the rest.
    draw = _uniform(n_samples, density, generator)
    return ((draw - (1 - density)) / density).relu()


def correlated_pairs(
    n_samples: int,
    *,
    density: Float[Tensor, "instances features"],
    generator: torch.Generator,
) -> Float[Tensor, "batch instances features"]:
    """Sample features in pairs (0, 1), (2, 3), ... whose two members are active together or not.

    Their values stay independent: only the activity is shared.

    Args:
        n_samples: Number of samples for each instance.
        density: Probability that a feature is active; equal within a pair.
        generator: Source of randomness, on the device of `density`.

    Returns:
        Samples in [0, 1); the two members of a pair are active together with probability density.

    Raises:
        ValueError: If there are no samples, a density lies outside [0, 1], the number of features
            is odd, or the two densities of a pair differ.
    """
    _check(n_samples, density, generator)
    pair_density = _pair_density(density, highest=1.0)
    active = _uniform(n_samples, pair_density, generator) < pair_density
    return _values(active.repeat_interleave(2, dim=-1), density, generator)


def anticorrelated_pairs(
    n_samples: int,
    *,
    density: Float[Tensor, "instances features"],
    generator: torch.Generator,
) -> Float[Tensor, "batch instances features"]:
    """Sample features in pairs (0, 1), (2, 3), ... whose two members are never active together.

    Args:
        n_samples: Number of samples for each instance.
        density: Probability that a feature is active; equal within a pair and at most 1/2,
            since two events that exclude each other cannot both be likelier than that.
        generator: Source of randomness, on the device of `density`.

    Returns:
        Samples in [0, 1); at most one member of a pair is above 0.

    Raises:
        ValueError: If there are no samples, a density lies outside [0, 1/2], the number of features
            is odd, or the two densities of a pair differ.
    """
    _check(n_samples, density, generator)
    pair_density = _pair_density(density, highest=0.5)
    # One number decides for the pair: below p the first is active, from p to 2p the second.
    draw = _uniform(n_samples, pair_density, generator)
    first = draw < pair_density
    second = ~first & (draw < 2 * pair_density)
    return _values(torch.stack((first, second), dim=-1).flatten(-2), density, generator)


SAMPLERS = {
    "independent": independent,
    "correlated pairs": correlated_pairs,
    "anticorrelated pairs": anticorrelated_pairs,
}


def _uniform(
    n_samples: int, like: Float[Tensor, "instances columns"], generator: torch.Generator
) -> Float[Tensor, "batch instances columns"]:
    """Draw numbers uniform in [0, 1), n_samples for each entry of `like`."""
    shape = (n_samples, *like.shape)
    return torch.rand(shape, generator=generator, device=like.device, dtype=like.dtype)


def _values(
    active: Bool[Tensor, "batch instances features"],
    density: Float[Tensor, "instances features"],
    generator: torch.Generator,
) -> Float[Tensor, "batch instances features"]:
    """Give each active feature a value uniform in [0, 1) and the others 0."""
    return active * _uniform(active.shape[0], density, generator)


def _pair_density(
    density: Float[Tensor, "instances features"], *, highest: float
) -> Float[Tensor, "instances pairs"]:
    """Density of each pair (0, 1), (2, 3), ..., checked to be one number per pair."""
    if density.shape[-1] % 2:
        validate.refuse(
            "density",
            got=f"{density.shape[-1]} features",
            expected="an even number of features, paired (0, 1), (2, 3), ...",
            fix="Add or drop one feature.",
        )
    validate.between(density, "density", low=0.0, high=highest)
    if not torch.equal(density[:, 0::2], density[:, 1::2]):
        validate.refuse(
            "density",
            got="two different densities within one pair",
            expected="equal densities in columns (0, 1), (2, 3), ...",
            fix="Repeat each pair's density: density.repeat_interleave(2, dim=-1).",
        )
    return density[:, 0::2]


def _check(n_samples: int, density: Tensor, generator: torch.Generator) -> None:
    """Refuse what no sampler can use."""
    validate.integer(n_samples, "n_samples", minimum=1)
    validate.between(density, "density", low=0.0, high=1.0)
    validate.shape(density, "density", ("instances", "features"))
    validate.generator(generator)
    if generator.device.type != density.device.type:
        validate.refuse(
            "generator",
            got=f"a generator on {generator.device.type}",
            expected=f"one on {density.device.type}, where the density is",
            fix=f'Make it with rng.generator(seed, device="{density.device.type}").',
        )
