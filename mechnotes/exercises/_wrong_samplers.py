"""Samplers that make one mistake each; `sampling` tells readers which one theirs resembles."""

import torch
from torch import Tensor

from mechnotes.superposition import data


def _uniform(n_samples: int, density: Tensor, generator: torch.Generator) -> Tensor:
    return torch.rand(n_samples, *density.shape, generator=generator)


def dense(n_samples: int, *, density: Tensor, generator: torch.Generator) -> Tensor:
    """Draw strengths only."""
    return _uniform(n_samples, density, generator)


def one_mask(n_samples: int, *, density: Tensor, generator: torch.Generator) -> Tensor:
    """Decide once for the whole batch which features are on."""
    mask = torch.rand(density.shape, generator=generator) < density
    return mask * _uniform(n_samples, density, generator)


def sparsity(n_samples: int, *, density: Tensor, generator: torch.Generator) -> Tensor:
    """Take the density for the probability of a zero."""
    mask = _uniform(n_samples, density, generator) > density
    return mask * _uniform(n_samples, density, generator)


def reused_draw(n_samples: int, *, density: Tensor, generator: torch.Generator) -> Tensor:
    """Use the number that decided about presence as the strength."""
    draw = _uniform(n_samples, density, generator)
    return torch.where(draw < density, draw, 0.0)


def binary(n_samples: int, *, density: Tensor, generator: torch.Generator) -> Tensor:
    """Give every active feature the strength 1."""
    return (_uniform(n_samples, density, generator) < density).to(density.dtype)


def shared_instances(n_samples: int, *, density: Tensor, generator: torch.Generator) -> Tensor:
    """Give all instances the same random numbers."""
    one = density[:1]
    mask = _uniform(n_samples, one, generator) < density
    return mask * _uniform(n_samples, one, generator)


def shared_features(n_samples: int, *, density: Tensor, generator: torch.Generator) -> Tensor:
    """Let one draw decide for all features of a sample."""
    mask = _uniform(n_samples, density[:, :1], generator) < density
    return mask * _uniform(n_samples, density, generator)


def shared_value(n_samples: int, *, density: Tensor, generator: torch.Generator) -> Tensor:
    """Copy one feature of each pair, strength and all."""
    pair = data.independent(n_samples, density=density[:, 0::2], generator=generator)
    return pair.repeat_interleave(2, dim=-1)


def halved(n_samples: int, *, density: Tensor, generator: torch.Generator) -> Tensor:
    """Let a pair be on with the density of one member, then choose the member."""
    pair = density[:, 0::2]
    on = _uniform(n_samples, pair, generator) < pair
    first = _uniform(n_samples, pair, generator) < 0.5
    mask = torch.stack((on & first, on & ~first), dim=-1).flatten(-2)
    return mask * _uniform(n_samples, density, generator)
