"""How are inputs drawn that are almost everywhere zero, without drawing the zeros?

`data.independent` draws one number for every entry. Where features are rare most of these draws
say "not active". Here the active entries are drawn instead: a Poisson number of hits is thrown on
the table of samples and features, and an entry is active if it was hit at least once. With
-ln(1 - p) hits expected per entry that has probability p exactly, independently of all the others,
because a Poisson number of hits thrown at random leaves independent Poisson numbers in the cells.

At p = 0.05 this is five times faster than one draw per entry; above p = 0.25 it is slower.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from mechnotes import validate

SCATTER_BELOW = 0.25
"""Density below which throwing hits is faster than one draw per entry."""


def scattered(
    n_samples: int, n_features: int, *, density: float | int, generator: torch.Generator
) -> Float[Tensor, "batch features"]:
    """Sample independent features that all have one density.

    The distribution is that of `data.independent`; the random numbers are not the same.

    Args:
        n_samples: Number of samples.
        n_features: Number of features.
        density: Probability that a feature is active, in [0, 1].
        generator: Source of randomness; the samples live on its device.

    Returns:
        Samples in [0, 1): each entry is active with probability `density`, then uniform.

    Raises:
        ValueError: If a number is below 1 or the density lies outside [0, 1].
    """
    validate.integer(n_samples, "n_samples", minimum=1)
    validate.integer(n_features, "n_features", minimum=1)
    density = validate.number(density, "density", low=0.0, high=1.0)
    validate.generator(generator)
    if density < SCATTER_BELOW:
        return _hits(n_samples, n_features, density, generator)
    # One draw gives activity and value: stretch [1 - density, 1) to [0, 1) and cut off the rest.
    draw = torch.rand(n_samples, n_features, generator=generator, device=generator.device)
    return draw.sub_(1 - density).div_(density).clamp_(min=0)


def _hits(
    n_samples: int, n_features: int, density: float, generator: torch.Generator
) -> Float[Tensor, "batch features"]:
    """Throw values on an empty table; of several on one entry any may stay, all are uniform."""
    n_entries, device = n_samples * n_features, generator.device
    expected = torch.tensor(-math.log1p(-density) * n_entries, dtype=torch.float64, device=device)
    n_hits = int(torch.poisson(expected, generator=generator))
    places = torch.randint(n_entries, (n_hits,), generator=generator, device=device)
    table = torch.zeros(n_entries, device=device)
    table[places] = torch.rand(n_hits, generator=generator, device=device)
    return table.view(n_samples, n_features)
